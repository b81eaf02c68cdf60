// SPDX-License-Identifier: Apache-2.0
// A CloudEvent of garboard, as docs/events.md and schema/event.schema.json say.
#pragma once

#include <string>
#include <string_view>

#include <garboard/plugin.hpp>
#include <nlohmann/json.hpp>

namespace garboard::hooks {

struct Event {
  std::string name;  ///< its type without "garboard."
  nlohmann::json envelope;

  [[nodiscard]] const nlohmann::json& data() const { return envelope.at("data"); }
};

/// Throws Failure when `text` is no event.
[[nodiscard]] inline Event read_event(std::string_view text) {
  constexpr std::string_view prefix = "garboard.";
  Event event;
  event.envelope = nlohmann::json::parse(text, nullptr, false);
  if (event.envelope.is_object() && event.envelope.contains("data"))
    event.name = event.envelope.value("type", "");
  if (event.name.rfind(prefix, 0) != 0) throw sdk::Failure(GBD_E_INVALID, "not an event");
  event.name.erase(0, prefix.size());
  return event;
}

/// The member, or `otherwise` where it is missing or of another type.
template <class T>
[[nodiscard]] T member(const nlohmann::json& object, const char* key, T otherwise) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end()) return otherwise;
  if constexpr (std::is_same_v<T, std::string>) {
    return found->is_string() ? found->template get<T>() : otherwise;
  } else {
    return found->is_number() ? found->template get<T>() : otherwise;
  }
}

}  // namespace garboard::hooks
