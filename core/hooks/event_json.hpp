// SPDX-License-Identifier: Apache-2.0
// Events as schema/event.schema.json says: CloudEvents without any data of the database.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "hooks/run_facts.hpp"
#include "model/blocker.hpp"
#include "model/finding.hpp"
#include "model/script_outline.hpp"

namespace garboard::hooks {

using Json = nlohmann::ordered_json;

[[nodiscard]] Json blocker_json(const model::Blocker& blocker);
[[nodiscard]] Json migration_json(const Subject& subject);
[[nodiscard]] Json statement_json(const model::OutlinedStatement& statement);
/// Without the server's words where they could hold data.
[[nodiscard]] Json event_error_json(const base::Error& error);
[[nodiscard]] Json override_json(const model::Finding& finding);
/// In one line.
[[nodiscard]] std::string line_of(const Json& json);

/// Wraps what an event says into its envelope. From any thread.
class EventWriter {
 public:
  /// `redact` goes over every text.
  EventWriter(RunFacts facts, std::function<std::string(std::string_view)> redact);

  /// `type` as in model::hook_events; `subject`: a migration's id, or empty.
  [[nodiscard]] std::string event(std::string_view type, std::string_view subject,
                                  const Json& data);

 private:
  void redact(Json& json) const;

  const RunFacts facts_;
  const std::function<std::string(std::string_view)> redact_;
  std::atomic<std::uint64_t> number_ = 0;
};

}  // namespace garboard::hooks
