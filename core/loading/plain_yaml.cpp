// SPDX-License-Identifier: Apache-2.0
// Start-up is the product, and yaml-cpp takes 30 ms for a thousand migrations. This reads block
// mappings and lists, one-line scalars and flow collections, and | blocks; at anything else it
// gives up, so that it never has to know what is a mistake.
#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include "loading/readers.hpp"

namespace garboard::loading {

namespace {

using std::string_view;

bool is_alnum(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

class PlainYaml {
 public:
  explicit PlainYaml(Document& document) : document_(document), text_(document.text()) {}

  bool read() {
    if (text_.empty() || text_.back() != '\n') return false;
    if (!next_content() || is_at_end() || column_ != 0) return false;
    return block() && is_at_end();
  }

 private:
  [[nodiscard]] bool is_at_end() const noexcept { return at_ == text_.size(); }
  // The text ends with LF, and at_ never passes one except by begin_line: always a byte to see.
  [[nodiscard]] char now() const noexcept { return text_[at_]; }
  [[nodiscard]] char next() const noexcept {
    return at_ + 1 < text_.size() ? text_[at_ + 1] : '\n';
  }
  [[nodiscard]] bool is_at_dash() const noexcept {
    return now() == '-' && (next() == ' ' || next() == '\n');
  }
  void skip_spaces() noexcept {
    while (now() == ' ') ++at_;
  }

  /// From the beginning of a line to the next content; at_ is then its place, column_ its indent.
  bool next_content() {
    while (!is_at_end()) {
      const std::size_t line = at_;
      skip_spaces();
      column_ = at_ - line;
      if (now() == '\t') return false;
      if (now() == '#') at_ = text_.find('\n', at_);
      if (now() != '\n') {
        const string_view rest = text_.substr(at_, 3);
        return column_ != 0 || (now() != '%' && rest != "---" && rest != "...");
      }
      ++at_;
    }
    column_ = 0;
    return true;
  }

  /// The rest of the line after a value: nothing, or a comment. Goes on to the next content, which
  /// must not be indented deeper than `column`: that would continue the value.
  bool end_line(std::size_t column) {
    const std::size_t before = at_;
    skip_spaces();
    if (now() == '#' && at_ > before) at_ = text_.find('\n', at_);
    if (now() != '\n') return false;
    ++at_;
    return next_content() && (is_at_end() || column_ <= column);
  }

  bool block() {
    if (is_at_dash()) return sequence(column_);
    return mapping(column_);
  }

  [[nodiscard]] std::size_t key_length() const {
    std::size_t end = at_;
    while (is_alnum(text_[end]) || (end > at_ && (text_[end] == '_' || text_[end] == '-'))) ++end;
    if (text_[end] != ':' || (text_[end + 1] != ' ' && text_[end + 1] != '\n')) return 0;
    return end - at_;
  }

  bool key() {
    const std::size_t length = key_length();
    if (length == 0 || is_null(text_.substr(at_, length))) return false;
    document_.add_scalar(at_, ScalarStyle::plain, text_.substr(at_, length));
    at_ += length + 1;
    return true;
  }

  bool mapping(std::size_t column) {
    if (!document_.open(at_, NodeKind::mapping)) return false;
    while (!is_at_end() && column_ == column && !is_at_dash())
      if (!key() || !value_of_key(column)) return false;
    document_.close();
    return is_at_end() || column_ < column || is_at_dash();
  }

  bool value_of_key(std::size_t column) {
    const std::size_t key_offset = document_.at(last_node()).offset;
    const std::size_t before = at_;
    skip_spaces();
    const bool is_comment = now() == '#' && at_ > before;
    if (now() != '\n' && !is_comment) return at_ > before && value(column);
    at_ = text_.find('\n', at_) + 1;
    if (!next_content()) return false;
    if (!is_at_end() && (column_ > column || (column_ == column && is_at_dash()))) return block();
    document_.add_null(key_offset);
    return true;
  }

  bool sequence(std::size_t column) {
    if (!document_.open(at_, NodeKind::sequence)) return false;
    while (!is_at_end() && column_ == column && is_at_dash()) {
      const std::size_t dash = at_++;
      skip_spaces();
      if (now() == '\n' || now() == '#' || is_at_dash()) return false;
      if (key_length() != 0) {
        column_ = column + (at_ - dash);
        if (!mapping(column_)) return false;
        if (!is_at_end() && column_ > column) return false;
      } else if (!value(column)) {
        return false;
      }
    }
    document_.close();
    return is_at_end() || column_ <= column;
  }

  bool value(std::size_t column) {
    switch (now()) {
      case '|':
        return literal(column);
      case '[':
      case '{':
        return flow(0) && end_line(column);
      case '"':
      case '\'':
        return quoted() && end_line(column);
      default:
        return plain(false) && end_line(column);
    }
  }

  bool quoted() {
    const char quote = now();
    const std::size_t begin = at_ + 1;
    const std::size_t end = text_.find_first_of(quote == '"' ? "\"\\\n" : "'\n", begin);
    if (text_[end] != quote || text_[end + 1] == '\'') return false;
    document_.add_scalar(at_, ScalarStyle::quoted, text_.substr(begin, end - begin));
    at_ = end + 1;
    return true;
  }

  static bool is_null(string_view text) {
    return text == "null" || text == "Null" || text == "NULL";
  }

  bool plain(bool is_in_flow) {
    const char first = now();
    if (!is_alnum(first) && first != '_' && first != '/' && first != '(' && first != '.')
      return false;
    std::size_t end = at_;
    for (;; ++end) {
      const char c = text_[end];
      if (c == '\n') break;
      if (c == '\t') return false;
      if (c == '#' && text_[end - 1] == ' ') break;
      const char after = text_[end + 1 < text_.size() ? end + 1 : end];
      if (c == ':' && (is_in_flow || after == ' ' || after == '\n' || after == '\t')) return false;
      if (is_in_flow && string_view(",[]{}").find(c) != string_view::npos) break;
    }
    const std::size_t last = text_.find_last_not_of(' ', end - 1);
    const string_view scalar = text_.substr(at_, last + 1 - at_);
    if (is_null(scalar)) {
      document_.add_null(at_);
    } else {
      document_.add_scalar(at_, ScalarStyle::plain, scalar);
    }
    at_ = last + 1;
    return true;
  }

  bool flow(std::size_t depth) {
    if (depth > Document::max_depth) return false;
    switch (now()) {
      case '[':
        return flow_collection(NodeKind::sequence, ']', depth);
      case '{':
        return flow_collection(NodeKind::mapping, '}', depth);
      case '"':
      case '\'':
        return quoted();
      default:
        return plain(true);
    }
  }

  bool flow_collection(NodeKind kind, char closing, std::size_t depth) {
    if (!document_.open(at_, kind)) return false;
    ++at_;
    skip_spaces();
    for (bool is_first = true; now() != closing; is_first = false) {
      if (!is_first) {
        if (now() != ',') return false;
        ++at_;
        skip_spaces();
      }
      if (kind == NodeKind::mapping) {
        if (!key() || now() != ' ') return false;
        skip_spaces();
      }
      if (!flow(depth + 1)) return false;
      skip_spaces();
    }
    ++at_;
    document_.close();
    return true;
  }

  bool literal(std::size_t column) {
    const std::size_t header = at_++;
    const bool is_stripped = now() == '-';
    if (is_stripped) ++at_;
    if (now() != '\n') return false;
    ++at_;
    const std::size_t indent = literal_indent();
    if (indent <= column) return false;
    std::string kept;
    std::size_t pending_breaks = 0;  // of blank lines, which count only before a further line
    while (!is_at_end()) {
      const std::size_t end = text_.find('\n', at_);
      const string_view line = text_.substr(at_, end - at_);
      const std::size_t spaces = std::min(line.find_first_not_of(' '), line.size());
      if (spaces == line.size()) {
        if (spaces > indent) return false;
        ++pending_breaks;
      } else if (spaces >= indent) {
        kept.append(pending_breaks, '\n');
        pending_breaks = 0;
        kept.append(line.substr(indent)).push_back('\n');
      } else {
        break;
      }
      at_ = end + 1;
    }
    if (is_stripped) kept.pop_back();
    document_.add_scalar(header, ScalarStyle::literal, document_.keep(std::move(kept)));
    return next_content() && (is_at_end() || column_ <= column);
  }

  /// Spaces before the first line that is not blank; 0 when there is none, or when a blank one
  /// before it is longer.
  [[nodiscard]] std::size_t literal_indent() const {
    std::size_t longest = 0;
    for (std::size_t line = at_; line < text_.size();) {
      const std::size_t content = text_.find_first_not_of(' ', line);
      const std::size_t spaces = content - line;
      if (text_[content] != '\n') return longest > spaces ? 0 : spaces;
      longest = std::max(longest, spaces);
      line = content + 1;
    }
    return 0;
  }

  [[nodiscard]] NodeId last_node() const {
    return static_cast<NodeId>(document_.nodes().size() - 1);
  }

  Document& document_;
  string_view text_;
  std::size_t at_ = 0;
  std::size_t column_ = 0;
};

}  // namespace

bool read_plain_yaml(Document& document) {
  if (PlainYaml(document).read()) return true;
  document.clear();
  return false;
}

}  // namespace garboard::loading
