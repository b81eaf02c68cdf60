// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/blockers.hpp"

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

namespace garboard::plugin_host {

namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

model::Blocker blocker_of(const json& object) {
  model::Blocker blocker{.session = text_of(object, "session"),
                         .user = text_of(object, "user"),
                         .client = text_of(object, "client"),
                         .application = text_of(object, "application"),
                         .state = text_of(object, "state"),
                         .query = text_of(object, "query")};
  if (const auto age = object.find("ageMs"); age != object.end() && age->is_number())
    blocker.age = std::chrono::milliseconds(age->get<std::int64_t>());
  const auto certain = object.find("certain");
  blocker.is_certain = certain == object.end() || *certain != json(false);
  return blocker;
}

}  // namespace

base::Result<std::vector<model::Blocker>> read_blockers(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  std::vector<model::Blocker> blockers;
  bool is_sound = document.is_array();
  for (const json& each : document) {
    if (!is_sound || !each.is_object()) {
      is_sound = false;
      break;
    }
    blockers.push_back(blocker_of(each));
  }
  if (is_sound) return blockers;
  return base::Error{.code = base::Code::plugin,
                     .message = "the driver's list of blockers is no JSON list of objects",
                     .hint = "this is a mistake in the driver"};
}

}  // namespace garboard::plugin_host
