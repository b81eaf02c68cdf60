// SPDX-License-Identifier: Apache-2.0
// What is left when a plugin has been shut down, and what it does without memory.
#include <dlfcn.h>

#include <array>
#include <chrono>
#include <string>
#include <thread>

#include "check.hpp"
#include "connection.hpp"
#include "elf_file.hpp"
#include "hook_events.hpp"
#include "hook_instance.hpp"
#include "memory_faults.hpp"
#include "process_state.hpp"
#include "subject.hpp"

namespace garboard::conformance {
namespace {

constexpr std::chrono::seconds thread_limit{10};

/// Uses all that a plugin is for, and ends it.
void use_and_shut_down(Subject& subject) {
  if (subject.is_a("driver")) {
    (void)subject.describe();
    if (subject.profile().database) {
      Connection connection(subject);
      must(connection.select("'a'"), "SELECT 'a'");
      (void)connection.exec("garboard conformance: no statement");
    }
  }
  if (subject.is_a("hook")) {
    HookInstance hook(subject);
    for (const std::string& name : wanted_events(subject)) (void)hook.event(event_named(name));
  }
  subject.shut_down();
}

void leaves_no_threads(Subject& subject) {
  const std::size_t before = thread_count();
  use_and_shut_down(subject);
  const auto began = std::chrono::steady_clock::now();
  while (thread_count() > before && std::chrono::steady_clock::now() - began < thread_limit)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  expect(thread_count() <= before, "after shutdown " + std::to_string(thread_count() - before) +
                                       " threads more than before it was loaded were there");
}

void leaves_no_leaks(Subject& subject) {
  using Check = int (*)();
  const auto leaks =
      reinterpret_cast<Check>(::dlsym(RTLD_DEFAULT, "__lsan_do_recoverable_leak_check"));
  if (leaks == nullptr) throw Skipped("this kit was built without AddressSanitizer");
  if (!read_elf(subject.file()).is_sanitized)
    throw Skipped("it was built without AddressSanitizer");
  use_and_shut_down(subject);
  expect(leaks() == 0, "it leaks memory");
}

constexpr std::array<Check, 3> checks{{
    {"faults.memory", "survives that any one allocation fails", For::plugin,
     &survives_without_memory},
    {"faults.threads", "leaves no thread when it is shut down", For::plugin, &leaves_no_threads},
    {"faults.sanitizers", "runs clean under sanitizers, and leaks nothing", For::plugin,
     &leaves_no_leaks},
}};

}  // namespace

std::span<const Check> fault_checks() noexcept { return checks; }

}  // namespace garboard::conformance
