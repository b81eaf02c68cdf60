// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "loading/fields.hpp"

namespace garboard::loading {

namespace {

bool is_json_literal(const TreeNode& node) {
  if (node.style != ScalarStyle::plain) return false;
  const std::string_view text = node.text;
  if (text == "true" || text == "false") return true;
  const bool may_be_number =
      !text.empty() && (text.front() == '-' || (text.front() >= '0' && text.front() <= '9'));
  return may_be_number && nlohmann::json::accept(text);
}

void append(const Document& document, NodeId id, std::string& out) {
  const TreeNode& node = document.at(id);
  switch (node.kind) {
    case NodeKind::null:
      out += "null";
      return;
    case NodeKind::scalar:
      if (is_json_literal(node))
        out += node.text;
      else
        out += nlohmann::json(node.text).dump();
      return;
    case NodeKind::sequence:
      out += '[';
      for (NodeId item = id + 1; item < node.end; item = document.at(item).end) {
        if (item != id + 1) out += ',';
        append(document, item, out);
      }
      out += ']';
      return;
    case NodeKind::mapping:
      out += '{';
      for (NodeId key = id + 1; key < node.end;) {
        if (key != id + 1) out += ',';
        const NodeId value = document.at(key).end;
        out += nlohmann::json(document.at(key).text).dump() + ':';
        append(document, value, out);
        key = document.at(value).end;
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string json_of(const Document& document, NodeId id) {
  std::string out;
  append(document, id, out);  // as deep as Document::max_depth allows
  return out;
}

}  // namespace garboard::loading
