// SPDX-License-Identifier: Apache-2.0
// An event in words for people, and that as Slack and Teams want it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "common/event.hpp"

namespace garboard::notify {

struct Message {
  enum class Tone { good, warning, bad };
  Tone tone = Tone::warning;
  std::string title;
  std::vector<std::pair<std::string, std::string>> facts;
  std::string detail;  ///< what went wrong, or who is in the way; may be empty
};

[[nodiscard]] Message message_of(const hooks::Event& event);

/// The body for an incoming webhook of Slack: blocks, and a text for where there are none.
[[nodiscard]] std::string slack_json(const Message& message);
/// The body for a Workflows webhook of Teams: an Adaptive Card.
[[nodiscard]] std::string teams_json(const Message& message);

}  // namespace garboard::notify
