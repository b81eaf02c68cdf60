// SPDX-License-Identifier: Apache-2.0
// A hook, made with the profile's config and called as the host calls it.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "plugin_host/errors.hpp"
#include "subject.hpp"

namespace garboard::conformance {

/// No verdict: whoever leaves it there has written none.
inline constexpr std::int32_t unwritten = 77;

struct HookAnswer {
  gbd_status status = GBD_OK;
  gbd_error error = {};
  std::int32_t verdict = unwritten;
  std::string findings = {};

  [[nodiscard]] bool is_ok() const noexcept { return status == GBD_OK; }
  [[nodiscard]] bool has_verdict() const noexcept {
    return verdict >= GBD_ALLOW && verdict <= GBD_DENY;
  }
  [[nodiscard]] std::string text() const { return name_of(status) + " " + error.message; }
};

/// The profile's config for the hook.
[[nodiscard]] nlohmann::json hook_config(const Subject& subject);
/// What describe answers; Failed when it is no JSON object.
[[nodiscard]] nlohmann::json description_of(Subject& subject);
/// The events that it asks for.
[[nodiscard]] std::set<std::string> wanted_events(Subject& subject);
/// What is not as docs/events.md says, or empty.
[[nodiscard]] std::string wrong_in_findings(std::string_view text);

class HookInstance {
 public:
  explicit HookInstance(Subject& subject);  ///< Failed when it cannot be made
  HookInstance(const HookInstance&) = delete;
  HookInstance& operator=(const HookInstance&) = delete;
  ~HookInstance() { destroy(); }

  /// The outcome of making one alone; what was made is destroyed again.
  static HookAnswer try_create(Subject& subject, const nlohmann::json& config);

  HookAnswer tell(std::string_view text);
  HookAnswer event(const nlohmann::json& event) { return tell(event.dump()); }
  void destroy();

 private:
  const gbd_hook& table_;
  gbd_hook_inst* raw_ = nullptr;
};

}  // namespace garboard::conformance
