// SPDX-License-Identifier: Apache-2.0
// Typed access to a document: what schema/plan.schema.json says of each value, checked by hand so
// that every refusal names the value, its place and what was expected.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loading/document.hpp"
#include "loading/problems.hpp"

namespace garboard::loading {

/// The values of one mapping by their keys. Unknown keys and a value that is no mapping are
/// problems from the start.
class Fields {
 public:
  static constexpr std::size_t max_keys = 24;

  /// `what` names the mapping in messages: "a migration". All borrowed.
  Fields(const Document& document, NodeId mapping, std::string_view what,
         std::span<const std::string_view> known, Problems& problems);

  /// The value of a known key, no_node when it is not there.
  [[nodiscard]] NodeId value(std::string_view key) const;
  [[nodiscard]] bool has(std::string_view key) const { return value(key) != no_node; }
  /// True when the key is neither there nor meant by a misspelt one, which was refused already.
  [[nodiscard]] bool lacks(std::string_view key) const;
  /// A key that is missing is a problem.
  void require(std::string_view key, std::string_view expected) const;
  [[nodiscard]] bool has_unknown() const noexcept { return has_unknown_; }
  /// Where to say that something is missing.
  [[nodiscard]] std::size_t offset() const { return document_.at(mapping_).offset; }
  [[nodiscard]] bool is_mapping() const { return document_.at(mapping_).kind == NodeKind::mapping; }

 private:
  void refuse_key(NodeId key);

  const Document& document_;
  NodeId mapping_;
  std::string_view what_;
  std::span<const std::string_view> known_;
  Problems& problems_;
  std::array<NodeId, max_keys> values_{};
  std::vector<std::string_view> misspelt_ = {};
  bool has_unknown_ = false;
};

/// What stands there, for messages: "the number 5", "a list", "nothing".
[[nodiscard]] std::string described(const Document& document, NodeId id);

/// "'up' is a mapping, expected <expected>".
void refuse_type(const Document& document, NodeId id, std::string_view key,
                 std::string_view expected, Problems& problems, std::string hint = {});

/// The one version there is, of `what`: "a plan".
void check_version(const Document& document, NodeId id, std::string_view what, Problems& problems);

/// Any scalar of YAML as it is written, but only a string of JSON. Refuses NUL bytes.
[[nodiscard]] std::optional<std::string_view> read_string(const Document& document, NodeId id,
                                                          std::string_view key, Problems& problems);
/// A string in one line without control characters or white space at its ends, of 1 to `max`
/// code points.
[[nodiscard]] std::optional<std::string_view> read_line(const Document& document, NodeId id,
                                                        std::string_view key, std::size_t max,
                                                        Problems& problems);
[[nodiscard]] std::optional<bool> read_bool(const Document& document, NodeId id,
                                            std::string_view key, Problems& problems);
/// "2s", "500ms", or 0.
[[nodiscard]] std::optional<std::chrono::milliseconds> read_duration(const Document& document,
                                                                     NodeId id,
                                                                     std::string_view key,
                                                                     Problems& problems);
/// A whole number from 0 to `max`.
[[nodiscard]] std::optional<std::size_t> read_count(const Document& document, NodeId id,
                                                    std::string_view key, std::size_t max,
                                                    Problems& problems);
/// The nodes of a string or of a list, without those that are no strings.
[[nodiscard]] std::vector<NodeId> string_or_list(const Document& document, NodeId id,
                                                 std::string_view key, Problems& problems);
/// A mapping as JSON text. Plain scalars that are JSON's numbers, true, false or null stay that;
/// everything else is a string.
[[nodiscard]] std::string json_of(const Document& document, NodeId id);

}  // namespace garboard::loading
