// SPDX-License-Identifier: Apache-2.0
// A check of the conformance kit: one promise of the plugin ABI, tried on one plugin in a process
// of its own. Whether it was kept is said by throwing Failed or Skipped, or by returning.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace garboard::conformance {

class Subject;

/// Which plugins a check is for. What needs a database is for drivers whose profile names one.
enum class For : std::uint8_t { plugin, driver, database, hook };

struct Check {
  std::string_view id;        ///< "exec.position": what profiles and --only say
  std::string_view promises;  ///< one line for people
  For who = For::plugin;
  void (*run)(Subject&) = nullptr;
};

/// The promise was not kept; the text says what was expected and what was there.
class Failed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// There is nothing to try: the text says why.
class Skipped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline void expect(bool is_kept, const std::string& otherwise) {
  if (!is_kept) throw Failed(otherwise);
}

[[nodiscard]] std::span<const Check> binary_checks() noexcept;
[[nodiscard]] std::span<const Check> table_checks() noexcept;
[[nodiscard]] std::span<const Check> description_checks() noexcept;
[[nodiscard]] std::span<const Check> rendering_checks() noexcept;
[[nodiscard]] std::span<const Check> connection_checks() noexcept;
[[nodiscard]] std::span<const Check> statement_checks() noexcept;
[[nodiscard]] std::span<const Check> batch_checks() noexcept;
[[nodiscard]] std::span<const Check> failure_checks() noexcept;
[[nodiscard]] std::span<const Check> lock_checks() noexcept;
[[nodiscard]] std::span<const Check> cancel_checks() noexcept;
[[nodiscard]] std::span<const Check> hook_checks() noexcept;
[[nodiscard]] std::span<const Check> fault_checks() noexcept;

/// All of them, in the order they are reported.
[[nodiscard]] std::vector<Check> all_checks();

}  // namespace garboard::conformance
