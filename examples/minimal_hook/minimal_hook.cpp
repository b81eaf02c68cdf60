// SPDX-License-Identifier: Apache-2.0
// A hook that denies a run which drops a table, unless its configuration allows that.
#include <garboard/hook.hpp>
#include <nlohmann/json.hpp>

namespace {

namespace sdk = garboard::sdk;
using nlohmann::json;

class NoDrops {
 public:
  static std::string describe() {
    return R"({"events":["before_run"],"configSchema":{"type":"object","additionalProperties":false,
"properties":{"allow":{"type":"boolean"}}}})";
  }
  static std::unique_ptr<NoDrops> create(std::string_view config) {
    const json object = json::parse(config, nullptr, false);
    if (!object.is_object()) throw sdk::Failure(GBD_E_INVALID, "the config is no object");
    for (const auto& [key, value] : object.items())
      if (key != "allow" || !value.is_boolean())
        throw sdk::Failure(GBD_E_INVALID, "the config may say allow: true or false, not " + key);
    return std::make_unique<NoDrops>(object.value("allow", false));
  }
  explicit NoDrops(bool is_allowed) : is_allowed_(is_allowed) {}

  sdk::Answer event(std::string_view text) const {
    const json data = json::parse(text).value("data", json::object());
    json findings = json::array();
    for (const json& migration : data.value("migrations", json::array())) {
      for (const json& statement : migration.value("statements", json::array())) {
        if (!statement.value("sql", "").starts_with("DROP TABLE")) continue;
        findings.push_back({{"rule", "no-drops"},
                            {"severity", is_allowed_ ? "warning" : "error"},
                            {"message", "it drops a table"},
                            {"migration", migration.value("id", "")},
                            {"statement", statement.value("number", 0U)}});
      }
    }
    if (findings.empty()) return {};
    return {is_allowed_ ? GBD_WARN : GBD_DENY, json{{"findings", findings}}.dump()};
  }

 private:
  bool is_allowed_;
};

}  // namespace

GARBOARD_HOOK(NoDrops, "minimal", "1.0.0", R"(["before_run"])")
