// SPDX-License-Identifier: Apache-2.0
#include "loading/fields.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "base/number.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace garboard::loading {

namespace {

using std::string;
using std::string_view;

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20U || c == '\x7F'; }

string list_of(std::span<const string_view> names) {
  string text;
  for (const string_view name : names) text += (text.empty() ? "" : ", ") + string(name);
  return text;
}

}  // namespace

Fields::Fields(const Document& document, NodeId mapping, string_view what,
               std::span<const string_view> known, Problems& problems)
    : document_(document), mapping_(mapping), what_(what), known_(known), problems_(problems) {
  values_.fill(no_node);
  const TreeNode& node = document.at(mapping);
  if (node.kind != NodeKind::mapping) {
    problems.add(document, node.offset,
                 string(what) + " is " + described(document, mapping) +
                     ", expected a mapping with the keys " + list_of(known));
    return;
  }
  for (NodeId key = mapping + 1; key < node.end;) {
    const NodeId held = document.at(key).end;
    const auto found = document.at(key).kind == NodeKind::scalar
                           ? std::ranges::find(known, document.at(key).text)
                           : known.end();
    if (found != known.end())
      values_.at(static_cast<std::size_t>(found - known.begin())) = held;
    else if (document.at(key).kind == NodeKind::scalar && document.at(key).text != "<<")
      refuse_key(key);
    key = document.at(held).end;
  }
}

void Fields::refuse_key(NodeId key) {
  const string_view name = document_.at(key).text;
  const string_view guess = base::closest_of(name, known_);
  has_unknown_ = true;
  misspelt_.push_back(guess);
  string hint = guess.empty() ? string() : "did you mean '" + string(guess) + "'? ";
  problems_.add(document_, document_.at(key).offset,
                "unknown key '" + excerpt(name) + "' in " + string(what_) + ", expected one of " +
                    list_of(known_),
                std::move(hint) + "names are case-sensitive");
}

NodeId Fields::value(string_view key) const {
  const auto found = std::ranges::find(known_, key);
  return found == known_.end() ? no_node
                               : values_.at(static_cast<std::size_t>(found - known_.begin()));
}

void Fields::require(string_view key, string_view expected) const {
  if (lacks(key))
    problems_.add(document_, offset(),
                  "'" + string(key) + "' is missing, expected " + string(expected));
}

bool Fields::lacks(string_view key) const {
  return !has(key) && std::ranges::find(misspelt_, key) == misspelt_.end();
}

string described(const Document& document, NodeId id) {
  const TreeNode& node = document.at(id);
  switch (node.kind) {
    case NodeKind::null:
      return "nothing";
    case NodeKind::sequence:
      return node.end == id + 1 ? "an empty list" : "a list";
    case NodeKind::mapping:
      return "a mapping";
    case NodeKind::scalar:
      break;
  }
  if (node.style == ScalarStyle::plain && document.is_json())
    return (node.text == "true" || node.text == "false" ? "" : "the number ") + excerpt(node.text);
  return "the text '" + excerpt(node.text) + "'";
}

void check_version(const Document& document, NodeId id, string_view what, Problems& problems) {
  const TreeNode& node = document.at(id);
  if (node.kind == NodeKind::scalar && node.style == ScalarStyle::plain && node.text == "1") return;
  refuse_type(document, id, "version", "the number 1", problems,
              string(what) + " of a later version needs a later garboard");
}

void refuse_type(const Document& document, NodeId id, string_view key, string_view expected,
                 Problems& problems, string hint) {
  problems.add(
      document, document.at(id).offset,
      "'" + string(key) + "' is " + described(document, id) + ", expected " + string(expected),
      std::move(hint));
}

std::optional<string_view> read_string(const Document& document, NodeId id, string_view key,
                                       Problems& problems) {
  const TreeNode& node = document.at(id);
  const bool is_json_literal = document.is_json() && node.style == ScalarStyle::plain;
  if (node.kind != NodeKind::scalar || is_json_literal) {
    string hint;
    if (node.kind == NodeKind::scalar) hint = "put it into quotes";
    if (node.kind == NodeKind::null) hint = "write the text, in quotes if it is the word null";
    refuse_type(document, id, key, "a string", problems, std::move(hint));
    return std::nullopt;
  }
  if (node.text.find('\0') != string_view::npos) {
    problems.add(document, node.offset, "'" + string(key) + "' has a NUL byte, expected text");
    return std::nullopt;
  }
  return node.text;
}

std::optional<string_view> read_line(const Document& document, NodeId id, string_view key,
                                     std::size_t max, Problems& problems) {
  const std::optional<string_view> text = read_string(document, id, key, problems);
  if (!text) return std::nullopt;
  const auto refuse = [&](string_view what, string_view expected) {
    problems.add(document, document.at(id).offset,
                 "'" + string(key) + "' " + string(what) + ", expected " + string(expected));
    return std::nullopt;
  };
  if (text->empty()) return refuse("is empty", "a text");
  if (text->find('\n') != string_view::npos)
    return refuse("has more than one line or ends with a line end", "one line");
  if (std::ranges::any_of(*text, is_control)) return refuse("has control characters", "a text");
  if (text->front() == ' ' || text->back() == ' ')
    return refuse("begins or ends with a space", "a text without");
  if (base::count_code_points(*text) > max)
    return refuse("is too long", "at most " + std::to_string(max) + " characters");
  return text;
}

std::optional<bool> read_bool(const Document& document, NodeId id, string_view key,
                              Problems& problems) {
  const TreeNode& node = document.at(id);
  if (node.kind == NodeKind::scalar && node.style == ScalarStyle::plain) {
    if (node.text == "true") return true;
    if (node.text == "false") return false;
  }
  refuse_type(document, id, key, "true or false", problems,
              node.kind == NodeKind::scalar ? "without quotes and in lower case" : "");
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> read_duration(const Document& document, NodeId id,
                                                       string_view key, Problems& problems) {
  const TreeNode& node = document.at(id);
  const bool is_json_literal = document.is_json() && node.style == ScalarStyle::plain;
  if (node.kind == NodeKind::scalar && (!is_json_literal || node.text == "0")) {
    if (const auto duration = base::parse_duration(node.text)) return duration;
  }
  refuse_type(document, id, key, "a duration such as 2s, 500ms or 1m30s", problems,
              "0 leaves it to the server");
  return std::nullopt;
}

std::optional<std::size_t> read_count(const Document& document, NodeId id, string_view key,
                                      std::size_t max, Problems& problems) {
  const TreeNode& node = document.at(id);
  const string_view text = node.text;
  const auto count = base::number_of<std::size_t>(text);
  const bool is_plain = node.kind == NodeKind::scalar && node.style == ScalarStyle::plain;
  if (is_plain && count && (text.size() == 1 || text[0] != '0') && *count <= max) return count;
  refuse_type(document, id, key, "a whole number from 0 to " + std::to_string(max), problems);
  return std::nullopt;
}

std::vector<NodeId> string_or_list(const Document& document, NodeId id, string_view key,
                                   Problems& problems) {
  std::vector<NodeId> texts;
  const TreeNode& node = document.at(id);
  if (node.kind != NodeKind::sequence) {
    if (node.kind == NodeKind::scalar && read_string(document, id, key, problems))
      texts.push_back(id);
    else if (node.kind != NodeKind::scalar)
      refuse_type(document, id, key, "a string or a list of strings", problems);
    return texts;
  }
  if (node.end == id + 1)
    refuse_type(document, id, key, "at least one string", problems, "leave the key out");
  for (NodeId item = id + 1; item < node.end; item = document.at(item).end)
    if (read_string(document, item, key, problems)) texts.push_back(item);
  return texts;
}

}  // namespace garboard::loading
