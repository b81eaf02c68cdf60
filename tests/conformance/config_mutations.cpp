// SPDX-License-Identifier: Apache-2.0
#include "config_mutations.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace garboard::conformance {
namespace {

using nlohmann::json;
using Pointer = json::json_pointer;

constexpr const char* unknown_key = "garboardConformanceUnknownKey";

bool is_of_type(const json& value, std::string_view type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  return type == "null" ? value.is_null() : true;
}

bool is_allowed(const json& value, const json& schema) {
  if (schema.contains("enum"))
    return std::ranges::find(schema["enum"], value) != schema["enum"].end();
  if (!schema.contains("type")) return true;
  const json& type = schema["type"];
  if (type.is_string()) return is_of_type(value, type.get<std::string>());
  return std::ranges::any_of(
      type, [&](const json& one) { return is_of_type(value, one.get<std::string>()); });
}

class Search {
 public:
  explicit Search(const json& config) : config_(config) {}

  void look(const Pointer& at, const json& schema) {
    if (!schema.is_object()) return;
    static const std::array<json, 6> values{json("no such word"),  json(7),        json(true),
                                            json::array({"text"}), json::object(), json(7.5)};
    for (const json& value : values)
      if (!is_allowed(value, schema)) add(at, value, " is " + value.dump());
    if (!config_.contains(at)) return;
    if (config_.at(at).is_object()) look_into_object(at, schema);
    if (config_.at(at).is_array() && !config_.at(at).empty() && schema.contains("items"))
      look(at / 0, schema["items"]);
  }

  std::vector<WrongConfig> take() { return std::move(found_); }

 private:
  void look_into_object(const Pointer& at, const json& schema) {
    const json properties = schema.value("properties", json::object());
    const auto more = schema.find("additionalProperties");
    const bool is_closed = (more != schema.end() && *more == false) ||
                           (schema.contains("maxProperties") && schema["maxProperties"] == 0);
    if (is_closed && !schema.contains("patternProperties")) add(at / unknown_key, 1, " is unknown");
    for (const auto& [key, part] : properties.items()) look(at / key, part);
  }

  void add(const Pointer& at, const json& value, const std::string& what) {
    json wrong = config_;
    wrong[at] = value;
    found_.push_back({(at.empty() ? "the whole config" : at.to_string()) + what, std::move(wrong)});
  }

  const json& config_;
  std::vector<WrongConfig> found_;
};

}  // namespace

std::vector<WrongConfig> wrong_configs(const json& config, const json& schema) {
  Search search(config);
  search.look(Pointer{}, schema);
  return search.take();
}

}  // namespace garboard::conformance
