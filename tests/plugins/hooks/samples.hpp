// SPDX-License-Identifier: Apache-2.0
// Events as the host tells them.
#pragma once

#include <string>
#include <utility>

#include "common/event.hpp"

namespace garboard::hooks {

inline Event sample_event(const std::string& name, const nlohmann::json& more) {
  nlohmann::json data = {{"run",
                          {{"id", "r1"},
                           {"command", "migrate"},
                           {"app", "shop"},
                           {"environment", "prod"},
                           {"version", "1.2.3"}}},
                         {"database", {{"dialect", "postgres"}}}};
  if (more.is_object()) data.update(more);
  return read_event(nlohmann::json{
      {"specversion", "1.0"},
      {"id", "r1-7"},
      {"source", "garboard/shop"},
      {"type", "garboard." + name},
      {"time", "2026-03-01T12:00:10.250Z"},
      {"datacontenttype", "application/json"},
      {"data",
       std::move(data)}}.dump());
}

}  // namespace garboard::hooks
