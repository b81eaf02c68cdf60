// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <unordered_map>

#include "base/text.hpp"
#include "loading/readers.hpp"

namespace garboard::loading {

namespace {

constexpr std::size_t small_mapping = 12;
constexpr std::string_view wide_text_hint =
    "the file seems to be UTF-16, as some Windows editors write it; save it as UTF-8";

bool is_control(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20U && c != '\t' && c != '\n') || byte == 0x7FU;
}

std::string hex_of(char c) {
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "0x%02X",
                static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text.data();
}

void refuse_duplicate(const Document& document, NodeId key, NodeId first, Problems& problems) {
  problems.add(document, document.at(key).offset,
               "the key '" + excerpt(document.at(key).text) + "' stands here for the second time",
               "the first is at " + document.position(document.at(first).offset).text() +
                   "; keep one of them");
}

void check_duplicates(const Document& document, const std::vector<NodeId>& keys,
                      Problems& problems) {
  if (keys.size() <= small_mapping) {
    for (std::size_t i = 1; i < keys.size(); ++i) {
      const auto same = [&](NodeId other) {
        return document.at(other).text == document.at(keys[i]).text;
      };
      const auto end = keys.begin() + static_cast<std::ptrdiff_t>(i);
      const auto first = std::find_if(keys.begin(), end, same);
      if (first != end) refuse_duplicate(document, keys[i], *first, problems);
    }
    return;
  }
  std::unordered_map<std::string_view, NodeId> seen;
  seen.reserve(keys.size());
  for (const NodeId key : keys) {
    const auto [first, is_new] = seen.emplace(document.at(key).text, key);
    if (!is_new) refuse_duplicate(document, key, first->second, problems);
  }
}

}  // namespace

void check_keys(const Document& document, Problems& problems) {
  std::vector<NodeId> keys;
  const auto count = static_cast<NodeId>(document.nodes().size());
  for (NodeId id = 0; id < count; ++id) {
    const TreeNode& mapping = document.at(id);
    if (mapping.kind != NodeKind::mapping) continue;
    keys.clear();
    for (NodeId key = id + 1; key < mapping.end; key = document.at(document.at(key).end).end) {
      const TreeNode& node = document.at(key);
      if (node.kind != NodeKind::scalar) {
        problems.add(document, node.offset, "this key is no text, expected a name followed by ':'");
      } else if (node.text == "<<" && node.style == ScalarStyle::plain) {
        problems.add(document, node.offset, "merge keys ('<<') are not read here",
                     "write the keys out where they are needed");
      } else {
        keys.push_back(key);
      }
    }
    check_duplicates(document, keys, problems);
  }
}

bool check_text(const Document& document, Problems& problems) {
  const std::string_view text = document.text();
  const auto control = std::ranges::find_if(text, is_control);
  const auto at = static_cast<std::size_t>(control - text.begin());
  const std::optional<std::size_t> invalid = base::find_invalid_utf8(text);
  if (invalid && *invalid < at) {
    const bool is_wide = text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF");
    problems.add(document, *invalid, "byte " + hex_of(text[*invalid]) + " is not UTF-8",
                 std::string(is_wide ? wide_text_hint : "save the file as UTF-8"));
    return false;
  }
  if (control == text.end()) return true;
  const bool is_nul = *control == '\0';
  problems.add(document, at,
               is_nul ? std::string("a NUL byte, expected text")
                      : "control character " + hex_of(*control) + ", expected text",
               is_nul && at < 4 ? std::string(wide_text_hint)
                                : "remove it; inside quotes it can be written as an escape");
  return false;
}

bool read_document(Document& document, Problems& problems) {
  if (!check_text(document, problems)) return false;
  if (document.is_json() ? !read_json(document, problems)
                         : !read_plain_yaml(document) && !read_yaml(document, problems))
    return false;
  check_keys(document, problems);
  return true;
}

std::string normalized(std::string text) {
  if (text.starts_with(base::byte_order_mark)) text.erase(0, base::byte_order_mark.size());
  const std::size_t cr = text.find('\r');
  if (cr == std::string::npos) return text;
  std::size_t to = cr;
  for (std::size_t from = cr; from < text.size(); ++from) {
    char c = text[from];
    if (c == '\r') {
      if (from + 1 < text.size() && text[from + 1] == '\n') continue;
      c = '\n';
    }
    text[to++] = c;
  }
  text.resize(to);
  return text;
}

}  // namespace garboard::loading
