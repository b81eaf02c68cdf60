// SPDX-License-Identifier: Apache-2.0
// PluginLock: which plugin files may be opened, by what is in them; the contents of plugins.lock.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace garboard::plugin_host {

using base::Result;

class PluginLock {
 public:
  /// {"version":1,"plugins":{"garboard-driver-x.so":"sha256:<64 hex digits>"}}. Code::bad_input for
  /// anything else; `shown` names the file in messages.
  static Result<PluginLock> parse(std::string_view json, std::string shown);

  /// Takes the file as it is now.
  Result<void> add(const std::filesystem::path& plugin);
  /// Code::plugin unless the file is listed by its name and its contents are those that were.
  [[nodiscard]] Result<void> check(const std::filesystem::path& plugin) const;
  /// What parse() reads.
  [[nodiscard]] std::string json() const;
  [[nodiscard]] std::size_t size() const noexcept { return digests_.size(); }

 private:
  std::map<std::string, std::string, std::less<>> digests_;
  std::string shown_ = "plugins.lock";
};

}  // namespace garboard::plugin_host
