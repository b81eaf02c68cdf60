// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>

#include "loading/new_files.hpp"

namespace garboard::loading {

namespace {

using base::Code;
using base::Error;
using base::Result;
using std::string;
using std::string_view;

/// A scalar of YAML that is this text whatever it looks like.
string quoted(string_view text) {
  string made = "'";
  for (const char c : text) made += c == '\'' ? "''" : string(1, c);
  return made + "'";
}

bool is_code(string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first != string_view::npos && line[first] != '#';
}

/// Columns before the dashes of the list under `migrations:`; nullopt when it is written otherwise
/// or is not the last of the plan's keys.
std::optional<std::size_t> indent_of_list(string_view plan) {
  bool is_in_list = false;
  std::optional<std::size_t> indent;
  while (!plan.empty()) {
    const string_view line = plan.substr(0, plan.find('\n'));
    plan.remove_prefix(std::min(line.size() + 1, plan.size()));
    if (!is_code(line)) continue;
    const std::size_t first = line.find_first_not_of(' ');
    const bool is_item = line[first] == '-';
    if (!is_in_list) {
      is_in_list = line.starts_with("migrations:") && !is_code(line.substr(11));
      continue;
    }
    if (!indent) {
      if (!is_item) return std::nullopt;
      indent = first;
    }
    if (first < *indent || (first == *indent && !is_item)) return std::nullopt;
  }
  return indent;
}

}  // namespace

Result<string> plan_with_new(string_view plan, string_view name) {
  std::size_t indent = 2;
  string text(plan);
  if (plan.find_first_not_of(" \t\r\n") == string_view::npos) {
    text = "version: 1\nmigrations:\n";
  } else {
    const auto found = indent_of_list(plan);
    if (!found)
      return Error{.code = Code::bad_input,
                   .message =
                       "the plan does not end with a list of migrations in lines of their "
                       "own, to which one could be added",
                   .hint =
                       "write 'migrations:' as its last key, and each migration on lines that "
                       "begin with '- '; plans in JSON have to be written by hand"};
    indent = *found;
    if (!text.ends_with('\n')) text += '\n';
  }
  const string before(indent, ' ');
  text += before + "- name: " + quoted(name) + "\n";
  text += before + "  up:\n" + before + "    - sql: |\n";
  text += before + "        -- what applies the migration\n";
  text += before + "  down:\n" + before + "    - sql: |\n";
  text += before + "        -- what undoes it\n";
  return text;
}

}  // namespace garboard::loading
