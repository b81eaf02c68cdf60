// SPDX-License-Identifier: Apache-2.0
// dbmate: one file for each migration, `-- migrate:up` and `-- migrate:down` in it.
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using model::TransactionMode;
using std::string_view;

/// The first word of `text`, which is moved past it.
string_view next_word(string_view& text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  const string_view word = text.substr(0, text.find_first_of(" \t"));
  text.remove_prefix(word.size());
  return word;
}

class MarkerReader {
 public:
  MarkerReader(Folder& folder, const std::string& file, model::Change& change)
      : folder_(folder), file_(file), change_(change) {}

  std::optional<Turn> read(const ScannedLine& line) {
    const std::optional<string_view> comment = line.comment();
    if (!comment || !comment->starts_with("migrate:")) {
      if (part_ == Part::none && line.is_code() && !has_stray_) {
        has_stray_ = true;
        folder_.refuse(file_, line.number, "a statement before '-- migrate:up'",
                       "only comments may stand there");
      }
      return std::nullopt;
    }
    string_view rest = *comment;
    const string_view marker = next_word(rest);
    if (marker == "migrate:up") {
      has_up_ = true;
      part_ = Part::up;
    } else if (marker == "migrate:down" && has_up_) {
      part_ = Part::down;
    } else {
      const bool is_down = marker == "migrate:down";
      folder_.refuse(file_, line.number,
                     "'-- " + excerpt(marker) + "'" +
                         (is_down ? " before '-- migrate:up'" : " is no marker of dbmate"),
                     "there are '-- migrate:up' and, after it, '-- migrate:down'");
      return std::nullopt;
    }
    read_options(line.number, rest);
    return Turn{.part = part_};
  }

  void check_end() {
    if (!has_up_ && !has_stray_) folder_.refuse(file_, 1, "'-- migrate:up' is missing");
  }

 private:
  void read_options(std::uint32_t line, string_view rest) {
    for (string_view word = next_word(rest); !word.empty(); word = next_word(rest)) {
      if (word == "transaction:true") continue;
      if (word == "transaction:false") {
        // The transaction of a down is told by its statements.
        if (part_ == Part::up) change_.transaction = TransactionMode::never;
        continue;
      }
      folder_.refuse(file_, line, "the option '" + excerpt(word) + "' is not known",
                     "dbmate has transaction:false and transaction:true");
    }
  }

  Folder& folder_;
  const std::string& file_;
  model::Change& change_;
  Part part_ = Part::none;
  bool has_up_ = false;
  bool has_stray_ = false;
};

}  // namespace

Migrations read_dbmate(Folder& folder) {
  Migrations migrations;
  for (const ports::FolderEntry& entry : folder.entries()) {
    const auto stem = without_ending(entry.name, ".sql");
    const auto version = stem ? version_name(*stem, '\0') : std::nullopt;
    if (entry.is_folder || !version) continue;
    const std::string name =
        version->rest.starts_with('_') ? version->rest.substr(1) : version->rest;
    Draft draft(folder, version->digits, name);
    MarkerReader reader(folder, entry.name, draft.change());
    draft.add_sections(entry.name, [&](const ScannedLine& line) { return reader.read(line); });
    reader.check_end();
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
