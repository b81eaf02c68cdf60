// SPDX-License-Identifier: Apache-2.0
// What the readers of all folder formats share: the folder's entries, and migrations that are put
// together from sections of its files. Each reader knows one tool's names, markers and order.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "loading/checksum.hpp"
#include "loading/problems.hpp"
#include "loading/section_scan.hpp"
#include "loading/source.hpp"
#include "model/change.hpp"
#include "ports/files.hpp"

namespace garboard::loading {

class Folder {
 public:
  using OnLine = std::function<std::optional<Turn>(const ScannedLine&)>;

  /// Nothing is read yet. Both borrowed.
  Folder(const Source& source, Problems& problems) : source_(source), problems_(problems) {}

  [[nodiscard]] const Source& source() const noexcept { return source_; }
  [[nodiscard]] Problems& problems() noexcept { return problems_; }
  /// What lies in the folder or in one beneath, by name in byte order; empty, with a problem, when
  /// it cannot be read.
  std::vector<ports::FolderEntry> entries(const std::string& beneath = {});
  /// The path of an entry as messages show it.
  [[nodiscard]] std::string shown(std::string_view name) const;
  void refuse(std::string_view name, std::uint32_t line, std::string message,
              std::string hint = {});
  /// The whole of a small file; nullopt, with a problem, when it cannot be read.
  std::optional<std::string> text(const std::string& name, std::uint64_t max_bytes);
  /// The first bytes of a file; empty when it cannot be read, which reading it all will say.
  std::string beginning(const std::string& name, std::size_t bytes);

  /// Cuts a file as its markers say. Empty, with a problem, when it cannot be read.
  std::vector<Section> scan(const std::string& name, Turn start, const OnLine& on_line,
                            Checksum* checksum, TemplateCheck* templates = nullptr);
  /// A section of a file as a step.
  model::Step step(const std::string& name, const Section& section);

 private:
  const Source& source_;
  Problems& problems_;
};

/// A migration while its files are read.
class Draft {
 public:
  Draft(Folder& folder, std::string id, std::string name);

  [[nodiscard]] model::Change& change() noexcept { return change_; }
  /// Adds a whole file as a step. `on_line` may look at its lines. Returns whether there is nothing
  /// but white space in it.
  bool add_file(const std::string& file, Part part, const Folder::OnLine& on_line = {},
                TemplateCheck* templates = nullptr);
  /// Adds each section that `on_line` cuts off.
  void add_sections(const std::string& file, const Folder::OnLine& on_line,
                    TemplateCheck* templates = nullptr);
  /// What the steps of templates mean from now on.
  void set_placeholders(std::shared_ptr<const model::Placeholders> placeholders);
  /// With its checksum.
  [[nodiscard]] model::Change take();

 private:
  void add(const std::string& file, const Section& section);

  Folder& folder_;
  model::Change change_ = {};
  Checksum checksum_ = {};
  std::shared_ptr<const model::Placeholders> placeholders_ = {};
};

/// One reader for each format: the migrations in the tool's own order, mistakes in the folder's
/// problems.
using Migrations = std::vector<model::Change>;
Migrations read_dbmate(Folder& folder);
Migrations read_golang_migrate(Folder& folder);
Migrations read_goose(Folder& folder);
Migrations read_flyway(Folder& folder);
Migrations read_sqlx(Folder& folder);
Migrations read_diesel(Folder& folder);
Migrations read_knex(Folder& folder);
Migrations read_atlas(Folder& folder);
Migrations read_prisma(Folder& folder);
Migrations read_refinery(Folder& folder);
Migrations read_sql_migrate(Folder& folder);
Migrations read_pop(Folder& folder);
Migrations read_plain(Folder& folder);

/// The format that names and markers tell; nullopt, with a problem, when none or several do.
std::optional<Format> recognised_format(Folder& folder);

/// The migrations of the source's folder.
Result<model::Changes> load_folder(const Source& source);

}  // namespace garboard::loading
