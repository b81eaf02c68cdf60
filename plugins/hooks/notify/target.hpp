// SPDX-License-Identifier: Apache-2.0
// Where notifications go, as the hooks file says, and what a target is sent.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/event.hpp"
#include "common/http.hpp"

namespace garboard::notify {

struct Target {
  enum class Kind { webhook, slack, teams };
  Kind kind = Kind::webhook;
  std::string name;  ///< for people
  std::string url;   ///< a secret
  std::vector<std::string> keys;
  std::set<std::string> events;
};

struct Settings {
  std::vector<Target> targets;
  bool is_required = false;
};

/// What the hook is told, as JSON.
#define GARBOARD_NOTIFY_EVENTS                                                            \
  R"(["plan.ready","after_migration","migration.failed","lock.waiting","override.used",)" \
  R"("run.succeeded","run.failed","run.cancelled"])"

[[nodiscard]] std::string describe();
/// Reads the variables and files that the config names. Throws sdk::Failure.
[[nodiscard]] Settings read_settings(std::string_view config);

/// `event_text`: the event as the host told it, which is what a webhook gets.
[[nodiscard]] std::string body_of(const Target& target, const hooks::Event& event,
                                  std::string_view event_text);
/// `now`: seconds since 1970, which a signature holds.
[[nodiscard]] hooks::Request request_of(const Target& target, const std::string& id,
                                        const std::string& body, std::int64_t now);

}  // namespace garboard::notify
