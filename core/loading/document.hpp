// SPDX-License-Identifier: Apache-2.0
// Document: one plan file as a flat tree of nodes that know their place in the text, the common
// ground of the YAML and JSON readers. Nothing is typed yet: that is the decoder's work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace garboard::loading {

enum class NodeKind : std::uint8_t { null, scalar, sequence, mapping };
enum class ScalarStyle : std::uint8_t {
  plain,    ///< without quotes; in JSON a number, true or false
  quoted,   ///< in JSON a string
  literal,  ///< YAML's |
  folded,   ///< YAML's >
};

/// Index of a node in its document; children follow their parent, each reaching up to its `end`.
using NodeId = std::uint32_t;
inline constexpr NodeId no_node = 0xFFFFFFFFU;

/// A value; not called Node because yaml-cpp's headers declare one.
struct TreeNode {
  NodeKind kind = NodeKind::null;
  ScalarStyle style = ScalarStyle::plain;
  std::uint32_t offset = 0;    ///< of its first byte; of the key when a value is missing
  NodeId end = 0;              ///< one past its last descendant
  std::string_view text = {};  ///< a scalar's value

  [[nodiscard]] bool operator==(const TreeNode&) const = default;
};

class Document {
 public:
  static constexpr std::size_t max_depth = 32;
  static constexpr NodeId root = 0;

  /// `text` without byte order mark, lines ended by LF. `file` is the path as messages show it.
  Document(std::string file, std::string text, bool is_json);
  Document(const Document&) = delete;
  Document& operator=(const Document&) = delete;

  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool is_json() const noexcept { return is_json_; }
  [[nodiscard]] const std::vector<TreeNode>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] const TreeNode& at(NodeId id) const { return nodes_[id]; }
  /// File, line and column of a byte of the text.
  [[nodiscard]] base::SourcePosition position(std::size_t offset) const;
  /// The line's bytes, without its end, that `offset` lies in.
  [[nodiscard]] std::string_view line_at(std::size_t offset) const;

  // For the readers, in the order of the text.
  void add_null(std::size_t offset);
  void add_scalar(std::size_t offset, ScalarStyle style, std::string_view kept);
  /// False when this would be deeper than max_depth.
  [[nodiscard]] bool open(std::size_t offset, NodeKind kind);
  void close();
  /// Keeps a text that is no part of the document's own.
  std::string_view keep(std::string text);
  /// The text itself when it stands at `offset`, else a kept copy.
  std::string_view keep_at(std::size_t offset, std::string_view text);
  void clear();
  /// True when the next node is the value of a mapping's key.
  [[nodiscard]] bool expects_value() const;

 private:
  struct Open {
    NodeId id;
    std::uint32_t children = 0;
    NodeKind kind;
  };
  void count_child();
  void index() const;
  [[nodiscard]] std::size_t points_before(std::size_t offset) const;

  std::string file_, text_;
  bool is_json_;
  std::vector<TreeNode> nodes_;
  std::vector<Open> open_;
  std::deque<std::string> kept_;
  mutable bool is_ascii_ = false;              // then a byte is a column
  mutable std::vector<std::uint32_t> lines_;   // where each begins; made when first asked for
  mutable std::vector<std::uint32_t> points_;  // code points before each block of the text
};

}  // namespace garboard::loading
