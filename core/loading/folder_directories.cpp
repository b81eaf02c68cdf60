// SPDX-License-Identifier: Apache-2.0
// Diesel and Prisma: a folder for each migration, with one name for the script in all of them.
#include <algorithm>
#include <string>
#include <utility>

#include "loading/folder.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::uint64_t max_metadata_bytes = 65536;
constexpr string_view spaces = " \t\r\n";

bool has_file(const std::vector<ports::FolderEntry>& entries, string_view name) {
  return std::ranges::any_of(entries, [&](const ports::FolderEntry& entry) {
    return !entry.is_folder && entry.name == name;
  });
}

string without_spaces(string_view text) {
  string kept;
  for (const char c : text)
    if (spaces.find(c) == string_view::npos) kept += c;
  return kept;
}

/// metadata.toml, of which Diesel itself knows one key.
void read_metadata(Folder& folder, const string& name, model::Change& change) {
  const auto text = folder.text(name, max_metadata_bytes);
  if (!text) return;
  string_view rest = *text;
  for (std::uint32_t number = 1; !rest.empty(); ++number) {
    const string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const string said = without_spaces(line.substr(0, line.find('#')));
    if (said == "run_in_transaction=false")
      change.transaction = model::TransactionMode::never;
    else if (!said.empty() && said != "run_in_transaction=true")
      folder.refuse(name, number, "'" + excerpt(said) + "' is not known",
                    "expected run_in_transaction = true or false");
  }
}

}  // namespace

Migrations read_diesel(Folder& folder) {
  Migrations migrations;
  for (const ports::FolderEntry& entry : folder.entries()) {
    if (!entry.is_folder) continue;
    const auto inner = folder.entries(entry.name);
    if (!has_file(inner, "up.sql")) {
      folder.refuse(entry.name, 0, "the folder holds no up.sql, expected a migration of Diesel");
      continue;
    }
    const std::size_t end = std::min(entry.name.find('_'), entry.name.size());
    string version = entry.name.substr(0, end);
    std::erase(version, '-');
    const string rest = entry.name.substr(std::min(end + 1, entry.name.size()));
    Draft draft(folder, version, rest);
    if (draft.add_file(entry.name + "/up.sql", Part::up))
      folder.refuse(entry.name + "/up.sql", 1, "the file is empty, which Diesel refuses",
                    "write a comment into it when nothing is what is meant");
    if (has_file(inner, "down.sql") && draft.add_file(entry.name + "/down.sql", Part::down)) {
      draft.change().down.clear();
      draft.change().irreversible = "its down.sql is empty, which Diesel refuses to run";
    }
    if (has_file(inner, "metadata.toml"))
      read_metadata(folder, entry.name + "/metadata.toml", draft.change());
    migrations.push_back(draft.take());
  }
  std::ranges::stable_sort(migrations, {}, &model::Change::id);
  return migrations;
}

Migrations read_prisma(Folder& folder) {
  Migrations migrations;
  for (const ports::FolderEntry& entry : folder.entries()) {
    if (!entry.is_folder) continue;
    if (!has_file(folder.entries(entry.name), "migration.sql")) {
      folder.refuse(entry.name, 0,
                    "the folder holds no migration.sql, expected a migration of Prisma");
      continue;
    }
    const std::size_t end = entry.name.find('_');
    Draft draft(folder, entry.name, end == string::npos ? entry.name : entry.name.substr(end + 1));
    draft.add_file(entry.name + "/migration.sql", Part::up);
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
