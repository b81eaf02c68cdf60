// SPDX-License-Identifier: Apache-2.0
// golang-migrate, sqlx, Knex-like and plain folders: files without markers, where the name says the
// version and which way the file goes.
#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

/// The files of one version.
struct Pair {
  string digits = {};
  string name = {};
  string up = {};
  string down = {};
};

struct NumberOrder {
  bool operator()(const string& a, const string& b) const { return is_less_number(a, b); }
};
using Pairs = std::map<string, Pair, NumberOrder>;

/// Refuses a second file for the same version and direction.
void put(Folder& folder, string& place, const string& file) {
  if (place.empty()) {
    place = file;
    return;
  }
  folder.refuse(file, 1, "a second file for the same version, expected one",
                "the first is '" + folder.shown(place) + "'");
}

bool is_version(Folder& folder, const string& file, const VersionName& version) {
  if (!is_too_large(version.digits)) return true;
  folder.refuse(file, 1, "the version is larger than a 64-bit number");
  return false;
}

}  // namespace

Migrations read_golang_migrate(Folder& folder) {
  Pairs pairs;
  for (const ports::FolderEntry& entry : folder.entries()) {
    if (entry.is_folder) continue;
    const auto version = version_name(entry.name, '_');
    if (!version) continue;
    const auto up = without_ending(version->rest, ".up.sql");
    const auto down = without_ending(version->rest, ".down.sql");
    if ((!up && !down) || !is_version(folder, entry.name, *version)) continue;
    Pair& pair = pairs[version->digits];
    pair.digits = version->digits;
    if (up || pair.name.empty()) pair.name = string(up ? *up : *down);
    put(folder, up ? pair.up : pair.down, entry.name);
  }
  Migrations migrations;
  for (const auto& [digits, pair] : pairs) {
    Draft draft(folder, without_zeros(digits), pair.name);
    if (!pair.up.empty()) draft.add_file(pair.up, Part::up);
    if (!pair.down.empty()) draft.add_file(pair.down, Part::down);
    migrations.push_back(draft.take());
  }
  return migrations;
}

Migrations read_sqlx(Folder& folder) {
  Pairs pairs;
  for (const ports::FolderEntry& entry : folder.entries()) {
    const auto stem = without_ending(entry.name, ".sql");
    const auto version = stem ? version_name(*stem, '_') : std::nullopt;
    if (entry.is_folder || !version || !is_version(folder, entry.name, *version)) continue;
    const auto up = without_ending(version->rest, ".up");
    const auto down = without_ending(version->rest, ".down");
    Pair& pair = pairs[version->digits];
    if (!down || pair.name.empty()) pair.name = string(down ? *down : up.value_or(version->rest));
    put(folder, down ? pair.down : pair.up, entry.name);
  }
  Migrations migrations;
  for (const auto& [digits, pair] : pairs) {
    Draft draft(folder, without_zeros(digits), pair.name);
    const auto see_up = [&draft](const ScannedLine& line) -> std::optional<Turn> {
      if (line.number == 1 && line.text.starts_with("-- no-transaction"))
        draft.change().transaction = model::TransactionMode::never;
      return std::nullopt;
    };
    if (!pair.up.empty()) draft.add_file(pair.up, Part::up, see_up);
    if (!pair.down.empty()) draft.add_file(pair.down, Part::down);
    if (pair.up.empty())
      folder.refuse(pair.down, 1, "there is no file that goes up for this version");
    migrations.push_back(draft.take());
  }
  return migrations;
}

Migrations read_knex(Folder& folder) {
  std::map<string, Pair> pairs;
  for (const ports::FolderEntry& entry : folder.entries()) {
    const string_view name = entry.name;
    const bool is_program = (name.ends_with(".js") || name.ends_with(".ts") ||
                             name.ends_with(".mjs") || name.ends_with(".cjs")) &&
                            version_name(name, '_');
    if (is_program && !entry.is_folder && !name.ends_with(".d.ts"))
      folder.refuse(name, 1, "a migration in JavaScript, which cannot be run here",
                    "write what it does as SQL into '" + string(name.substr(0, name.rfind('.'))) +
                        ".sql' and remove it");
    const auto stem = without_ending(name, ".sql");
    if (entry.is_folder || !stem) continue;
    const auto down = without_ending(*stem, ".down");
    const string key(down ? *down : without_ending(*stem, ".up").value_or(*stem));
    Pair& pair = pairs[key];
    put(folder, down ? pair.down : pair.up, entry.name);
  }
  Migrations migrations;
  for (const auto& [stem, pair] : pairs) {
    const auto version = version_name(stem, '_');
    Draft draft(folder, stem, version ? version->rest : stem);
    if (!pair.up.empty()) draft.add_file(pair.up, Part::up);
    if (!pair.down.empty()) draft.add_file(pair.down, Part::down);
    if (pair.up.empty())
      folder.refuse(pair.down, 1, "there is no file that goes up for this version");
    migrations.push_back(draft.take());
  }
  return migrations;
}

Migrations read_plain(Folder& folder) {
  Migrations migrations;
  for (const ports::FolderEntry& entry : folder.entries()) {
    const auto stem = without_ending(entry.name, ".sql");
    if (entry.is_folder || !stem) continue;
    Draft draft(folder, string(*stem), string(*stem));
    if (draft.add_file(entry.name, Part::up))
      folder.refuse(entry.name, 1, "the file is empty, expected a statement",
                    "is it cut off? Write a comment into it when nothing is what is meant");
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
