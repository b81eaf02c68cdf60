// SPDX-License-Identifier: Apache-2.0
#include "base/redaction.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace garboard::base {

namespace {

constexpr std::size_t npos = std::string_view::npos;

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
bool is_word(char c) noexcept {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_';
}
bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

enum class HexCase { upper, lower };

std::string percent_encoded(std::string_view text, HexCase hex_case, std::string_view kept) {
  const std::string_view digits =
      hex_case == HexCase::upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string out;
  for (const char c : text) {
    if ((is_word(c) && c != '_') || kept.find(c) != npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4U];
    out += digits[byte & 15U];
  }
  return out;
}

// Of the secret at `phase` bytes (0 to 2) into a longer text: those characters of the text's base64
// that the secret alone decides.
std::string base64_core(std::string_view secret, std::size_t phase, std::string_view alphabet) {
  std::string padded(phase, '\0');
  padded += secret;
  std::string out;
  for (std::size_t i = 0; i + 2 < padded.size(); i += 3) {
    const auto byte = [&](std::size_t k) {
      return static_cast<std::uint32_t>(static_cast<unsigned char>(padded[k]));
    };
    const std::uint32_t bits = byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2);
    for (const std::uint32_t shift : {18U, 12U, 6U, 0U}) out += alphabet[(bits >> shift) & 63U];
  }
  const std::size_t rest = padded.size() % 3;
  if (rest != 0) {
    const auto byte = [&](std::size_t k) {
      return static_cast<std::uint32_t>(
          static_cast<unsigned char>(padded[padded.size() - rest + k]));
    };
    out += alphabet[byte(0) >> 2U];
    if (rest == 2) out += alphabet[((byte(0) & 3U) << 4U) | (byte(1) >> 4U)];
  }
  const std::array<std::size_t, 3> undecided_front{0, 2, 3};
  return out.substr(std::min(out.size(), undecided_front.at(phase)));
}

std::string with_doubled(std::string_view text, char c) {
  std::string out;
  for (const char each : text) out.append(each == c ? 2U : 1U, each);
  return out;
}

std::string with_backslashes(std::string_view text, std::string_view escaped) {
  std::string out;
  for (const char c : text) {
    if (escaped.find(c) != npos) out += '\\';
    out += c;
  }
  return out;
}

bool starts_with_word(std::string_view text, std::string_view word) noexcept {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i)
    if (lower(text[i]) != word[i]) return false;
  return text.size() == word.size() || !is_word(text[word.size()]);
}

std::size_t skip_spaces(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_space(text[at])) ++at;
  return at;
}

// Where the text goes on after 'user'@'host', user@localhost or CURRENT_USER() and the spaces
// after.
std::size_t after_account(std::string_view text, std::size_t at) noexcept {
  constexpr std::string_view quotes = "'\"`";
  constexpr std::string_view joints = "@()%.-";
  while (at < text.size()) {
    if (quotes.find(text[at]) != npos) {
      const std::size_t close = text.find(text[at], at + 1);
      if (close == npos) return text.size();
      at = close + 1;
    } else if (is_word(text[at]) || joints.find(text[at]) != npos) {
      ++at;
    } else {
      break;
    }
  }
  return skip_spaces(text, at);
}

// Where the text goes on after the words that announce a secret at `at`; npos when none do.
std::size_t after_announcement(std::string_view text, std::size_t at) noexcept {
  if (starts_with_word(text.substr(at), "password")) {
    std::size_t next = skip_spaces(text, at + 8);
    if (starts_with_word(text.substr(next), "for")) {  // SET PASSWORD FOR 'user'@'host' = '..'
      next = after_account(text, skip_spaces(text, next + 3));
      if (next == text.size() || (text[next] != '=' && text[next] != ':')) return npos;
    }
    while (next < text.size() && (text[next] == '=' || text[next] == '(' || text[next] == ':'))
      next = skip_spaces(text, next + 1);
    return next;
  }
  if (!starts_with_word(text.substr(at), "identified")) return npos;
  std::size_t next = skip_spaces(text, at + 10);
  while (next < text.size() && is_word(text[next])) {
    std::size_t end = next;
    while (end < text.size() && (is_word(text[end]) || text[end] == '-')) ++end;
    const std::string_view word = text.substr(next, end - next);
    next = skip_spaces(text, end);
    if (starts_with_word(word, "by") || starts_with_word(word, "as") ||
        starts_with_word(word, "using")) {
      if (starts_with_word(text.substr(next), "password")) return after_announcement(text, next);
      return next;
    }
  }
  // IDENTIFIED WITH 'plugin' BY '..': the plugin's name may be quoted.
  if (next < text.size() && (text[next] == '\'' || text[next] == '"' || text[next] == '`')) {
    const std::size_t close = text.find(text[next], next + 1);
    if (close == npos) return next;
    const std::size_t word = skip_spaces(text, close + 1);
    for (const std::string_view joint : {"by", "as", "using"})
      if (starts_with_word(text.substr(word), joint)) return skip_spaces(text, word + joint.size());
    return npos;
  }
  return npos;
}

struct Span {
  std::size_t begin = npos;
  std::size_t end = npos;
};

// What is between the quotes of the literal at `at`; an open one reaches to the end.
Span literal_content(std::string_view text, std::size_t at) noexcept {
  if (at == 0 || at >= text.size()) return {};
  std::size_t open = at;
  const char prefix = lower(text[open]);
  if ((prefix == 'e' || prefix == 'n') && open + 1 < text.size() && text[open + 1] == '\'') ++open;
  if (text[open] == '$') {
    const std::size_t tag_end = text.find('$', open + 1);
    if (tag_end == npos) return {};
    const std::string_view tag = text.substr(open, tag_end - open + 1);
    const std::size_t close = text.find(tag, tag_end + 1);
    return {tag_end + 1, close == npos ? text.size() : close};
  }
  if (text[open] != '\'' && text[open] != '"') {
    if (text[at - 1] != '=') return {};  // password=.. inside a connection string
    const std::size_t stop = text.find_first_of(" \t\r\n'\"&;)", at);
    return {at, stop == npos ? text.size() : stop};
  }
  const char quote = text[open];
  std::size_t end = open + 1;
  while (end < text.size()) {
    const char next = end + 1 < text.size() ? text[end + 1] : '\0';
    const bool is_escape =
        (text[end] == '\\' && next != '\0') || (text[end] == quote && next == quote);
    if (text[end] == quote && !is_escape) break;
    end += is_escape ? 2 : 1;
  }
  return {open + 1, end};
}

struct Edit {
  std::size_t begin, end;
};

std::vector<Edit> sql_edits(std::string_view text) {
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = lower(text[at]);
    if ((c != 'p' && c != 'i') || (at > 0 && is_word(text[at - 1]))) continue;
    const std::size_t value = after_announcement(text, at);
    if (value == npos) continue;
    const Span span = literal_content(text, value);
    if (span.begin == npos || span.begin >= span.end) continue;
    edits.push_back({span.begin, span.end});
    at = span.end;
  }
  return edits;
}

std::string edited(std::string_view text, const std::vector<Edit>& edits) {
  std::string out;
  std::size_t from = 0;
  for (const Edit& edit : edits) {
    out += text.substr(from, edit.begin - from);
    out += redacted_mark;
    from = edit.end;
  }
  out += text.substr(from);
  return out;
}

// Where the byte at `position` stands after the edits; -1 when one of them replaced it.
std::int64_t moved(std::int64_t position, const std::vector<Edit>& edits) noexcept {
  std::int64_t shift = 0;
  for (const Edit& edit : edits) {
    const auto begin = static_cast<std::int64_t>(edit.begin);
    const auto end = static_cast<std::int64_t>(edit.end);
    if (position < begin) break;
    if (position < end) return -1;
    shift += static_cast<std::int64_t>(redacted_mark.size()) - (end - begin);
  }
  return position < 0 ? -1 : position + shift;
}

std::vector<Edit> spelling_edits(std::string_view text, const std::vector<std::string>& spellings,
                                 const std::array<bool, 256>& first_bytes) {
  std::vector<Edit> edits;
  for (std::size_t at = 0; at < text.size();) {
    if (!first_bytes[static_cast<unsigned char>(text[at])]) {
      ++at;
      continue;
    }
    const auto hit = std::ranges::find_if(
        spellings, [&](const std::string& s) { return text.substr(at).starts_with(s); });
    if (hit == spellings.end()) {
      ++at;
      continue;
    }
    edits.push_back({at, at + hit->size()});
    at += hit->size();
  }
  return edits;
}

}  // namespace

std::string redact_sql(std::string_view text) { return edited(text, sql_edits(text)); }

void Redactor::add(std::string_view secret) {
  if (secret.size() < min_secret_bytes) return;
  constexpr std::string_view standard =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::string_view url_safe =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::vector<std::string> found{std::string(secret), with_doubled(secret, '\''),
                                 with_doubled(secret, '"'), with_backslashes(secret, "\"\\"),
                                 with_backslashes(secret, "'\\")};
  for (const HexCase hex_case : {HexCase::upper, HexCase::lower})
    for (const std::string_view kept : {"", "-._~", "-._~!$&'()*+,;=", "-._~!$&'()*+,;=:@/?"})
      found.push_back(percent_encoded(secret, hex_case, kept));
  for (const std::size_t phase : {0U, 1U, 2U}) {
    found.push_back(base64_core(secret, phase, standard));
    found.push_back(base64_core(secret, phase, url_safe));
  }
  for (std::string& spelling : found) {
    if (spelling.size() < min_secret_bytes ||
        std::ranges::find(spellings_, spelling) != spellings_.end())
      continue;
    first_bytes_[static_cast<unsigned char>(spelling.front())] = true;
    spellings_.push_back(std::move(spelling));
  }
  std::ranges::stable_sort(
      spellings_, [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
}

std::string Redactor::apply(std::string_view text) const {
  return redact_sql(edited(text, spelling_edits(text, spellings_, first_bytes_)));
}

Error Redactor::apply(Error error) const {
  for (std::string* text : {&error.message, &error.hint, &error.where.file}) *text = apply(*text);
  for (std::string& text : error.context) text = apply(text);
  const std::vector<Edit> known = spelling_edits(error.statement, spellings_, first_bytes_);
  error.statement_position = moved(error.statement_position, known);
  error.statement = edited(error.statement, known);
  const std::vector<Edit> announced = sql_edits(error.statement);
  error.statement_position = moved(error.statement_position, announced);
  error.statement = edited(error.statement, announced);
  for (Error& other : error.others) other = apply(std::move(other));
  return error;
}

}  // namespace garboard::base
