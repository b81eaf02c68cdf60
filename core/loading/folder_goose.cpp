// SPDX-License-Identifier: Apache-2.0
// goose and sql-migrate: one file for each migration, its parts after `-- +goose Up` and so on.
#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "loading/folder.hpp"
#include "loading/placeholders.hpp"
#include "loading/version_name.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

string lower_case(string_view text) {
  string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

/// What the two tools have in common: up, down, and pairs around statements with inner semicolons,
/// which need no reading here because the splitter knows the server's grammar.
class Annotations {
 public:
  Annotations(Folder& folder, const string& file, string_view prefix)
      : folder_(folder), file_(file), prefix_(prefix) {}

  void see_code(const ScannedLine& line) {
    if (part_ != Part::none || !line.is_code() || has_stray_) return;
    has_stray_ = true;
    refuse(line, "a statement before '-- " + string(prefix_) + " Up'",
           "only comments may stand there");
  }
  std::optional<Turn> turn(const ScannedLine& line, Part part) {
    if (is_in_statement_) refuse(line, "StatementBegin is not closed before this");
    is_in_statement_ = false;
    if (part == Part::up) has_up_ = true;
    part_ = part;
    return here();
  }
  void begin_statement(const ScannedLine& line) {
    if (part_ == Part::none)
      refuse(line, "StatementBegin before '-- " + string(prefix_) + " Up'");
    else if (is_in_statement_)
      refuse(line, "StatementBegin inside of another one");
    is_in_statement_ = true;
    begun_ = line.number;
  }
  /// A statement may end here without a semicolon; then a new step begins.
  std::optional<Turn> end_statement(const ScannedLine& line) {
    if (!is_in_statement_) refuse(line, "StatementEnd without a StatementBegin");
    is_in_statement_ = false;
    const bool is_open = line.last_before != '\0' && line.last_before != ';';
    return is_open ? std::optional(here()) : std::nullopt;
  }
  void check_end() {
    if (is_in_statement_)
      folder_.refuse(file_, begun_, "StatementBegin without a StatementEnd");
    else if (!has_up_ && !has_stray_)
      folder_.refuse(file_, 1, "'-- " + string(prefix_) + " Up' is missing");
  }
  void refuse(const ScannedLine& line, string message, string hint = {}) {
    folder_.refuse(file_, line.number, std::move(message), std::move(hint));
  }
  [[nodiscard]] Turn here() const { return {.part = part_, .is_template = is_template_}; }
  [[nodiscard]] Part part() const { return part_; }
  [[nodiscard]] bool has_up() const { return has_up_; }
  [[nodiscard]] bool is_in_statement() const { return is_in_statement_; }
  void set_template(bool is_template) { is_template_ = is_template; }

 private:
  Folder& folder_;
  const string& file_;
  string_view prefix_;
  Part part_ = Part::none;
  bool has_up_ = false;
  bool has_stray_ = false;
  bool is_in_statement_ = false;
  bool is_template_ = false;
  std::uint32_t begun_ = 0;
};

class Goose {
 public:
  Goose(Folder& folder, const string& file, model::Change& change)
      : marks_(folder, file, "+goose"), change_(change) {}

  std::optional<Turn> read(const ScannedLine& line) {
    const std::size_t first = std::min(line.text.find_first_not_of(" \t"), line.text.size());
    const string_view text = line.text.substr(first);
    const std::size_t mark = text.starts_with("--") ? text.find("+goose") : string_view::npos;
    if (mark == string_view::npos) {
      marks_.see_code(line);
      return std::nullopt;
    }
    if (first != 0) {
      marks_.refuse(line, "white space before '-- +goose', which goose refuses");
      return std::nullopt;
    }
    string command = lower_case(text.substr(mark + 6));
    while (!command.empty() && (command.back() == ' ' || command.back() == '\t'))
      command.pop_back();
    command.erase(0, std::min(command.find_first_not_of(" \t"), command.size()));
    return act(line, command);
  }
  void check_end() { marks_.check_end(); }

 private:
  std::optional<Turn> act(const ScannedLine& line, const string& command) {
    if (command == "up" || command == "down") {
      const bool is_up = command == "up";
      if (is_up == marks_.has_up() || marks_.part() == Part::down)
        marks_.refuse(
            line, is_up ? "a second '-- +goose Up'" : "'-- +goose Down' at a wrong place",
            "a file has '-- +goose Up' once and, after it, '-- +goose Down' at most once");
      return marks_.turn(line, is_up ? Part::up : Part::down);
    }
    if (command == "statementbegin") {
      marks_.begin_statement(line);
      return std::nullopt;
    }
    if (command == "statementend") return marks_.end_statement(line);
    if (command == "no transaction") {
      change_.transaction = model::TransactionMode::never;
      return std::nullopt;
    }
    if (command == "envsub on" || command == "envsub off") {
      const bool is_open = line.last_before != '\0' && line.last_before != ';';
      if (is_open || marks_.is_in_statement())
        marks_.refuse(line, "ENVSUB changes inside of a statement",
                      "put it before the statement, and before its StatementBegin");
      marks_.set_template(command == "envsub on");
      return marks_.here();
    }
    marks_.refuse(line, "'-- +goose " + excerpt(command) + "' is no annotation of goose",
                  "there are Up, Down, StatementBegin, StatementEnd, NO TRANSACTION, ENVSUB ON and "
                  "ENVSUB OFF");
    return std::nullopt;
  }

  Annotations marks_;
  model::Change& change_;
};

class SqlMigrate {
 public:
  SqlMigrate(Folder& folder, const string& file, model::Change& change)
      : marks_(folder, file, "+migrate"), change_(change) {}

  std::optional<Turn> read(const ScannedLine& line) {
    const auto comment = line.comment();
    if (!comment || !comment->starts_with("+migrate")) {
      marks_.see_code(line);
      return std::nullopt;
    }
    string_view command = comment->substr(8);
    command.remove_prefix(std::min(command.find_first_not_of(" \t"), command.size()));
    const string_view word = command.substr(0, command.find_first_of(" \t"));
    string_view option = command.substr(word.size());
    option.remove_prefix(std::min(option.find_first_not_of(" \t"), option.size()));
    const bool is_part = word == "Up" || word == "Down";
    if (is_part && (option.empty() || option == "notransaction")) {
      if (!option.empty() && word == "Up") change_.transaction = model::TransactionMode::never;
      return marks_.turn(line, word == "Up" ? Part::up : Part::down);
    }
    if (command == "StatementEnd") return marks_.end_statement(line);
    if (command == "StatementBegin") {
      marks_.begin_statement(line);
    } else {
      marks_.refuse(line, "'-- +migrate " + excerpt(command) + "' is no command of sql-migrate",
                    "there are Up, Down (both also with notransaction), StatementBegin and "
                    "StatementEnd");
    }
    return std::nullopt;
  }
  void check_end() { marks_.check_end(); }

 private:
  Annotations marks_;
  model::Change& change_;
};

/// The values of ${VAR} where ENVSUB is on: variables, with --set before them.
class GooseVariables {
 public:
  explicit GooseVariables(const Source& source) : source_(source) {}

  std::optional<base::Error> resolve(string_view text) {
    const std::size_t end = std::min(text.find_first_of(":-"), text.size());
    const string_view name = text.substr(0, end);
    const string_view rest = text.substr(end);
    const bool is_word = !name.empty() && std::ranges::all_of(name, [](char c) {
      return c == '_' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    });
    const bool has_default = rest.starts_with(":-") || rest.starts_with('-');
    if (!is_word || (!rest.empty() && !has_default))
      return base::Error{.message = "'${" + excerpt(text) + "}' is not understood",
                         .hint = "there are ${NAME}, ${NAME:-default} and ${NAME-default}"};
    std::optional<string> value;
    if (const auto given = source_.values.find(name); given != source_.values.end())
      value = given->second;
    else if (source_.environment)
      value = source_.environment(name);
    if (!value && !has_default)
      return base::Error{.message = "the variable '" + string(name) + "' is not set",
                         .hint = "set it, or give a default as in ${" + string(name) + ":-text}"};
    if (!value) value = rest.substr(rest.starts_with(':') ? 2 : 1);
    values_->insert_or_assign(string(text), model::Placeholder{.value = *value});
    return std::nullopt;
  }
  [[nodiscard]] std::shared_ptr<const model::Placeholders> values() const { return values_; }

 private:
  const Source& source_;
  std::shared_ptr<model::Placeholders> values_ = std::make_shared<model::Placeholders>();
};

}  // namespace

Migrations read_goose(Folder& folder) {
  GooseVariables variables(folder.source());
  TemplateCheck templates(
      TemplateCheck::Style::goose,
      [&variables](string_view name) { return variables.resolve(name); }, folder.problems());
  std::vector<std::pair<string, string>> found;  // digits, file
  for (const ports::FolderEntry& entry : folder.entries()) {
    const auto version = version_name(entry.name, '_');
    if (entry.is_folder || !version) continue;
    if (entry.name.ends_with(".go") && !entry.name.ends_with("_test.go"))
      folder.refuse(entry.name, 1, "a migration in Go, which cannot be run here",
                    "write what it does as SQL into '" +
                        entry.name.substr(0, entry.name.size() - 3) + ".sql' and remove it");
    if (!entry.name.ends_with(".sql")) continue;
    if (is_too_large(version->digits) || without_zeros(version->digits) == "0")
      folder.refuse(entry.name, 1, "the version is not from 1 to 9223372036854775807");
    found.emplace_back(version->digits, entry.name);
  }
  std::ranges::stable_sort(
      found, [](const auto& a, const auto& b) { return is_less_number(a.first, b.first); });
  Migrations migrations;
  for (const auto& [digits, file] : found) {
    const string name = file.substr(digits.size() + 1, file.size() - digits.size() - 5);
    Draft draft(folder, without_zeros(digits), name);
    draft.set_placeholders(variables.values());
    Goose reader(folder, file, draft.change());
    draft.add_sections(
        file, [&](const ScannedLine& line) { return reader.read(line); }, &templates);
    reader.check_end();
    migrations.push_back(draft.take());
  }
  return migrations;
}

Migrations read_sql_migrate(Folder& folder) {
  std::vector<std::pair<std::optional<VersionName>, string>> found;
  for (const ports::FolderEntry& entry : folder.entries())
    if (!entry.is_folder && entry.name.ends_with(".sql"))
      found.emplace_back(version_name(entry.name, '\0'), entry.name);
  // Numbered ones first, by number and then by name.
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) {
    if (a.first.has_value() != b.first.has_value()) return a.first.has_value();
    return a.first && is_less_number(a.first->digits, b.first->digits);
  });
  Migrations migrations;
  for (const auto& [version, file] : found) {
    string name = version ? version->rest : file;
    name.erase(name.size() - 4);
    if (name.starts_with('_') || name.starts_with('-')) name.erase(0, 1);
    Draft draft(folder, file, name);
    SqlMigrate reader(folder, file, draft.change());
    draft.add_sections(file, [&](const ScannedLine& line) { return reader.read(line); });
    reader.check_end();
    migrations.push_back(draft.take());
  }
  return migrations;
}

}  // namespace garboard::loading
