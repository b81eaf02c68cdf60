// SPDX-License-Identifier: Apache-2.0
// Names for constraints and indexes whose author gave none: `users_email_key`. They are part of
// what is applied, so they must never come out differently for the same plan.
#pragma once

#include <set>
#include <span>
#include <string>
#include <string_view>

namespace garboard::loading {

/// 8 hex digits that tell texts apart.
[[nodiscard]] std::string short_hash(std::string_view text);

/// The names of one table's constraints and indexes, which differ in more than case.
class DerivedNames {
 public:
  static constexpr std::size_t max_bytes = 63;  // of an identifier in PostgreSQL

  explicit DerivedNames(std::string_view table) : table_(table) {}
  /// False when the name is taken already.
  bool take(std::string_view name);
  /// `<table>_<words>_<suffix>`, cut where it is too long, and taken.
  [[nodiscard]] std::string derive(std::span<const std::string> words, std::string_view suffix);

 private:
  std::string table_;
  std::set<std::string, std::less<>> taken_ = {};
};

}  // namespace garboard::loading
