// SPDX-License-Identifier: Apache-2.0
// HookLibrary: one hook, loaded into this process, behind C++ types.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <garboard/abi.h>

#include "base/result.hpp"
#include "plugin_host/host.hpp"
#include "plugin_host/loader.hpp"

namespace garboard::plugin_host {

/// What a hook said to an event.
struct HookAnswer {
  std::int32_t verdict = GBD_DENY;
  std::string findings_json = {};  ///< empty = none
};

class HookLibrary {
 public:
  /// `file` is absolute; it is checked, opened and asked what it is. `host` outlives the library.
  static Result<std::unique_ptr<HookLibrary>> load(const std::filesystem::path& file,
                                                   const gbd_host* host);
  HookLibrary(const HookLibrary&) = delete;
  HookLibrary& operator=(const HookLibrary&) = delete;
  ~HookLibrary();  ///< destroys the hook, then shuts the plugin down

  [[nodiscard]] const std::string& describe_json() const noexcept { return describe_json_; }
  /// Once, before the first event.
  Result<void> create(std::string_view config_json);
  /// The verdict is preset to GBD_DENY.
  Result<HookAnswer> event(std::string_view event_json);

 private:
  HookLibrary(std::string name, Loaded<gbd_hook> loaded);

  std::string name_;
  Loaded<gbd_hook> loaded_;
  std::string describe_json_;
  gbd_hook_inst* hook_ = nullptr;
};

}  // namespace garboard::plugin_host
