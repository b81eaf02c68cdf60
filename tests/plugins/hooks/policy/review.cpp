// SPDX-License-Identifier: Apache-2.0
#include "plugins/hooks/policy/review.hpp"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <ostream>

#include <garboard/abi.h>

struct gbd_error {
  std::string message;
};

namespace garboard::policy_test {
namespace {

using nlohmann::json;

void fail(gbd_error* error, const gbd_error_info* info) noexcept {
  error->message.assign(info->message.ptr, info->message.len);
}

const gbd_host host = {
    sizeof(gbd_host),
    GARBOARD_ABI_MINOR,
    GBD_LIT("test"),
    GBD_LIT("0"),
    [](const gbd_host*, int32_t, gbd_str, gbd_str) noexcept {},
    &fail,
    [](const gbd_host*) noexcept -> int32_t { return 0; },
    [](const gbd_host*, const char*) noexcept -> const void* { return nullptr; }};

const gbd_hook& hook() {
  static const gbd_hook* const loaded = [] {
    void* file = dlopen(GARBOARD_POLICY_PLUGIN, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (file == nullptr) {
      std::fprintf(stderr, "%s\n", dlerror());
      std::abort();
    }
    const auto entry =
        reinterpret_cast<decltype(&garboard_plugin_v1)>(dlsym(file, "garboard_plugin_v1"));
    gbd_error error;
    entry()->init(&host, &error);
    return static_cast<const gbd_hook*>(entry()->get_interface("garboard.hook/1"));
  }();
  return *loaded;
}

gbd_str str(const std::string& text) { return {text.data(), text.size()}; }

gbd_sink sink_to(std::string& text) {
  return {&text, [](void* to, const char* bytes, size_t n) noexcept {
            static_cast<std::string*>(to)->append(bytes, n);
          }};
}

}  // namespace

const json* Review::find(std::string_view rule) const {
  for (const json& finding : findings)
    if (finding.at("rule") == rule) return &finding;
  return nullptr;
}

std::string Review::severity(std::string_view rule) const {
  const json* finding = find(rule);
  return finding == nullptr ? "" : finding->at("severity").get<std::string>();
}

std::ostream& operator<<(std::ostream& out, const Review& review) {
  out << "verdict " << review.verdict << " " << review.error;
  for (const json& finding : review.findings)
    out << "\n  " << finding.at("rule") << " " << finding.at("severity") << " "
        << finding.at("message");
  return out;
}

json event_of(const std::string& dialect, const std::vector<Migration>& migrations) {
  json list = json::array();
  for (const Migration& migration : migrations) {
    json statements = json::array();
    for (const std::string& sql : migration.statements)
      statements.push_back({{"number", statements.size() + 1},
                            {"sql", sql},
                            {"file", "sql/m.sql"},
                            {"line", statements.size() + 10},
                            {"column", 1}});
    list.push_back({{"id", "m" + std::to_string(list.size() + 1)},
                    {"name", "m"},
                    {"direction", migration.direction},
                    {"phase", migration.phase},
                    {"isOneTransaction", migration.is_one_transaction},
                    {"lockTimeoutMs", migration.lock_timeout_ms},
                    {"statements", statements}});
  }
  return {{"specversion", "1.0"},
          {"id", "run-1"},
          {"source", "garboard/default"},
          {"type", "garboard.before_run"},
          {"time", "2026-06-15T03:04:05.678Z"},
          {"datacontenttype", "application/json"},
          {"data",
           {{"run", {{"id", "run"}, {"command", "lint"}, {"app", "default"}, {"version", "0.1.0"}}},
            {"database", {{"dialect", dialect}}},
            {"migrations", list}}}};
}

Review review_event(const json& event, const json& config) {
  Review review;
  gbd_error error;
  gbd_hook_inst* instance = nullptr;
  review.status = hook().create(str(config.dump()), &instance, &error);
  if (review.status == GBD_OK) {
    std::string findings;
    const gbd_sink sink = sink_to(findings);
    review.status = hook().event(instance, str(event.dump()), &review.verdict, &sink, &error);
    if (!findings.empty()) review.findings = json::parse(findings).at("findings");
    hook().destroy(instance);
  }
  review.error = error.message;
  return review;
}

Review review(const std::string& dialect, const Migration& migration, const json& config) {
  return review_event(event_of(dialect, {migration}), config);
}

json described() {
  std::string text;
  gbd_error error;
  const gbd_sink sink = sink_to(text);
  hook().describe(&sink, &error);
  return json::parse(text);
}

}  // namespace garboard::policy_test
