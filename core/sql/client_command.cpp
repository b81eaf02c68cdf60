// SPDX-License-Identifier: Apache-2.0
#include "sql/client_command.hpp"

#include <algorithm>
#include <array>

#include "sql/characters.hpp"
#include "sql/word.hpp"

namespace garboard::sql {

namespace {

/// The name behind the backslash.
std::string_view name_of(std::string_view command) noexcept {
  std::size_t size = 1;
  while (size < command.size() && !is_blank(static_cast<unsigned char>(command[size])) &&
         command[size] != '\\')
    ++size;
  return command.substr(1, size - 1);
}

bool takes_whole_line(std::string_view name) noexcept {
  constexpr std::array<std::string_view, 8> names{"!", "copy", "ef", "ev", "h", "help", "sf", "sv"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::uint64_t skip_to_line_end(TextWindow& window) {
  std::uint64_t end = window.index();
  for (int c = window.peek(); c >= 0 && c != '\n'; c = window.peek()) {
    window.skip(1);
    if (!is_blank(c)) end = window.index();
  }
  return end;
}

std::uint64_t skip_backslash_command(TextWindow& window) {
  std::size_t size = 1;
  for (int c = window.peek(size); c >= 0 && !is_blank(c) && c != '\\';) c = window.peek(++size);
  const bool is_whole_line = takes_whole_line(name_of(window.rest().substr(0, size)));
  window.skip(size);
  std::uint64_t end = window.index();
  if (is_whole_line) return std::max(end, skip_to_line_end(window));
  int quote = 0;
  for (int c = window.peek(); c >= 0 && c != '\n'; c = window.peek()) {
    if (c == '\\' && quote == 0) {
      if (window.peek(1) == '\\') window.skip(2);
      break;
    }
    const bool is_escape = c == '\\' && quote == '\'' && window.peek(1) != '\n';
    window.skip(is_escape && window.peek(1) >= 0 ? 2 : 1);
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"' || c == '`')) {
      quote = c;
    }
    if (!is_blank(c)) end = window.index();
  }
  return end;
}

std::string_view delimiter_argument(std::string_view line) noexcept {
  constexpr std::string_view blanks = " \t\r\f";
  line.remove_prefix(std::min(line.size(), std::string_view("delimiter").size()));
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(blanks)));
  if (line.empty()) return line;
  const char quote = line.front();
  if (quote == '\'' || quote == '"' || quote == '`') {
    line.remove_prefix(1);
    return line.substr(0, line.find(quote));
  }
  return line.substr(0, line.find_first_of(blanks));
}

bool is_sandbox_line(std::string_view comment) noexcept {
  return comment.starts_with("/*M!999999\\-");
}

bool is_ignorable_client_command(std::string_view command) noexcept {
  if (command.empty()) return true;
  if (command.front() != '\\') return true;  // DELIMITER, mariadb-dump's first line
  constexpr std::array<std::string_view, 12> names{
      ".", "a", "echo", "p", "pset", "qecho", "restrict", "t", "timing", "unrestrict", "warn", "x"};
  const std::string_view name = name_of(command);
  if (name == "set") return command.find("ON_ERROR_") != std::string_view::npos;
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace garboard::sql
