// SPDX-License-Identifier: Apache-2.0
// Atlas: versioned files that only go up, and atlas.sum, which has to agree with them.
#include <algorithm>
#include <string>
#include <utility>

#include "loading/atlas_sum.hpp"
#include "loading/folder.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

constexpr std::uint64_t max_bytes = std::uint64_t{1} << 30U;

/// Holds the folder against its atlas.sum.
void verify(Folder& folder, const std::vector<string>& names) {
  const auto written = folder.text("atlas.sum", max_bytes);
  if (!written) return;
  std::vector<string> texts;
  for (const string& name : names) {
    auto text = folder.text(name, max_bytes);
    if (!text) return;
    texts.push_back(*std::move(text));
  }
  std::vector<SummedFile> files;
  for (std::size_t i = 0; i < names.size(); ++i) files.push_back({names[i], texts[i]});
  string read;  // whatever system checked it out
  std::ranges::copy_if(*written, std::back_inserter(read), [](char c) { return c != '\r'; });
  const string sum = atlas_sum(files);
  if (read == sum) return;
  string_view theirs = read;
  string_view ours = sum;
  for (std::uint32_t line = 1; !ours.empty() || !theirs.empty(); ++line) {
    const string_view one = theirs.substr(0, theirs.find('\n'));
    const string_view other = ours.substr(0, ours.find('\n'));
    theirs.remove_prefix(std::min(one.size() + 1, theirs.size()));
    ours.remove_prefix(std::min(other.size() + 1, ours.size()));
    const bool is_first = line == 1 && (!ours.empty() || !theirs.empty());
    if (one == other || is_first) continue;  // the first sums up the others
    const string_view line_of_file = other.empty() ? one : other;
    return folder.refuse("atlas.sum", line,
                         "the sum does not agree with '" +
                             excerpt(line_of_file.substr(0, line_of_file.find(" h1:"))) + "'",
                         "the files changed after atlas.sum was written; if that is meant, run "
                         "'atlas migrate hash'");
  }
  folder.refuse("atlas.sum", 1, "the sum does not agree with the files",
                "if they are as they should be, run 'atlas migrate hash'");
}

class Directives {
 public:
  Directives(Folder& folder, const string& file, model::Change& change)
      : folder_(folder), file_(file), change_(change) {}

  void see(const ScannedLine& line) {
    const auto comment = line.comment();
    if (!comment || !comment->starts_with("atlas:")) return;
    const string_view said = comment->substr(6);
    if (said == "txmode none") {
      change_.transaction = model::TransactionMode::never;
    } else if (said == "txmode file") {
      change_.transaction = model::TransactionMode::always;
    } else if (said == "sum ignore" || said.starts_with("nolint")) {
      return;  // of the sum, and for Atlas' own linter
    } else if (said.starts_with("delimiter")) {
      folder_.refuse(file_, line.number, "'-- atlas:delimiter' is not supported",
                     "end each statement with a semicolon instead: bodies of routines are known, "
                     "and need no other delimiter");
    } else {
      folder_.refuse(file_, line.number, "'-- " + excerpt(*comment) + "' is not supported",
                     "txmode none, txmode file, sum ignore and nolint are");
    }
  }

 private:
  Folder& folder_;
  const string& file_;
  model::Change& change_;
};

}  // namespace

Migrations read_atlas(Folder& folder) {
  std::vector<string> names;
  bool has_sum = false;
  for (const ports::FolderEntry& entry : folder.entries()) {
    if (entry.is_folder) continue;
    has_sum = has_sum || entry.name == "atlas.sum";
    if (entry.name.ends_with(".sql")) names.push_back(entry.name);
  }
  if (has_sum)
    verify(folder, names);
  else
    folder.refuse("atlas.sum", 0, "there is no atlas.sum in the folder",
                  "'atlas migrate hash' writes it");
  Migrations migrations;
  for (const string& file : names) {
    const string stem = file.substr(0, file.size() - 4);
    const std::size_t end = std::min(stem.find('_'), stem.size());
    Draft draft(folder, stem.substr(0, end), stem.substr(std::min(end + 1, stem.size())));
    Directives directives(folder, file, draft.change());
    draft.add_file(file, Part::up, [&](const ScannedLine& line) -> std::optional<Turn> {
      directives.see(line);
      return std::nullopt;
    });
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
