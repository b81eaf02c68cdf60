// SPDX-License-Identifier: Apache-2.0
#include "words.hpp"

#include <algorithm>
#include <cstddef>

namespace garboard::sqlite {
namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_word_char(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80U;
}

bool is_keyword(std::string_view word, std::string_view keyword) noexcept {
  return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
  });
}

bool is_quote(char c) noexcept { return c == '"' || c == '\'' || c == '`' || c == '['; }

std::size_t quoted_size(std::string_view text) noexcept {
  const char end = text.front() == '[' ? ']' : text.front();
  for (std::size_t at = text.find(end, 1); at != npos; at = text.find(end, at + 2))
    if (end == ']' || at + 1 == text.size() || text[at + 1] != end) return at + 1;
  return text.size();
}

}  // namespace

void Words::skip_space() noexcept {
  for (;;) {
    const std::size_t first = rest_.find_first_not_of(" \t\r\n\f");
    rest_.remove_prefix(std::min(first, rest_.size()));
    std::size_t size = 0;
    if (rest_.starts_with("--")) {
      size = rest_.find('\n');
    } else if (rest_.starts_with("/*")) {
      size = rest_.find("*/", 2);
      if (size != npos) size += 2;
    } else if (rest_.starts_with("\xef\xbb\xbf")) {
      size = 3;
    } else {
      return;
    }
    rest_.remove_prefix(std::min(size, rest_.size()));
  }
}

std::string_view Words::next() noexcept {
  skip_space();
  if (rest_.empty()) return {};
  std::size_t size = 1;
  if (is_quote(rest_.front())) {
    size = quoted_size(rest_);
  } else if (is_word_char(rest_.front())) {
    while (size < rest_.size() && is_word_char(rest_[size])) ++size;
  }
  const std::string_view token = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return token;
}

bool Words::take(std::string_view keyword) noexcept {
  const std::string_view before = rest_;
  if (is_keyword(next(), keyword)) return true;
  rest_ = before;
  return false;
}

std::string name_of(std::string_view token) {
  if (token.size() < 2 || !is_quote(token.front())) return std::string(token);
  const char quote = token.front();
  token = token.substr(1, token.size() - 2);
  std::string name;
  for (std::size_t i = 0; i < token.size(); ++i) {
    name += token[i];
    if (quote != '[' && token[i] == quote) ++i;  // doubled
  }
  return name;
}

bool may_change_rows(std::string_view sql) noexcept {
  Words words(sql);
  const std::string_view first = words.next();
  for (const char* keyword : {"insert", "update", "delete", "replace", "with"})
    if (is_keyword(first, keyword)) return true;
  return false;
}

Target target_of(std::string_view sql) {
  Words words(sql);
  for (const char* keyword : {"pragma", "vacuum", "reindex", "analyze", "attach", "detach"})
    if (words.take(keyword)) return {Target::Kind::setting};
  const bool is_create = words.take("create");
  if (!is_create && !words.take("drop") && !words.take("alter")) return {};
  const bool is_temporary = is_create && (words.take("temp") || words.take("temporary"));
  if (is_create && !words.take("unique")) words.take("virtual");
  if (!words.take("table") && !words.take("index") && !words.take("view") && !words.take("trigger"))
    return {};
  if (words.take("if")) {
    words.take("not");
    words.take("exists");
  }
  Target target{Target::Kind::object, is_temporary ? "temp" : "", name_of(words.next())};
  if (words.take(".")) {
    target.schema = std::move(target.name);
    target.name = name_of(words.next());
  }
  return target;
}

}  // namespace garboard::sqlite
