// SPDX-License-Identifier: Apache-2.0
// The hook "notify": tells people and programs what a run does.
#include <list>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <garboard/hook.hpp>

#include "common/event.hpp"
#include "mailbox.hpp"
#include "target.hpp"

namespace garboard::notify {
namespace {

using hooks::member;
/// Shorter than the time that the host gives one event, and the end.
constexpr std::chrono::seconds one_event{9};
constexpr std::chrono::seconds drain{10};

/// Who is in the way, so that people are told once of each and not of each second.
std::string blockers_of(const hooks::Event& event) {
  const auto waiting = event.data().find("waiting");
  if (waiting == event.data().end() || !waiting->contains("blockers")) return {};
  std::string sessions;
  for (const auto& blocker : (*waiting)["blockers"])
    sessions += member<std::string>(blocker, "session", "") + " ";
  return sessions;
}

class NotifyHook {
 public:
  explicit NotifyHook(Settings settings) : is_required_(settings.is_required) {
    for (Target& target : settings.targets) mailboxes_.emplace_back(std::move(target));
  }
  NotifyHook(const NotifyHook&) = delete;
  NotifyHook& operator=(const NotifyHook&) = delete;
  ~NotifyHook() {
    for (Mailbox& mailbox : mailboxes_) mailbox.finish(drain);
  }

  static std::string describe() { return notify::describe(); }
  static std::unique_ptr<NotifyHook> create(std::string_view config) {
    return std::make_unique<NotifyHook>(read_settings(config));
  }

  sdk::Answer event(std::string_view text) {
    const hooks::Event event = hooks::read_event(text);
    const bool is_repeated =
        event.name == "lock.waiting" && !blockers_.insert(blockers_of(event)).second;
    hooks::Deadline deadline(one_event);
    std::string problems;
    for (Mailbox& mailbox : mailboxes_) {
      const Target& target = mailbox.target();
      if (target.events.count(event.name) == 0 ||
          (is_repeated && target.kind != Target::Kind::webhook))
        continue;
      Letter letter{member<std::string>(event.envelope, "id", ""), body_of(target, event, text)};
      if (!is_required_) {
        mailbox.post(std::move(letter));
      } else if (const std::string problem = deliver(target, letter, deadline); !problem.empty()) {
        problems.append(problems.empty() ? "" : "; ").append(target.name).append(": ");
        problems.append(problem);
      }
    }
    if (!problems.empty()) throw sdk::Failure(GBD_E_CONNECT, "not delivered to " + problems);
    return {};
  }

 private:
  const bool is_required_;
  std::set<std::string> blockers_;
  std::list<Mailbox> mailboxes_;
};

}  // namespace
}  // namespace garboard::notify

GARBOARD_HOOK(garboard::notify::NotifyHook, "notify", "1.0.0",
              GARBOARD_NOTIFY_EVENTS ",\"idleRuns\":false")
