// SPDX-License-Identifier: Apache-2.0
#include "target.hpp"

#include "common/config.hpp"
#include "message.hpp"
#include "signature.hpp"

namespace garboard::notify {
namespace {

constexpr std::string_view description = R"({
  "events": )" GARBOARD_NOTIFY_EVENTS R"(,
  "configSchema": {
    "type": "object",
    "required": ["targets"],
    "additionalProperties": false,
    "properties": {
      "required": {"type": "boolean"},
      "targets": {
        "type": "array",
        "minItems": 1,
        "items": {
          "type": "object",
          "required": ["kind"],
          "additionalProperties": false,
          "properties": {
            "kind": {"enum": ["webhook", "slack", "teams"]},
            "name": {"type": "string", "minLength": 1},
            "urlEnv": {"type": "string", "minLength": 1},
            "urlFile": {"type": "string", "minLength": 1},
            "secretEnv": {"type": "string", "minLength": 1},
            "secretFile": {"type": "string", "minLength": 1},
            "events": {"type": "array", "minItems": 1, "items": {"enum": )" GARBOARD_NOTIFY_EVENTS
                                         R"(}}
          }
        }
      }
    }
  }
})";

Target::Kind kind_named(const std::string& name) {
  if (name == "webhook") return Target::Kind::webhook;
  if (name == "slack") return Target::Kind::slack;
  if (name == "teams") return Target::Kind::teams;
  throw sdk::Failure(GBD_E_INVALID, "kind is none of webhook, slack, teams");
}

Target read_target(const hooks::Json& config, std::size_t number) {
  hooks::allow_only(config,
                    {"kind", "name", "urlEnv", "urlFile", "secretEnv", "secretFile", "events"});
  const std::string kind = hooks::text_of(config, "kind");
  Target target;
  target.kind = kind_named(kind);
  target.name = hooks::text_of(config, "name", kind + " " + std::to_string(number));
  target.url = hooks::outside_value(config, "url");
  if (target.url.empty()) throw sdk::Failure(GBD_E_INVALID, "say urlEnv or urlFile");
  if (hooks::origin_of(target.url).empty())
    throw sdk::Failure(GBD_E_INVALID, "its url is no http or https URL");
  target.keys = read_secrets(hooks::outside_value(config, "secret"));
  if (!target.keys.empty() && target.kind != Target::Kind::webhook)
    throw sdk::Failure(GBD_E_INVALID, "only a webhook is signed");
  target.events =
      hooks::names_of(config, "events", GARBOARD_NOTIFY_EVENTS,
                      {"run.succeeded", "run.failed", "run.cancelled", "override.used"});
  return target;
}

}  // namespace

std::string describe() { return std::string(description); }

Settings read_settings(std::string_view config_text) {
  const hooks::Json config = hooks::read_config(config_text);
  hooks::allow_only(config, {"targets", "required"});
  const auto list = config.find("targets");
  if (list == config.end() || !list->is_array() || list->empty())
    throw sdk::Failure(GBD_E_INVALID, "targets is not a list with something in it");
  Settings settings;
  settings.is_required = hooks::flag_of(config, "required", false);
  for (const hooks::Json& target : *list) {
    const std::size_t number = settings.targets.size() + 1;
    try {
      settings.targets.push_back(read_target(target, number));
    } catch (sdk::Failure& failure) {
      failure.message.insert(0, "target " + std::to_string(number) + ": ");
      throw;
    }
  }
  return settings;
}

std::string body_of(const Target& target, const hooks::Event& event, std::string_view event_text) {
  if (target.kind == Target::Kind::slack) return slack_json(message_of(event));
  if (target.kind == Target::Kind::teams) return teams_json(message_of(event));
  return std::string(event_text);
}

hooks::Request request_of(const Target& target, const std::string& id, const std::string& body,
                          std::int64_t now) {
  hooks::Request request{target.url, {"Content-Type: application/json"}, body};
  if (target.kind != Target::Kind::webhook) return request;
  request.headers = {"Content-Type: application/cloudevents+json; charset=utf-8",
                     "webhook-id: " + id, "webhook-timestamp: " + std::to_string(now)};
  if (!target.keys.empty())
    request.headers.push_back("webhook-signature: " + signature_of(target.keys, id, now, body));
  return request;
}

}  // namespace garboard::notify
