// SPDX-License-Identifier: Apache-2.0
// What a hook says of itself, and how it takes its configuration and events.
#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "check.hpp"
#include "config_mutations.hpp"
#include "event_mutations.hpp"
#include "hook_events.hpp"
#include "hook_instance.hpp"
#include "process_state.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr std::chrono::seconds event_limit{10};  ///< what the host gives by default
constexpr std::chrono::seconds cancel_limit{5};
constexpr std::chrono::seconds destroy_limit{15};
constexpr std::size_t shown_of_event = 2000;
constexpr std::size_t events_to_warm_up = 240;
constexpr std::size_t events_to_measure = 1000;
constexpr std::size_t heap_limit = std::size_t{256} << 10U;

std::set<std::string> known_events() { return {event_names().begin(), event_names().end()}; }

std::string listed(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

void describes_itself(Subject& subject) {
  const json description = description_of(subject);
  const auto events = description.find("events");
  expect(events != description.end() && events->is_array() && !events->empty(),
         "describe must name \"events\", a list with something in it");
  const std::set<std::string> known = known_events();
  for (const json& name : *events)
    expect(name.is_string() && known.contains(name.get<std::string>()),
           "describe asks for the event " + name.dump() + ", which there is not");
  const auto schema = description.find("configSchema");
  expect(schema != description.end() && schema->is_object(),
         "describe must have \"configSchema\", a JSON Schema of its config");
  const auto& noted = subject.note().events;
  const std::set<std::string> in_note(noted.begin(), noted.end());
  const std::set<std::string> described = wanted_events(subject);
  expect(in_note.empty() || in_note == described,
         "its note names the events " + listed(in_note) + ", describe " + listed(described));
}

void refuses_wrong_configs(Subject& subject) {
  const HookInstance taken(subject);
  const json description = description_of(subject);
  const auto wrong =
      wrong_configs(hook_config(subject), description.value("configSchema", json::object()));
  if (wrong.empty()) throw Skipped("its configSchema allows everything");
  for (const WrongConfig& one : wrong) {
    const HookAnswer made = HookInstance::try_create(subject, one.config);
    const std::string about = one.what + ", which its configSchema does not allow: ";
    expect(made.status == GBD_E_INVALID,
           about + "GBD_E_INVALID was expected, create answered " + made.text());
    expect(!made.error.message.empty(), about + "it was refused without a message");
  }
}

/// The gates that it asks for.
std::set<std::string> gates_of(Subject& subject) {
  std::set<std::string> gates;
  for (const std::string& name : wanted_events(subject))
    if (is_gate(name)) gates.insert(name);
  if (gates.empty()) throw Skipped("it asks for no event that begins with before_");
  return gates;
}

void always_writes_a_verdict(Subject& subject) {
  const std::set<std::string> gates = gates_of(subject);
  HookInstance hook(subject);
  for (const std::string& name : gates) {
    const HookAnswer answer = hook.event(event_named(name));
    expect(answer.is_ok(), name + ": " + answer.text());
    expect(answer.verdict != unwritten, name + ": GBD_OK, and it wrote no verdict");
    expect(answer.has_verdict(), name + ": its verdict " + std::to_string(answer.verdict) +
                                     " is none of allow, warn, deny");
  }
}

void writes_findings(Subject& subject) {
  const std::set<std::string> gates = gates_of(subject);
  HookInstance hook(subject);
  bool has_found = false;
  for (const std::string& name : gates) {
    const HookAnswer answer = hook.event(event_named(name));
    const std::string wrong = wrong_in_findings(answer.findings);
    if (!wrong.empty())
      throw Failed(std::string(name).append(": its findings are wrong: ").append(wrong));
    has_found = has_found || !answer.findings.empty();
  }
  if (!has_found) throw Skipped("it found nothing in the kit's events");
}

/// The event with something unknown in each of its objects.
json with_unknown_fields(json value) {
  if (value.is_array() || value.is_object())
    for (json& part : value) part = with_unknown_fields(std::move(part));
  if (value.is_object()) value["conformanceUnknown"] = {{"a", json::array({1, nullptr})}};
  return value;
}

void takes_the_unknown(Subject& subject) {
  HookInstance hook(subject);
  for (const char* const name : {"conformance.unknown", "before_conformance", "after.everything"}) {
    const HookAnswer answer = hook.event(event_named(name));
    expect(answer.is_ok(),
           std::string("the unknown event garboard.") + name + ": " + answer.text());
  }
  for (const std::string& name : wanted_events(subject)) {
    const HookAnswer answer = hook.event(with_unknown_fields(event_named(name)));
    expect(answer.is_ok(), name + " with unknown fields: " + answer.text());
  }
}

void survives_mutations(Subject& subject) {
  HookInstance hook(subject);
  const std::set<std::string> wanted = wanted_events(subject);
  for (const std::string& name : wanted) {
    for (const std::string& text :
         mutations_of(event_named(name), mutations_in_all / wanted.size())) {
      const HookAnswer answer = hook.tell(text);
      const std::string about = "to the event " + text.substr(0, shown_of_event) + ": ";
      expect(answer.status >= GBD_OK && answer.status <= GBD_E_INTERNAL,
             about + "it answered " + name_of(answer.status));
      if (!answer.is_ok()) continue;
      expect(answer.has_verdict() || answer.verdict == unwritten,
             about + "its verdict is " + std::to_string(answer.verdict));
      const std::string wrong = wrong_in_findings(answer.findings);
      if (!wrong.empty())
        throw Failed(std::string(about).append("its findings are wrong: ").append(wrong));
    }
    const HookAnswer answer = hook.event(event_named(name));
    expect(answer.is_ok(), "a good event " + name + " after many bad ones: " + answer.text());
  }
}

template <class Act>
void expect_within(std::chrono::seconds limit, const std::string& doing, const Act& act) {
  const auto began = Clock::now();
  act();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  expect(took < limit, doing + " took " + std::to_string(took.count()) + " ms, at most " +
                           std::to_string(limit.count()) + " s were expected");
}

void ends_in_time(Subject& subject) {
  const std::set<std::string> wanted = wanted_events(subject);
  HookInstance hook(subject);
  for (const std::string& name : wanted)
    expect_within(event_limit, name, [&] { (void)hook.event(event_named(name)); });
  subject.is_cancelled = true;
  for (const std::string& name : wanted)
    expect_within(cancel_limit, name + " of a run that was interrupted",
                  [&] { (void)hook.event(event_named(name)); });
  expect_within(destroy_limit, "destroy", [&] { hook.destroy(); });
}

void keeps_no_memory(Subject& subject) {
  const std::set<std::string> wanted = wanted_events(subject);
  expect(!wanted.empty(), "describe names no events");
  std::vector<std::string> texts;
  texts.reserve(wanted.size());
  for (const std::string& name : wanted) texts.push_back(event_named(name).dump());
  HookInstance hook(subject);
  const auto send = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) (void)hook.tell(texts[i % texts.size()]);
  };
  send(events_to_warm_up);
  const std::size_t files = open_files();
  const std::size_t heap = heap_in_use();
  send(events_to_measure);
  const std::size_t heap_after = heap_in_use();
  expect(heap_after < heap + heap_limit, std::to_string(events_to_measure) + " events took " +
                                             std::to_string((heap_after - heap) / 1024) +
                                             " KiB of memory, at most " +
                                             std::to_string(heap_limit / 1024) + " were expected");
  expect(open_files() <= files + 2,
         "1000 events left " + std::to_string(open_files() - files) + " files open");
}

constexpr std::array<Check, 8> checks{{
    {"hook.describe", "names known events, and has a schema of its config", For::hook,
     &describes_itself},
    {"hook.config", "refuses what its configSchema does not allow, with a message", For::hook,
     &refuses_wrong_configs},
    {"hook.verdict", "writes a verdict to every event that asks for one", For::hook,
     &always_writes_a_verdict},
    {"hook.findings", "writes its findings as docs/events.md says", For::hook, &writes_findings},
    {"hook.unknown", "takes events and fields that it does not know", For::hook,
     &takes_the_unknown},
    {"hook.fuzz", "answers damaged events with a verdict or an error", For::hook,
     &survives_mutations},
    {"hook.deadline", "ends an event, and itself, in time", For::hook, &ends_in_time},
    {"hook.memory", "keeps neither memory nor files of a thousand events", For::hook,
     &keeps_no_memory},
}};

}  // namespace

std::span<const Check> hook_checks() noexcept { return checks; }

}  // namespace garboard::conformance
