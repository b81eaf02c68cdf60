// SPDX-License-Identifier: Apache-2.0
// The C++20 layer over garboard/abi.h for authors of hooks: write a Hook class that throws
// garboard::sdk::Failure, and GARBOARD_HOOK makes the C tables. What it throws, or answers too
// late, counts as a denial where it was asked, and as nothing where it was only told.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <garboard/abi.h>
#include <garboard/plugin.hpp>

namespace garboard::sdk {

/// What a hook answers to an event. `findings_json`: {"findings":[..]}, or empty; see events.md.
struct Answer {
  std::int32_t verdict = GBD_ALLOW;
  std::string findings_json = {};
};

/// What GARBOARD_HOOK needs: static `describe` and `create`, and `event` for each event.
template <class H>
concept Hook = requires(H& hook, std::string_view text) {
  { H::describe() } -> std::convertible_to<std::string>;
  { H::create(text) } -> std::same_as<std::unique_ptr<H>>;
  { hook.event(text) } -> std::same_as<Answer>;
};

/// The rows of one reading statement as [["cell",null,..],..], asked while a before_* event is
/// answered. Throws Failure, with GBD_E_UNSUPPORTED where there is no connection.
[[nodiscard]] inline std::string query(std::string_view sql) {
  const gbd_host* host = host_slot();
  const auto* asked =
      static_cast<const gbd_query*>(host == nullptr || !GBD_HAS(gbd_host, host, get_interface)
                                        ? nullptr
                                        : host->get_interface(host, "garboard.query/1"));
  if (asked == nullptr) throw Failure(GBD_E_UNSUPPORTED, "this host answers no questions");
  std::string rows;
  const gbd_sink sink{&rows, [](void* text, const char* bytes, std::size_t n) noexcept {
                        static_cast<std::string*>(text)->append(bytes, n);
                      }};
  const gbd_status status = asked->run(host, str(sql), &sink);
  if (status != GBD_OK) throw Failure(status, std::move(rows));
  return rows;
}

template <Hook H>
class HookTable {
  static H& hook(gbd_hook_inst* raw) noexcept { return *reinterpret_cast<H*>(raw); }

  static gbd_status describe(const gbd_sink* json, gbd_error* error) noexcept {
    return detail::barrier(error, [&] { detail::write(json, H::describe()); });
  }
  static gbd_status create(gbd_str config, gbd_hook_inst** out, gbd_error* error) noexcept {
    return detail::barrier(
        error, [&] { *out = reinterpret_cast<gbd_hook_inst*>(H::create(view(config)).release()); });
  }
  static void destroy(gbd_hook_inst* raw) noexcept { delete &hook(raw); }
  static gbd_status event(gbd_hook_inst* raw, gbd_str event_json, std::int32_t* verdict,
                          const gbd_sink* findings, gbd_error* error) noexcept {
    return detail::barrier(error, [&] {
      const Answer answer = hook(raw).event(view(event_json));
      if (!answer.findings_json.empty()) detail::write(findings, answer.findings_json);
      *verdict = answer.verdict;
    });
  }

 public:
  static constexpr gbd_hook make() noexcept {
    return {sizeof(gbd_hook), 0, &describe, &create, &destroy, &event};
  }
};

}  // namespace garboard::sdk

/// Defines the plugin's only exported symbol and its identity note:
///   GARBOARD_HOOK(MyHook, "myhook", "1.0.0", "[\"before_run\"]")
/// The events, as describe() lists them, may be left out; then the hook is started to be asked for
/// them, also when there is nothing to tell it. One that does not care for runs that had nothing to
/// do says so behind them, "[\"run.failed\",\"run.succeeded\"],\"idleRuns\":false", and is not
/// started for such a run.
#define GARBOARD_HOOK(hook_type, plugin_name, plugin_version, ...)                        \
  namespace {                                                                             \
  constexpr gbd_hook garboard_table = ::garboard::sdk::HookTable<hook_type>::make();      \
  }                                                                                       \
  GARBOARD_PLUGIN("hook", "garboard.hook/1", garboard_table, plugin_name, plugin_version, \
                  __VA_OPT__(",\"events\":" __VA_ARGS__) "")
