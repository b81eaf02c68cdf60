// SPDX-License-Identifier: Apache-2.0
// HistoryEvent: something that happened to a migration in one database, as its tables tell it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace garboard::model {

struct HistoryEvent {
  std::string id;
  std::string name;
  std::string action;   ///< "applied", "partial", "reverting", or as the log says it
  std::string at = {};  ///< server's clock, UTC
  std::optional<std::int64_t> duration_ms = {};
  std::string applied_by = {};
  std::string run_id = {};
  std::string tool_version = {};
  std::string reason = {};
  std::string detail_json = {};  ///< an object's text, or empty
};

}  // namespace garboard::model
