// SPDX-License-Identifier: Apache-2.0
#include "memory_faults.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "connection.hpp"
#include "hook_events.hpp"
#include "hook_instance.hpp"
#include "plugin_host/host_table.hpp"
#include "trial.hpp"

namespace garboard::conformance {
namespace {

using Clock = std::chrono::steady_clock;
using FailAt = long (*)(long);

constexpr const char* library_name = "garboard-conformance-nomem.so";
constexpr long all_up_to = 400;
constexpr std::string_view wrong_sql = "garboard conformance: no statement";

/// Where a pass is: for the message, should the process crash.
std::array<char, 160> place{};

void set_place(long n, const char* slot) {
  std::snprintf(place.data(), place.size(), "in %s, with allocation %ld of the pass refused\n",
                slot, n);
}

void tell_place(int signal) {
  const auto ignored = ::write(STDERR_FILENO, place.data(), std::strlen(place.data()));
  (void)ignored;
  std::signal(signal, SIG_DFL);
  (void)::raise(signal);
}

/// Calls slots of a plugin; nothing of the kit's own is allocated in between.
class Pass {
 public:
  explicit Pass(long refused) : refused_(refused) {}

  /// Returns whether the slot said GBD_OK. Failed for a status that there is not.
  template <class Call>
  bool call(const char* slot, const Call& slot_call) {
    set_place(refused_, slot);
    gbd_error error;
    const gbd_status status = slot_call(&error);
    if (status < GBD_OK || status > GBD_E_INTERNAL) complain(slot, "answered an unknown status");
    return status == GBD_OK;
  }
  [[noreturn]] void complain(const char* slot, const char* what) const {
    throw Failed(std::string(slot) + " " + what + ", with allocation " + std::to_string(refused_) +
                 " of the pass refused");
  }

 private:
  const long refused_;
};

struct DriverTexts {
  std::string options, select;
};

void execute(Pass& pass, const gbd_driver& driver, gbd_conn* connection, std::string_view select) {
  std::size_t rows = 0;
  gbd_call call{};
  call.size = sizeof call;
  call.ctx = &rows;
  call.row = [](void* ctx, const gbd_str*, std::size_t) noexcept -> std::int32_t {
    ++*static_cast<std::size_t*>(ctx);
    return 0;
  };
  const bool is_done = pass.call("exec", [&](gbd_error* error) {
    return driver.exec(connection, sdk::str(select), &call, nullptr, error);
  });
  if (is_done && rows != 1) pass.complain("exec", "said GBD_OK and lost a row");
  const bool is_wrong_done = pass.call("exec of a wrong statement", [&](gbd_error* error) {
    return driver.exec(connection, sdk::str(wrong_sql), nullptr, nullptr, error);
  });
  if (is_wrong_done) pass.complain("exec", "said GBD_OK to a wrong statement");
}

void pass_through_driver(Pass& pass, const gbd_driver& driver, const DriverTexts& texts) {
  {
    plugin_host::TextSink sink;
    (void)pass.call("describe",
                    [&](gbd_error* error) { return driver.describe(sink.sink(), error); });
  }
  if (texts.options.empty()) return;
  gbd_conn* connection = nullptr;
  const bool is_open = pass.call("open", [&](gbd_error* error) {
    return driver.open(sdk::str(texts.options), &connection, error);
  });
  if (!is_open) return;
  if (connection == nullptr) pass.complain("open", "said GBD_OK and gave no connection");
  execute(pass, driver, connection, texts.select);
  (void)pass.call("close", [&](gbd_error*) {
    driver.close(connection);
    return GBD_OK;
  });
}

void pass_through_hook(Pass& pass, const gbd_hook& table, const std::string& config,
                       const std::vector<std::string>& events) {
  {
    plugin_host::TextSink sink;
    (void)pass.call("describe",
                    [&](gbd_error* error) { return table.describe(sink.sink(), error); });
  }
  gbd_hook_inst* hook = nullptr;
  const bool is_made = pass.call(
      "create", [&](gbd_error* error) { return table.create(sdk::str(config), &hook, error); });
  if (!is_made) return;
  if (hook == nullptr) pass.complain("create", "said GBD_OK and gave no hook");
  for (const std::string& event : events) {
    plugin_host::TextSink findings;
    std::int32_t verdict = unwritten;
    const bool is_answered = pass.call("event", [&](gbd_error* error) {
      return table.event(hook, sdk::str(event), &verdict, findings.sink(), error);
    });
    if (is_answered && verdict != unwritten && (verdict < GBD_ALLOW || verdict > GBD_DENY))
      pass.complain("event", "wrote a verdict that there is not");
  }
  (void)pass.call("destroy", [&](gbd_error*) {
    table.destroy(hook);
    return GBD_OK;
  });
}

/// Runs passes with each of the first allocations refused in turn, then with ever fewer of the many
/// that a client library makes; the same ones in every run, as far as half of the check's time
/// goes.
template <class Run>
void refuse_each(FailAt fail_at, std::chrono::seconds time, const Run& run) {
  const auto pass = [&](long n) {
    Pass one(n);
    fail_at(n);
    run(one);
    return fail_at(0);
  };
  (void)pass(0);  // what is done but once is done now
  const auto end = Clock::now() + time / 2;
  for (long n = 1; Clock::now() < end; n += 1 + n / all_up_to)
    if (pass(n) < n) return;
}

FailAt library_of(Subject& subject) {
  for (const char* const sanitizer : {"__asan_init", "__tsan_init"})
    if (::dlsym(RTLD_DEFAULT, sanitizer) != nullptr)
      throw Skipped("a sanitizer has taken the place of malloc");
  const auto found = reinterpret_cast<FailAt>(::dlsym(RTLD_DEFAULT, "garboard_nomem_at"));
  if (found == nullptr) {
    const auto library =
        std::filesystem::read_symlink("/proc/self/exe").replace_filename(library_name);
    if (!std::filesystem::exists(library) || std::getenv("LD_PRELOAD") != nullptr)
      throw Skipped(std::string(library_name) + " is not beside the kit, or cannot be loaded");
    start_again_with(library);
  }
  ::unsetenv("LD_PRELOAD");  // what the plugin starts can do without
  (void)subject.plugin();
  return found;
}

}  // namespace

void survives_without_memory(Subject& subject) {
  const FailAt fail_at = library_of(subject);
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) std::signal(signal, &tell_place);
  const std::chrono::seconds time = subject.profile().timeout;
  if (subject.is_a("driver")) {
    DriverTexts texts;
    if (subject.profile().database) {
      texts.options = open_options(subject).dump();
      texts.select = filled(subject.database().select, "values", "'a'");
    }
    const gbd_driver& driver = subject.driver();
    refuse_each(fail_at, time, [&](Pass& pass) { pass_through_driver(pass, driver, texts); });
  }
  if (subject.is_a("hook")) {
    std::vector<std::string> events;
    for (const std::string& name : wanted_events(subject))
      events.push_back(event_named(name).dump());
    const std::string config = hook_config(subject).dump();
    const gbd_hook& hook = subject.hook();
    refuse_each(fail_at, time, [&](Pass& pass) { pass_through_hook(pass, hook, config, events); });
  }
}

}  // namespace garboard::conformance
