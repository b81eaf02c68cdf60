// SPDX-License-Identifier: Apache-2.0
// Whose folder is this? Told by what only one tool writes; where names could be those of several
// tools that would do different things, the author is asked.
#include <algorithm>
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::size_t looked_at = std::size_t{16} * 1024;

bool is_versioned(string_view name, string_view letters) {
  return name.size() > 1 && letters.find(name.front()) != string_view::npos && name[1] >= '0' &&
         name[1] <= '9' && name.find("__") != string_view::npos;
}

/// What names and beginnings of the entries show.
class Signs {
 public:
  explicit Signs(Folder& folder) : folder_(folder) {
    for (const ports::FolderEntry& entry : folder.entries()) {
      if (entry.is_folder)
        see_folder(entry.name);
      else
        see_file(entry.name);
    }
  }

  /// Formats that it surely is; several when it has signs of several.
  [[nodiscard]] std::vector<Format> sure() const {
    std::vector<Format> found;
    const auto add = [&](bool is_it, Format format) {
      if (is_it) found.push_back(format);
    };
    add(has_sum_, Format::atlas);
    add(has_dbmate_, Format::dbmate);
    add(has_goose_, Format::goose);
    add(has_sql_migrate_, Format::sql_migrate);
    if (has_undo_ && !has_repeatable_ && has_rust_)
      found.push_back(Format::refinery);
    else
      add(has_flyway_ || has_repeatable_, has_rust_ ? Format::refinery : Format::flyway);
    if (has_pairs_ && found.empty())
      found.push_back(has_pop_                           ? Format::pop
                      : has_no_transaction_ || has_bare_ ? Format::sqlx
                                                         : Format::golang_migrate);
    else if (has_pairs_)
      found.push_back(Format::golang_migrate);
    if (found.empty() && has_no_transaction_) found.push_back(Format::sqlx);
    add(has_diesel_, Format::diesel);
    add(has_prisma_, Format::prisma);
    if (found.empty()) add(has_plan_, Format::plan);
    return found;
  }
  /// Formats that it may be when it is none surely.
  [[nodiscard]] std::vector<Format> possible() const {
    if (has_program_) return {Format::knex};
    if (has_go_) return {Format::goose};
    if (has_bare_) return {Format::sqlx, Format::knex, Format::plain};
    if (has_sql_) return {Format::plain};
    return {};
  }

 private:
  void see_folder(const string& name) {
    for (const ports::FolderEntry& entry : folder_.entries(name)) {
      if (entry.is_folder) continue;
      has_diesel_ = has_diesel_ || entry.name == "up.sql";
      has_prisma_ = has_prisma_ || entry.name == "migration.sql";
      const bool is_sql = entry.name.ends_with(".sql");
      has_flyway_ = has_flyway_ || (is_sql && is_versioned(entry.name, "V"));
    }
  }

  void see_file(const string& name) {
    has_sum_ = has_sum_ || name == "atlas.sum";
    has_prisma_ = has_prisma_ || name == "migration_lock.toml";
    if (is_versioned(name, "VU") && name.ends_with(".rs")) has_rust_ = true;
    const auto version = version_name(name, '_');
    if (version && !name.ends_with(".d.ts"))
      for (const string_view ending : {".js", ".ts", ".mjs", ".cjs"})
        has_program_ = has_program_ || name.ends_with(ending);
    has_go_ = has_go_ || (version && name.ends_with(".go") && !name.ends_with("_test.go"));
    if (name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json"))
      has_plan_ = has_plan_ || looks_like_plan(name);
    if (name.ends_with(".sql")) see_script(name, version.has_value());
  }

  void see_script(const string& name, bool has_version) {
    has_sql_ = true;
    has_flyway_ = has_flyway_ || is_versioned(name, "V");
    has_undo_ = has_undo_ || is_versioned(name, "U");
    has_repeatable_ = has_repeatable_ || name.starts_with("R__");
    const auto up = without_ending(name, ".up.sql");
    const auto stem = up ? up : without_ending(name, ".down.sql");
    const bool is_half = has_version && stem;
    has_pairs_ = has_pairs_ || is_half;
    has_pop_ = has_pop_ || (is_half && stem->find('.') != string_view::npos);
    see_markers(name);
    has_bare_ = has_bare_ || (has_version && !stem);
  }

  void see_markers(const string& name) {
    const string text = folder_.beginning(name, looked_at);
    string_view rest = text;
    if (rest.starts_with("-- no-transaction")) has_no_transaction_ = true;
    while (!rest.empty()) {
      const ScannedLine line{.text = rest.substr(0, rest.find('\n'))};
      rest.remove_prefix(std::min(line.text.size() + 1, rest.size()));
      const auto comment = line.comment();
      if (!comment) continue;
      has_dbmate_ = has_dbmate_ || comment->starts_with("migrate:");
      has_goose_ = has_goose_ || comment->starts_with("+goose");
      has_sql_migrate_ = has_sql_migrate_ || comment->starts_with("+migrate");
    }
  }

  bool looks_like_plan(const string& name) {
    const string text = folder_.beginning(name, looked_at);
    return text.starts_with("migrations:") || text.find("\nmigrations:") != string::npos ||
           text.find("\"migrations\"") != string::npos;
  }

  Folder& folder_;
  bool has_sum_ = false, has_dbmate_ = false, has_goose_ = false, has_sql_migrate_ = false;
  bool has_flyway_ = false, has_undo_ = false, has_repeatable_ = false, has_rust_ = false;
  bool has_pairs_ = false, has_pop_ = false, has_no_transaction_ = false, has_bare_ = false;
  bool has_diesel_ = false, has_prisma_ = false, has_plan_ = false;
  bool has_program_ = false, has_go_ = false, has_sql_ = false;
};

string listed(const std::vector<Format>& formats) {
  string text;
  for (std::size_t i = 0; i < formats.size(); ++i) {
    if (i > 0) text += i + 1 == formats.size() ? " or " : ", ";
    text += name_of(formats[i]);
  }
  return text;
}

}  // namespace

std::optional<Format> recognised_format(Folder& folder) {
  const Signs signs(folder);
  if (!folder.problems().empty()) return std::nullopt;
  std::vector<Format> found = signs.sure();
  if (found.empty()) found = signs.possible();
  if (found.size() == 1) return found.front();
  if (found.empty())
    folder.refuse({}, 0, "no migrations lie in the folder",
                  "is it the right folder? --format says which naming to expect");
  else
    folder.refuse({}, 0, "the folder's format is not clear: it could be that of " + listed(found),
                  "say which with --format");
  return std::nullopt;
}

}  // namespace garboard::loading
