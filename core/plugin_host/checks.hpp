// SPDX-License-Identifier: Apache-2.0
// What a plugin file must satisfy before it is opened: nobody else can have written it, and it was
// built for this host. They stop accidents and hijacked paths, not a malicious author.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <string_view>

#include "base/result.hpp"
#include "plugin_host/host.hpp"

namespace garboard::plugin_host {

/// Who is about to open a plugin.
struct Account {
  uid_t user = ::geteuid();
  gid_t group = ::getegid();
};

/// The file, every directory above it and every symbolic link on the way belong to root or to the
/// account's user and no one else may write there. What lies on a read-only mount passes.
/// Code::plugin with the offending path and the way out.
Result<void> check_ownership(const std::filesystem::path& file, Account account = {});

/// The note's ABI fits this host, and it is of that kind and name, or a driver of that scheme.
Result<void> check_note(const PluginNote& note, PluginKind kind, std::string_view name);

/// The note's ABI fits this host.
Result<void> check_abi(const PluginNote& note);

}  // namespace garboard::plugin_host
