// SPDX-License-Identifier: Apache-2.0
// refinery: V1__name.sql, and U1__name.sql for one that may be added late; here and beneath.
#include <algorithm>
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr unsigned max_depth = 16;

struct RefineryFile {
  string path;
  string digits;
  string name;
};

void collect(Folder& folder, const string& beneath, unsigned depth,
             std::vector<RefineryFile>& found) {
  for (const ports::FolderEntry& entry : folder.entries(beneath)) {
    const string path = beneath.empty() ? entry.name : beneath + "/" + entry.name;
    if (entry.is_folder) {
      if (depth < max_depth) collect(folder, path, depth + 1, found);
      continue;
    }
    if (!entry.name.starts_with('V') && !entry.name.starts_with('U')) continue;
    const auto version = version_name(string_view(entry.name).substr(1), '\0');
    if (!version || !version->rest.starts_with("__")) {
      if (version && entry.name.ends_with(".sql"))
        folder.refuse(path, 1, "the name is no version, '__' and a name",
                      "as in V1__add_users.sql; the version is a whole number");
      continue;
    }
    if (entry.name.ends_with(".rs"))
      folder.refuse(path, 1, "a migration in Rust, which cannot be run here",
                    "write what it does as SQL");
    const auto name = without_ending(version->rest, ".sql");
    if (!name) continue;
    if (is_too_large(version->digits))
      folder.refuse(path, 1, "the version is larger than a 64-bit number");
    found.push_back({path, version->digits, string(name->substr(2))});
  }
}

}  // namespace

Migrations read_refinery(Folder& folder) {
  std::vector<RefineryFile> found;
  collect(folder, {}, 0, found);
  std::ranges::stable_sort(
      found, [](const auto& a, const auto& b) { return is_less_number(a.digits, b.digits); });
  Migrations migrations;
  for (const RefineryFile& file : found) {
    Draft draft(folder, without_zeros(file.digits), file.name);
    draft.add_file(file.path, Part::up);
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
