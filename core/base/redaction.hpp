// SPDX-License-Identifier: Apache-2.0
// Redaction: keeps secrets out of every text that leaves the process. It knows the run's own
// secrets in the spellings they take on the way (raw, percent-encoded, base64), and the places in
// SQL where an author must write one.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace garboard::base {

/// What stands in place of a secret.
inline constexpr std::string_view redacted_mark = "***";

class Redactor {
 public:
  /// A shorter secret is not searched for: replacing each "a" of every message would say more about
  /// the password than leaving it, and make the message useless.
  static constexpr std::size_t min_secret_bytes = 4;

  /// Remembers a secret and its spellings. Shorter ones and repetitions are left out.
  void add(std::string_view secret);
  /// The text without any secret: first those it knows, then what follows PASSWORD and IDENTIFIED
  /// BY.
  [[nodiscard]] std::string apply(std::string_view text) const;
  /// Every text of the error and of its `others`. statement_position keeps pointing at the same
  /// character, or becomes unknown when that one is gone.
  [[nodiscard]] Error apply(Error error) const;

 private:
  std::vector<std::string> spellings_;   // longest first
  std::array<bool, 256> first_bytes_{};  // of the spellings: most bytes of a text start none
};

/// Replaces the literal after PASSWORD or IDENTIFIED BY / AS (roles, users, servers, subscriptions)
/// by the mark. A second time changes nothing in SQL; in garbage it may replace more.
[[nodiscard]] std::string redact_sql(std::string_view text);

}  // namespace garboard::base
