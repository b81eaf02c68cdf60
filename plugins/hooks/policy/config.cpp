// SPDX-License-Identifier: Apache-2.0
#include "config.hpp"

#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include <garboard/hook.hpp>
#include <nlohmann/json.hpp>

#include "facts_json.hpp"
#include "rules.hpp"

namespace garboard::policy {
namespace {

using nlohmann::json;

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw sdk::Failure(GBD_E_INVALID, where + ": " + what);
}

struct Unit {
  std::string_view name;
  std::int64_t factor;
};
constexpr std::array<Unit, 4> sizes = {
    {{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"B", 1}}};
constexpr std::array<Unit, 3> times = {{{"ms", 1}, {"s", 1000}, {"m", 60'000}}};

// A number, or one with a unit as text.
template <class Units>
std::int64_t amount(const json& value, const Units& units, const std::string& where) {
  if (value.is_number_unsigned() &&
      value.get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max())
    return value.get<std::int64_t>();
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const Unit& known : units)
    if (error == std::errc() && known.name == unit && number >= 0 &&
        number <= std::numeric_limits<std::int64_t>::max() / known.factor)
      return number * known.factor;
  fail(where, "no amount: " + value.dump());
}

Severity severity_in(const json& value, const std::string& where) {
  const std::string text = value.is_string() ? value.get<std::string>() : "";
  for (const Severity severity :
       {Severity::off, Severity::info, Severity::warning, Severity::error})
    if (text == name_of(severity)) return severity;
  if (text == "warn") return Severity::warning;
  fail(where, "is not error, warning, info or off: " + value.dump());
}

// Calls `take(key, value)` for each member, which answers whether it knows the key.
template <class Take>
void each_member(const json& object, const std::string& where, const Take& take) {
  if (!object.is_object()) fail(where, "is not an object");
  for (const auto& [key, value] : object.items())
    if (!take(key, value)) fail(where, "'" + key + "' is not known");
}

std::vector<std::string> texts(const json& value, const std::string& where) {
  std::vector<std::string> list;
  if (value.is_string()) return {value.get<std::string>()};
  if (!value.is_array()) fail(where, "is no list of texts");
  for (const json& one : value) {
    if (!one.is_string()) fail(where, "is no list of texts");
    list.push_back(one.get<std::string>());
  }
  return list;
}

const Rule* rule_named(std::string_view id) {
  for (const Rule* rule : catalogue())
    if (rule->id == id) return rule;
  return nullptr;
}

void read_rules(const json& rules, const std::string& where, Config& config) {
  each_member(rules, where, [&](const std::string& id, const json& value) {
    const Rule* rule = rule_named(id);
    if (rule == nullptr) fail(where, "there is no rule " + id);
    RuleSetting setting = config.setting(id, rule->severity);
    if (value.is_object())
      each_member(value, where + "." + id, [&](const std::string& key, const json& option) {
        if (key == "severity") setting.severity = severity_in(option, where + "." + id);
        if (key == "rows" && !option.is_number_unsigned())
          fail(where + "." + id, "rows is no number");
        if (key == "rows") setting.rows = option.get<std::int64_t>();
        return key == "severity" || (key == "rows" && id == "GEN204");
      });
    else
      setting.severity = severity_in(value, where + "." + id);
    config.rules[id] = setting;
    return true;
  });
}

void read_environment(const json& environment, const std::string& where, Config& config) {
  // what it says of rules comes first, so that `unparsed` has the last word about GEN207
  if (environment.is_object() && environment.contains("rules"))
    read_rules(environment["rules"], where + ".rules", config);
  each_member(environment, where, [&](const std::string& key, const json& value) {
    const std::string at = where + "." + key;
    if (key == "max_severity") {
      config.most = severity_in(value, at);
    } else if (key == "unsuppressable") {
      for (std::string& id : texts(value, at)) config.unsuppressable.insert(std::move(id));
    } else if (key == "unparsed") {
      config.rules["GEN207"].severity = severity_in(value, at);
    } else {
      return key == "rules";
    }
    return true;
  });
}

void read_defaults(const json& defaults, Config& config) {
  each_member(defaults, "defaults", [&](const std::string& name, const json& table) {
    if (name != "small_table") return false;
    each_member(table, "defaults.small_table", [&](const std::string& key, const json& value) {
      const std::string at = "defaults.small_table." + key;
      if (key == "rows")
        config.small_rows = amount(value, std::array<Unit, 0>{}, at);
      else if (key == "bytes")
        config.small_bytes = amount(value, sizes, at);
      else if (key == "downgrade_to")
        config.small_severity = severity_in(value, at);
      else
        return false;
      return true;
    });
    return true;
  });
}

void read_worker(const json& worker, WorkerLimits& limits) {
  each_member(worker, "worker", [&](const std::string& key, const json& value) {
    const std::string at = "worker." + key;
    if (key == "timeout") {
      limits.timeout = std::chrono::milliseconds(amount(value, times, at));
    } else if (key == "memory_mb" || key == "max_statement_kb") {
      const std::int64_t number = amount(value, std::array<Unit, 0>{}, at);
      if (number < 1 || number > 1'000'000) fail(at, "is not between 1 and 1000000");
      if (key == "memory_mb") limits.memory_mb = static_cast<int>(number);
      if (key == "max_statement_kb")
        limits.max_statement_bytes = static_cast<std::size_t>(number) << 10U;
    } else {
      return false;
    }
    return true;
  });
}

void read_match(const json& match, const std::string& where, CustomRule& rule) {
  each_member(match, where, [&](const std::string& key, const json& value) {
    if (key == "kind") {
      for (std::string& kind : texts(value, where)) {
        if (!is_kind(kind)) fail(where, "there is no kind " + kind);
        rule.kinds.insert(std::move(kind));
      }
    } else if (key == "tables") {
      rule.tables = texts(value, where);
    } else if (key == "phase") {
      rule.phases = texts(value, where);
    } else {
      return false;
    }
    return true;
  });
}

CustomRule custom_rule(const json& value, const std::string& where) {
  CustomRule rule;
  each_member(value, where, [&](const std::string& key, const json& member) {
    const std::string at = where + "." + key;
    const auto text = [&] {
      return member.is_string() ? member.get<std::string>() : (fail(at, "is no text"), "");
    };
    if (key == "id")
      rule.id = text();
    else if (key == "match")
      read_match(member, at, rule);
    else if (key == "deny")
      rule.message = text();
    else if (key == "why")
      rule.why = text();
    else if (key == "safe")
      rule.safe = text();
    else if (key == "severity")
      rule.severity = severity_in(member, at);
    else if (key == "assert_sql")
      rule.assert_sql = text();
    else if (key == "exec")
      rule.exec = texts(member, at);
    else if (key == "timeout")
      rule.timeout = std::chrono::milliseconds(amount(member, times, at));
    else
      return false;
    return true;
  });
  if (rule.id.empty() || rule_named(rule.id) != nullptr) fail(where, "needs an id of its own");
  if (!rule.assert_sql.empty() && !rule.exec.empty()) fail(where, "has both assert_sql and exec");
  if (rule.message.empty() && rule.exec.empty()) fail(where, "needs 'deny': what to say");
  return rule;
}

}  // namespace

std::string_view name_of(Severity severity) noexcept {
  static constexpr std::array<std::string_view, 4> names = {"off", "info", "warning", "error"};
  return names[static_cast<std::size_t>(severity)];
}

RuleSetting Config::setting(std::string_view rule, Severity usual) const {
  const auto found = rules.find(rule);
  if (found != rules.end()) return found->second;
  RuleSetting setting;
  setting.severity = usual;
  return setting;
}

Config read_config(std::string_view text, std::string_view environment) {
  Config config;
  const json root = text.empty() ? json::object() : json::parse(text, nullptr, false);
  if (root.is_null()) return config;
  if (root.is_object() && root.contains("rules")) read_rules(root["rules"], "rules", config);
  each_member(root, "config", [&](const std::string& key, const json& value) {
    if (key == "fail_closed") {
      if (!value.is_boolean()) fail(key, "is neither true nor false");
      config.fails_closed = value.get<bool>();
    } else if (key == "worker") {
      read_worker(value, config.worker);
    } else if (key == "defaults") {
      read_defaults(value, config);
    } else if (key == "environments") {
      each_member(value, key, [&](const std::string& name, const json& one) {
        Config other = config;
        read_environment(one, "environments." + name, name == environment ? config : other);
        return true;
      });
    } else if (key == "custom") {
      if (!value.is_array()) fail(key, "is no list");
      for (std::size_t i = 0; i < value.size(); ++i)
        config.custom.push_back(custom_rule(value.at(i), "custom[" + std::to_string(i) + "]"));
    } else {
      return key == "rules";
    }
    return true;
  });
  return config;
}

}  // namespace garboard::policy
