// SPDX-License-Identifier: Apache-2.0
// pop, as Ory uses it: `<version>_<name>[.<dialect>][.autocommit].{up,down}.sql`, where a file for
// the dialect at hand wins over one for all.
#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

/// How pop calls the databases, and what their drivers are called here.
constexpr std::array<std::pair<string_view, string_view>, 9> dialects{{{"postgres", "postgres"},
                                                                       {"postgresql", "postgres"},
                                                                       {"pg", "postgres"},
                                                                       {"mysql", "mysql"},
                                                                       {"mariadb", "mysql"},
                                                                       {"sqlite3", "sqlite"},
                                                                       {"sqlite", "sqlite"},
                                                                       {"cockroach", "cockroach"},
                                                                       {"crdb", "cockroach"}}};

struct PopFile {
  string path = {};
  bool is_specific = false;
  bool is_autocommit = false;
};

struct PopVersion {
  string name = {};
  PopFile up = {};
  PopFile down = {};
};

class PopNames {
 public:
  explicit PopNames(Folder& folder) : folder_(folder) {}

  std::map<string, PopVersion> read() {
    for (const ports::FolderEntry& entry : folder_.entries())
      if (!entry.is_folder) see(entry.name);
    return std::move(versions_);
  }

 private:
  void see(const string& file) {
    const auto version = version_name(file, '_');
    if (!version) return;
    if (file.ends_with(".fizz"))
      return folder_.refuse(file, 1, "a migration in fizz, which cannot be run here",
                            "write what it does as SQL");
    const auto up = without_ending(version->rest, ".up.sql");
    const auto down = without_ending(version->rest, ".down.sql");
    if (!up && !down) return;
    string_view name = up ? *up : *down;
    PopFile found{.path = file};
    if (const auto rest = without_ending(name, ".autocommit")) {
      found.is_autocommit = true;
      name = *rest;
    }
    if (const std::size_t dot = name.find('.'); dot != string_view::npos) {
      const string_view dialect = name.substr(dot + 1);
      name = name.substr(0, dot);
      found.is_specific = true;
      if (!is_ours(file, dialect)) return;
    }
    PopVersion& pair = versions_[version->digits];
    if (pair.name.empty()) pair.name = name;
    PopFile& place = up ? pair.up : pair.down;
    if (!place.path.empty() && place.is_specific == found.is_specific)
      return folder_.refuse(file, 1, "a second file for the same version, expected one",
                            "the first is '" + folder_.shown(place.path) + "'");
    if (place.path.empty() || found.is_specific) place = std::move(found);
  }

  bool is_ours(const string& file, string_view dialect) {
    const auto* const known =
        std::ranges::find(dialects, dialect, &decltype(dialects)::value_type::first);
    if (known == dialects.end()) {
      folder_.refuse(file, 1, "'" + excerpt(dialect) + "' is no dialect of pop");
      return false;
    }
    const string& database = folder_.source().database;
    if (database.empty() && !is_unknown_said_) {
      is_unknown_said_ = true;
      folder_.refuse(file, 1, "this file is for one kind of database, and which one is not known",
                     "name it with --database, or with the URL");
    }
    return known->second == database;
  }

  Folder& folder_;
  std::map<string, PopVersion> versions_ = {};
  bool is_unknown_said_ = false;
};

}  // namespace

Migrations read_pop(Folder& folder) {
  Migrations migrations;
  for (const auto& [digits, version] : PopNames(folder).read()) {
    if (version.up.path.empty()) continue;  // only its way down is for this database
    Draft draft(folder, digits, version.name);
    if (version.up.is_autocommit) draft.change().transaction = model::TransactionMode::never;
    for (const PopFile* file : {&version.up, &version.down}) {
      if (file->path.empty()) continue;
      const auto see = [&](const ScannedLine& line) -> std::optional<Turn> {
        if (line.text.find("{{") != string_view::npos)
          folder.refuse(file->path, line.number, "'{{' begins a template of pop",
                        "write out what it stands for");
        return std::nullopt;
      };
      draft.add_file(file->path, file == &version.up ? Part::up : Part::down, see);
    }
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
