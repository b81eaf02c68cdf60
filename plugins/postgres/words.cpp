// SPDX-License-Identifier: Apache-2.0
#include "words.hpp"

#include <algorithm>
#include <cstdint>

namespace garboard::postgres {

namespace {

bool is_space(char c) noexcept {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_word(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || static_cast<unsigned char>(c) >= 0x80U;
}
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::size_t block_comment_size(std::string_view text) noexcept {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view two = text.substr(at, 2);
    if (two == "/*") {
      ++depth;
      ++at;
    } else if (two == "*/") {
      ++at;
      if (--depth == 0) return at + 1;
    }
  }
  return text.size();
}

std::string_view behind_space(std::string_view text) noexcept {
  while (!text.empty()) {
    if (is_space(text.front())) {
      text.remove_prefix(1);
    } else if (text.starts_with("--")) {
      text.remove_prefix(std::min(text.find_first_of("\r\n"), text.size()));
    } else if (text.starts_with("/*")) {
      text.remove_prefix(block_comment_size(text));
    } else {
      break;
    }
  }
  return text;
}

/// `"a""b"` with its quotes, so that it differs from a key word.
std::size_t quoted_size(std::string_view text) noexcept {
  std::size_t at = 1;
  for (; at < text.size(); ++at) {
    if (text[at] != text.front()) continue;
    if (at + 1 == text.size() || text[at + 1] != text.front()) return at + 1;
    ++at;
  }
  return text.size();
}

bool has(const std::vector<std::string>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace

std::vector<std::string> leading_words(std::string_view sql, std::size_t limit) {
  std::vector<std::string> words;
  for (sql = behind_space(sql); !sql.empty() && words.size() < limit; sql = behind_space(sql)) {
    std::size_t size = 1;
    if (sql.front() == '"' || sql.front() == '\'') {
      size = quoted_size(sql);
    } else if (is_word(sql.front())) {
      size =
          static_cast<std::size_t>(std::find_if_not(sql.begin(), sql.end(), is_word) - sql.begin());
    }
    std::string word(sql.substr(0, size));
    if (word.front() != '"' && word.front() != '\'')
      std::transform(word.begin(), word.end(), word.begin(), lower);
    words.push_back(std::move(word));
    sql.remove_prefix(size);
  }
  return words;
}

bool is_read_only(std::string_view sql) {
  const auto words = leading_words(sql, SIZE_MAX);
  if (words.empty()) return true;
  const std::string& first = words.front();
  return first == "show" || first == "values" || first == "table" ||
         (first == "select" && !has(words, "into"));
}

bool ends_transaction(std::string_view sql) {
  const auto words = leading_words(sql, 2);
  if (words.empty()) return false;
  return words[0] == "commit" || words[0] == "end" ||
         (words[0] == "prepare" && words.size() > 1 && words[1] == "transaction");
}

bool is_client_copy(std::string_view sql) {
  if (const auto first = leading_words(sql, 1); first.empty() || first[0] != "copy") return false;
  const auto words = leading_words(sql, SIZE_MAX);
  return has(words, "stdin") || has(words, "stdout");
}

}  // namespace garboard::postgres
