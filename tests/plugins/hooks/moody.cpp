// SPDX-License-Identifier: Apache-2.0
// A hook that does to each event what its config says:
// {"mood":..,"on":"before_run","file":..,"end":..}.
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include <garboard/hook.hpp>
#include <nlohmann/json.hpp>

namespace {

using garboard::sdk::Answer;
using garboard::sdk::Failure;
using Json = nlohmann::json;

constexpr const char* one_finding =
    R"({"findings":[{"rule":"MOOD1","severity":"error","message":"not today","migration":"a"}]})";

class Moody {
 public:
  static std::string describe() {
    return R"({"events":["plan.ready","before_run","before_migration","before_statement",)"
           R"("after_statement","after_migration","migration.failed","lock.waiting",)"
           R"("override.used","run.succeeded","run.failed","run.cancelled"],)"
           R"("configSchema":{"type":"object","required":["mood"]}})";
  }
  static std::unique_ptr<Moody> create(std::string_view config) {
    auto hook = std::make_unique<Moody>();
    hook->config_ = Json::parse(config);
    if (hook->mood() == "refuse") throw Failure(GBD_E_INVALID, "mood: is none");
    return hook;
  }
  Answer event(std::string_view text) {
    const Json event = Json::parse(text);
    if (config_.contains("file")) {
      std::ofstream file(config_["file"].get<std::string>(), std::ios::app);
      file << event.dump() << "\n" << std::flush;
    }
    if (config_.contains("on") && event["type"] != "garboard." + config_["on"].get<std::string>())
      return {GBD_ALLOW, ""};
    return behave();
  }

 private:
  [[nodiscard]] std::string mood() const { return config_.value("mood", "allow"); }

  Answer behave() {
    const std::string how = mood();
    if (how == "crash") std::raise(SIGSEGV);
    if (how == "exit") _exit(0);
    if (how == "hang")
      while (true) pause();
    if (how == "until-cancelled") {
      while (!garboard::sdk::is_cancelled()) usleep(1000);
      std::ofstream(config_["end"].get<std::string>()) << "cancelled";
    }
    if (how == "throw") throw Failure(GBD_E_INTERNAL, "out of sorts");
    if (how == "throw-int") throw 7;  // NOLINT(hicpp-exception-baseclass)
    if (how == "nonsense") return {GBD_ALLOW, "{\"findings\":"};
    if (how == "garble") {
      constexpr std::string_view noise = "not JSON\n";
      if (write(3, noise.data(), noise.size()) < 0) std::abort();
    }
    if (how == "unknown-verdict") return {77, ""};
    if (how == "print") {
      std::puts("canary-printed");
      std::fflush(stdout);
    }
    if (how == "environment") {
      std::string names;
      for (char** variable = environ; *variable != nullptr; ++variable)
        names += std::string(*variable) + "\n";
      garboard::sdk::log(2, names);
    }
    if (how == "query") return query();
    if (how == "warn") return {GBD_WARN, one_finding};
    return how == "deny" ? Answer{GBD_DENY, one_finding} : Answer{};
  }

  Answer query() {
    try {
      garboard::sdk::log(2, "answer " + garboard::sdk::query(config_.value("sql", "SELECT 1")));
    } catch (const Failure& failure) {
      garboard::sdk::log(2,
                         (failure.status == GBD_E_UNSUPPORTED ? "nobody to ask: " : "refused: ") +
                             failure.message);
    }
    return {};
  }

  Json config_;
};

}  // namespace

GARBOARD_HOOK(Moody, "moody", "1.0.0")
