// SPDX-License-Identifier: Apache-2.0
// A hook that does to each event what its config says:
// {"mood":..,"on":"before_run","file":..,"end":..,"made":..,"meets":[..]}.
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

#define MOODY_EVENTS                                                                       \
  R"(["plan.ready","before_run","before_migration","before_statement","after_statement",)" \
  R"("after_migration","migration.failed","lock.waiting","override.used",)"                \
  R"("run.succeeded","run.failed","run.cancelled"])"

class Moody {
 public:
  Moody() = default;
  Moody(const Moody&) = delete;
  Moody& operator=(const Moody&) = delete;
  /// Makes the first file of "meets", and waits until there is the second.
  ~Moody() {
    if (!config_.contains("meets")) return;
    std::ofstream(config_["meets"][0].get<std::string>()) << "here";
    while (access(config_["meets"][1].get<std::string>().c_str(), F_OK) != 0) usleep(1000);
  }

  static std::string describe() {
    return R"({"events":)" MOODY_EVENTS R"(,"configSchema":{"type":"object","required":["mood"]}})";
  }
  static std::unique_ptr<Moody> create(std::string_view config) {
    auto hook = std::make_unique<Moody>();
    hook->config_ = Json::parse(config);
    if (hook->config_.contains("made"))
      std::ofstream(hook->config_["made"].get<std::string>()) << "made";
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
      std::puts(config_.value("text", "canary-printed").c_str());
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

#ifdef MOODY_IS_NOTED  // its events stand in its note
GARBOARD_HOOK(Moody, "moody-noted", "1.0.0", MOODY_EVENTS)
#else
GARBOARD_HOOK(Moody, "moody", "1.0.0")
#endif
