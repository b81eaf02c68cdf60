// SPDX-License-Identifier: Apache-2.0
#include "loading/folder.hpp"

#include <array>
#include <memory>
#include <unordered_map>
#include <utility>

#include "base/byte_source.hpp"
#include "loading/load.hpp"

namespace garboard::loading {

namespace {

using base::Code;
using base::Error;
using model::Change;

constexpr std::size_t max_id_bytes = 200;  // as wide as the tracking table's column

using Reader = Migrations (*)(Folder&);
// In the order of Format; automatic and plan have none.
constexpr std::array<Reader, 15> readers{nullptr,     read_dbmate,   read_golang_migrate,
                                         read_goose,  read_flyway,   read_sqlx,
                                         read_diesel, read_knex,     read_atlas,
                                         read_prisma, read_refinery, read_sql_migrate,
                                         read_pop,    read_plain,    nullptr};

void check_ids(Folder& folder, const Migrations& migrations) {
  std::unordered_map<std::string_view, const Change*> seen;
  seen.reserve(migrations.size());
  for (const Change& change : migrations) {
    const auto [first, is_new] = seen.emplace(change.id, &change);
    const std::string file = change.origin.filename().string();
    if (!is_new)
      folder.problems().add(
          1, Error{.code = Code::bad_input,
                   .message = "the version '" + change.id + "' is used for the second time",
                   .hint = "the first is '" + first->second->origin.string() +
                           "'; rename the one that is applied nowhere yet",
                   .where = {.file = change.origin.string()}});
    if (change.id.size() > max_id_bytes)
      folder.problems().add(
          1, Error{.code = Code::bad_input,
                   .message = "the version is longer than " + std::to_string(max_id_bytes) +
                              " bytes, which is as wide as the tracking table's column",
                   .where = {.file = change.origin.string()}});
  }
}

bool is_plan_file(std::string_view name) {
  return name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json");
}

Result<model::Changes> load_plan_folder(const Source& source, Folder& folder) {
  std::vector<std::filesystem::path> plans;
  for (const ports::FolderEntry& entry : folder.entries())
    if (!entry.is_folder && is_plan_file(entry.name)) plans.push_back(source.folder / entry.name);
  if (plans.empty() && folder.problems().empty())
    folder.refuse({}, 0, "no plan file lies in the folder, expected *.yaml, *.yml or *.json");
  if (!folder.problems().empty()) return folder.problems().take();
  return load_plans(source, plans);
}

}  // namespace

std::string Folder::shown(std::string_view name) const {
  return (source_.folder / name).lexically_normal().string();
}

std::vector<ports::FolderEntry> Folder::entries(const std::string& beneath) {
  const std::filesystem::path path = beneath.empty() ? source_.folder : source_.folder / beneath;
  Result<std::vector<ports::FolderEntry>> found = source_.files.list(path);
  if (found) return *std::move(found);
  problems_.add(0, std::move(found).error());
  return {};
}

void Folder::refuse(std::string_view name, std::uint32_t line, std::string message,
                    std::string hint) {
  problems_.add(line, Error{.code = Code::bad_input,
                            .message = std::move(message),
                            .hint = std::move(hint),
                            .where = {.file = name.empty() ? source_.folder.string() : shown(name),
                                      .line = line}});
}

std::optional<std::string> Folder::text(const std::string& name, std::uint64_t max_bytes) {
  Result<std::string> read = source_.files.read(source_.folder / name, max_bytes);
  if (read) return *std::move(read);
  problems_.add(0, std::move(read).error());
  return std::nullopt;
}

std::string Folder::beginning(const std::string& name, std::size_t bytes) {
  Result<std::unique_ptr<base::ByteSource>> source = source_.files.open(source_.folder / name);
  if (!source) return {};
  std::string text(bytes, '\0');
  std::size_t length = 0;
  while (length < bytes) {
    const Result<std::size_t> got = (*source)->read(std::span(text).subspan(length));
    if (!got || *got == 0) break;
    length += *got;
  }
  text.resize(length);
  return text;
}

std::vector<Section> Folder::scan(const std::string& name, Turn start, const OnLine& on_line,
                                  Checksum* checksum, TemplateCheck* templates) {
  problems_.next_file();
  Result<std::filesystem::path> path = source_.files.resolve_beneath(source_.folder, name);
  if (!path) {
    problems_.add(0, std::move(path).error());
    return {};
  }
  Result<std::vector<Section>> sections = scan_sections(source_.files, {.path = *path,
                                                                        .shown = shown(name),
                                                                        .start = start,
                                                                        .on_line = on_line,
                                                                        .checksum = checksum,
                                                                        .templates = templates});
  if (sections) return *std::move(sections);
  problems_.add(0, std::move(sections).error());
  return {};
}

model::Step Folder::step(const std::string& name, const Section& section) {
  model::Step step;
  step.kind = model::Step::Kind::file;
  step.file = source_.folder / name;
  if (auto path = source_.files.resolve_beneath(source_.folder, name)) step.file = *path;
  step.first_byte = section.first_byte;
  step.end_byte = section.end_byte;
  step.shown = name;
  step.digest = section.digest;
  step.where = {shown(name), section.first_line, 1};
  return step;
}

Draft::Draft(Folder& folder, std::string id, std::string name) : folder_(folder) {
  change_.id = std::move(id);
  for (char& c : name)
    if (c == '_') c = ' ';
  change_.name = name.empty() ? change_.id : std::move(name);
  change_.allows_empty = true;
}

bool Draft::add_file(const std::string& file, Part part, const Folder::OnLine& on_line,
                     TemplateCheck* templates) {
  const Turn start{.part = part, .is_template = templates != nullptr};
  const std::vector<Section> sections = folder_.scan(file, start, on_line, &checksum_, templates);
  for (const Section& section : sections) add(file, section);
  return !sections.empty() && sections.front().is_blank;
}

void Draft::add_sections(const std::string& file, const Folder::OnLine& on_line,
                         TemplateCheck* templates) {
  for (const Section& section : folder_.scan(file, {}, on_line, &checksum_, templates))
    add(file, section);
}

void Draft::add(const std::string& file, const Section& section) {
  model::Step step = folder_.step(file, section);
  if (section.is_template) step.placeholders = placeholders_;
  if (change_.origin.empty()) {
    change_.origin = folder_.shown(file);
    change_.where = step.where;
  }
  (section.part == Part::up ? change_.up : change_.down).push_back(std::move(step));
}

void Draft::set_placeholders(std::shared_ptr<const model::Placeholders> placeholders) {
  placeholders_ = std::move(placeholders);
}

Change Draft::take() {
  change_.checksum = checksum_.text();
  return std::move(change_);
}

Result<model::Changes> load_folder(const Source& source) {
  Problems problems;
  Folder folder(source, problems);
  std::optional<Format> format = source.format;
  if (format == Format::automatic) format = recognised_format(folder);
  if (!format) return problems.take();
  if (*format == Format::plan) return load_plan_folder(source, folder);
  model::Changes changes;
  changes.items = readers[static_cast<std::size_t>(*format)](folder);
  check_ids(folder, changes.items);
  if (changes.items.empty() && problems.empty())
    folder.refuse(
        {}, 0,
        "no migration in the format of " + std::string(name_of(*format)) + " lies in the folder",
        "is it the right folder? --format says which naming to expect");
  if (!problems.empty()) return problems.take();
  for (const Change& change : changes.items)
    for (const std::vector<model::Step>* steps : {&change.up, &change.down})
      for (const model::Step& step : *steps)
        if (step.placeholders) changes.placeholders = step.placeholders;  // all share theirs
  return changes;
}

Result<Format> format_of_folder(const Source& source) {
  if (source.format != Format::automatic) return source.format;
  Problems problems;
  Folder folder(source, problems);
  if (const std::optional<Format> format = recognised_format(folder)) return *format;
  return problems.take();
}

}  // namespace garboard::loading
