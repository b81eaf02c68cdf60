// SPDX-License-Identifier: Apache-2.0
#include "base/template_text.hpp"

#include <algorithm>
#include <utility>

namespace garboard::base {

void TextPlace::advance(std::string_view bytes) noexcept {
  const std::size_t last = bytes.rfind('\n');
  if (last != std::string_view::npos) {
    line += static_cast<std::uint32_t>(std::ranges::count(bytes, '\n'));
    column = 1;
    bytes.remove_prefix(last + 1);
  }
  column += static_cast<std::uint32_t>(std::ranges::count_if(
      bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

void TemplateCutter::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (held_.empty()) {
      const std::string_view text = bytes.substr(0, bytes.find('$'));
      if (!text.empty()) sink_.text(text);
      place_.advance(text);
      bytes.remove_prefix(text.size());
      if (bytes.empty()) return;
      held_place_ = place_;
      held_ = "$";
    } else if (!feed_held(bytes.front())) {
      continue;  // the byte begins something else
    }
    place_.advance(bytes.substr(0, 1));
    bytes.remove_prefix(1);
  }
}

/// False when the byte is no part of what is held; then nothing is held any more.
bool TemplateCutter::feed_held(char c) {
  if (held_.starts_with("${")) {
    if (c == '\n' || held_.size() > max_name_bytes + 1) {
      put_token(Token::Kind::unclosed);
      return false;
    }
    held_ += c;
    if (c == '}') put_token(Token::Kind::name);
    return true;
  }
  if (c == '{') {
    held_ += c;
    if (held_ == "$${") put_token(Token::Kind::escape);
    return true;
  }
  if (c == '$' && held_ == "$") {
    held_ += c;
    return true;
  }
  if (c == '$') {
    sink_.text("$");
    ++held_place_.column;
    return true;
  }
  const std::string text = std::exchange(held_, {});
  sink_.text(text);
  return false;
}

void TemplateCutter::put_token(Token::Kind kind) {
  const std::string text = std::exchange(held_, {});
  std::string_view name = text;
  if (kind == Token::Kind::name) name = name.substr(2, name.size() - 3);
  TextPlace end = held_place_;
  end.advance(text);
  sink_.token({.kind = kind, .text = text, .name = name, .where = held_place_, .end = end});
}

void TemplateCutter::finish(TextPlace place) {
  if (held_.starts_with("${"))
    put_token(Token::Kind::unclosed);
  else if (!held_.empty())
    sink_.text(std::exchange(held_, {}));
  held_.clear();
  place_ = place;
}

}  // namespace garboard::base
