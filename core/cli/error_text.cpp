// SPDX-License-Identifier: Apache-2.0
#include "cli/error_text.hpp"

#include <algorithm>

#include "cli/error_json.hpp"

namespace garboard::cli {

namespace {

using base::Error;

constexpr std::size_t max_line_bytes = 110;
constexpr std::size_t max_lines = 6;

bool is_continuation(char c) noexcept { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

struct Line {
  std::string_view text;
  std::size_t begin = 0;
};

std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back({text.substr(from, end - from), from});
    from = end + 1;
  }
  return lines;
}

// The part of a long line that shows the byte `at`, on character borders.
Line window(Line line, std::size_t at) {
  if (line.text.size() <= max_line_bytes) return line;
  std::size_t from = at > max_line_bytes * 2 / 3 ? at - max_line_bytes / 2 : 0;
  from = std::min(from, line.text.size() - max_line_bytes);
  while (from > 0 && is_continuation(line.text[from])) --from;
  std::size_t end = std::min(line.text.size(), from + max_line_bytes);
  while (end < line.text.size() && is_continuation(line.text[end])) ++end;
  return {line.text.substr(from, end - from), line.begin + from};
}

std::string caret_line(std::string_view before) {
  std::string line;
  for (const char c : before)
    if (!is_continuation(c)) line += c == '\t' ? '\t' : ' ';
  return line + "^";
}

// The lines around the position (or the first ones), the caret below the one it is in.
std::string excerpt(const Error& error) {
  const std::vector<Line> lines = lines_of(error.statement);
  const bool has_position = error.statement_position >= 0;
  const auto position =
      static_cast<std::size_t>(std::max<std::int64_t>(error.statement_position, 0));
  std::size_t blamed = 0;
  while (blamed + 1 < lines.size() && lines[blamed + 1].begin <= position) ++blamed;
  const std::size_t first = has_position && blamed >= max_lines / 2 ? blamed - max_lines / 2 : 0;
  std::string text;
  for (std::size_t i = first; i < std::min(lines.size(), first + max_lines); ++i) {
    const std::size_t at = has_position && i == blamed ? position - lines[i].begin : 0;
    const Line shown = window(lines[i], at);
    text += "    " + std::string(shown.text) + "\n";
    if (!has_position || i != blamed) continue;
    const std::size_t before =
        std::min(position - std::min(position, shown.begin), shown.text.size());
    text += "    " + caret_line(shown.text.substr(0, before)) + "\n";
  }
  return text;
}

std::string problem_line(const Error& error) {
  std::string text = error.where.text();
  if (!text.empty()) text += ": ";
  text += error.message + "\n";
  return text;
}

std::string enclosing(const Error& error) {
  std::string text;
  for (const std::string& each : error.context) text += (text.empty() ? "" : ", ") + each;
  return text;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20U && c != '\n' && c != '\t') || byte == 0x7FU) c = '?';
  }
  return out;
}

std::string error_text(const Error& error, const base::Redactor& redactor, Colour colour) {
  const Error shown = redactor.apply(error);
  const bool is_coloured = colour == Colour::on;
  const std::string label = is_coloured ? "\033[1;31merror:\033[0m " : "error: ";
  std::string text;
  const auto field = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += "  " + std::string(name) + ": " + value + "\n";
  };
  if (shown.others.empty()) {
    text += shown.message + "\n";
    field("at", shown.where.text());
  } else {
    // failed targets are what the error as a whole consists of, not further problems
    const bool is_sum = shown.reason.ends_with("targets-failed");
    if (!is_sum) text += std::to_string(shown.others.size() + 1) + " problems\n";
    text += problem_line(shown);
    for (const Error& other : shown.others) text += problem_line(other);
  }
  field("in", enclosing(shown));
  if (!shown.statement.empty()) text += "  statement:\n" + excerpt(shown);
  field("sqlstate", shown.sqlstate);
  if (shown.native_code != 0) field("native code", std::to_string(shown.native_code));
  field("hint", shown.hint);
  field("exit", std::to_string(static_cast<int>(shown.code)) + " " + reason_text(shown));
  return label + printable(text);
}

}  // namespace garboard::cli
