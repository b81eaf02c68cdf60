// SPDX-License-Identifier: Apache-2.0
// Finding: something that a hook has against a statement, a migration or a run.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"

namespace garboard::model {

enum class Severity { info, warning, error };

/// Why a finding does not count.
struct Suppression {
  std::string reason = {};
  std::string until = {};  ///< a day; empty = for ever
};

struct Finding {
  std::string hook = {};
  std::string rule = {};
  Severity severity = Severity::error;
  std::string message = {};
  std::string why = {};
  std::string safe = {};  ///< what to write instead
  std::string url = {};
  std::string migration = {};
  std::size_t statement = 0;  ///< its number; 0 = about none
  base::SourcePosition where = {};
  std::optional<Suppression> suppressed = {};
};

[[nodiscard]] constexpr std::string_view name_of(Severity severity) noexcept {
  switch (severity) {
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      break;
  }
  return "error";
}

}  // namespace garboard::model
