// SPDX-License-Identifier: Apache-2.0
// The hook "exec": asks a program, so that a hook can be written in any language.
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include <garboard/hook.hpp>

#include "common/config.hpp"
#include "common/event.hpp"
#include "program.hpp"
#include "verdict.hpp"

namespace garboard::exec {
namespace {

#define GARBOARD_EXEC_EVENTS                                                               \
  R"(["plan.ready","before_run","before_migration","before_statement","after_statement",)" \
  R"("after_migration","migration.failed","lock.waiting","override.used",)"                \
  R"("run.succeeded","run.failed","run.cancelled"])"

constexpr std::string_view description = R"({
  "events": )" GARBOARD_EXEC_EVENTS R"(,
  "configSchema": {
    "type": "object",
    "required": ["command"],
    "additionalProperties": false,
    "properties": {
      "command": {"type": "array", "minItems": 1, "items": {"type": "string"}},
      "events": {"type": "array", "items": {"enum": )" GARBOARD_EXEC_EVENTS R"(}},
      "timeout": {"type": "string", "pattern": "^[0-9]+(ms|s|m)$"}
    }
  }
})";

class ExecHook {
 public:
  static std::string describe() { return std::string(description); }

  static std::unique_ptr<ExecHook> create(std::string_view config_text) {
    const hooks::Json config = hooks::read_config(config_text);
    hooks::allow_only(config, {"command", "events", "timeout"});
    auto hook = std::make_unique<ExecHook>();
    const auto command = config.find("command");
    if (command == config.end() || !command->is_array() || command->empty())
      throw sdk::Failure(GBD_E_INVALID, "command is not a list of words");
    for (const hooks::Json& word : *command) {
      if (!word.is_string()) throw sdk::Failure(GBD_E_INVALID, "command is not a list of words");
      hook->program_.command.push_back(word.get<std::string>());
    }
    if (hook->program_.command[0].empty())
      throw sdk::Failure(GBD_E_INVALID, "command names no program");
    hook->program_.timeout = hooks::duration_of(config, "timeout", std::chrono::seconds(8));
    hook->events_ = hooks::names_of(config, "events", GARBOARD_EXEC_EVENTS, {});
    return hook;
  }

  sdk::Answer event(std::string_view text) {
    const std::string name = hooks::read_event(text).name;
    if (!events_.empty() && events_.count(name) == 0) return {};
    const std::string output = output_of(
        program_, text, {[](std::string_view line) { sdk::log(1, line); }, &sdk::is_cancelled});
    return name.rfind("before_", 0) == 0 ? read_verdict(output) : sdk::Answer{};
  }

 private:
  Program program_;
  std::set<std::string> events_;  ///< empty: all
};

}  // namespace
}  // namespace garboard::exec

GARBOARD_HOOK(garboard::exec::ExecHook, "exec", "1.0.0", GARBOARD_EXEC_EVENTS)
