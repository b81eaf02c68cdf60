// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "config.hpp"
#include "rules.hpp"

namespace garboard::policy {
namespace {

using nlohmann::json;

// $refs would be shorter; a schema in one piece is easier to embed.
json object(json properties, json required = json::array()) {
  json schema{
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

json severity() { return {{"enum", {"error", "warning", "warn", "info", "off"}}}; }

json texts() {
  return {{"anyOf", {{{"type", "string"}}, {{"type", "array"}, {"items", {{"type", "string"}}}}}}};
}

json amount(const std::string& pattern) {
  return {{"anyOf",
           {{{"type", "integer"}, {"minimum", 0}}, {{"type", "string"}, {"pattern", pattern}}}}};
}

json whole(int least, int most) {
  return {{"type", "integer"}, {"minimum", least}, {"maximum", most}};
}

json rules() {
  json properties = json::object();
  for (const Rule* rule : catalogue()) {
    json options{{"severity", severity()}};
    if (rule->id == "GEN204") options["rows"] = {{"type", "integer"}, {"minimum", 0}};
    properties[std::string(rule->id)] = {
        {"title", rule->title},
        {"description", std::string(rule->why) + "\n" + std::string(rule->safe)},
        {"default", name_of(rule->severity)},
        {"anyOf", {severity(), object(std::move(options))}}};
  }
  return object(std::move(properties));
}

json environment() {
  return object({{"max_severity", severity()},
                 {"unparsed", severity()},
                 {"unsuppressable", texts()},
                 {"rules", rules()}});
}

json custom() {
  const json text{{"type", "string"}};
  return {{"type", "array"},
          {"items",
           object({{"id", {{"type", "string"}, {"minLength", 1}}},
                   {"match", object({{"kind", texts()}, {"tables", texts()}, {"phase", texts()}})},
                   {"deny", text},
                   {"why", text},
                   {"safe", text},
                   {"severity", severity()},
                   {"assert_sql", text},
                   {"exec", texts()},
                   {"timeout", amount("^[0-9]+(ms|s|m)$")}},
                  {"id"})}};
}

}  // namespace

std::string config_schema() {
  json schema = object(
      {{"fail_closed", {{"type", "boolean"}}},
       {"worker", object({{"memory_mb", whole(1, 1'000'000)},
                          {"timeout", amount("^[0-9]+(ms|s|m)$")},
                          {"max_statement_kb", whole(1, 1'000'000)}})},
       {"defaults", object({{"small_table", object({{"rows", whole(0, 2'000'000'000)},
                                                    {"bytes", amount("^[0-9]+(B|KiB|MiB|GiB)$")},
                                                    {"downgrade_to", severity()}})}})},
       {"rules", rules()},
       {"environments", {{"type", "object"}, {"additionalProperties", environment()}}},
       {"custom", custom()}});
  schema["$schema"] = "http://json-schema.org/draft-07/schema#";
  return schema.dump();
}

}  // namespace garboard::policy
