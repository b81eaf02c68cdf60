// SPDX-License-Identifier: Apache-2.0
// `placeholders:` of a plan: which names may stand in its SQL, and where their values come from.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "loading/document.hpp"
#include "loading/placeholders.hpp"
#include "loading/problems.hpp"
#include "loading/source.hpp"
#include "model/change.hpp"

namespace garboard::loading {

class PlanPlaceholders {
 public:
  /// `folder` is the plan's. Borrowed: source and problems.
  PlanPlaceholders(const Source& source, std::filesystem::path folder, Problems& problems);
  PlanPlaceholders(const PlanPlaceholders&) = delete;
  PlanPlaceholders& operator=(const PlanPlaceholders&) = delete;

  /// Reads the mapping; from now on `${NAME}` means something. A value that is missing is a mistake
  /// only where it is used.
  void decode(const Document& document, NodeId id);
  /// Checks the text of a `sql` step and marks it when something is put into it.
  void see(model::Step& step);
  /// For the text of files; nullptr when the plan has no placeholders.
  [[nodiscard]] TemplateCheck* check() noexcept { return values_ ? &check_ : nullptr; }
  /// nullptr when the plan has none.
  [[nodiscard]] const std::shared_ptr<const model::Placeholders>& values() const noexcept {
    return values_;
  }
  [[nodiscard]] bool is_declared(std::string_view name) const { return missing_.contains(name); }

 private:
  struct Declared {
    std::optional<std::string> fallback = {};
    std::string variable = {};
    std::string file = {};
    bool is_secret = false;
  };
  void decode_one(const Document& document, NodeId key, NodeId id, model::Placeholders& values);
  std::optional<Declared> declared(const Document& document, NodeId id);
  void resolve(const Document& document, NodeId key, const Declared& declared,
               model::Placeholders& values);
  [[nodiscard]] Result<std::string> file_value(const std::string& file) const;
  std::optional<base::Error> wrong_name(std::string_view name) const;

  const Source& source_;
  std::filesystem::path folder_;
  Problems& problems_;
  std::shared_ptr<const model::Placeholders> values_ = {};
  std::map<std::string, std::string, std::less<>> missing_ =
      {};  // all declared; why there is no value
  TemplateCheck check_;
};

}  // namespace garboard::loading
