// SPDX-License-Identifier: Apache-2.0
// What SQLite's result codes mean to the host.
#pragma once

#include <sqlite3.h>

#include <string_view>

#include <garboard/driver.hpp>

namespace garboard::sqlite {

/// The last error of `handle`, which `code` (extended) was returned for; `path` is named where the
/// file is to blame. The position is that in the text which was prepared last.
[[nodiscard]] sdk::Failure failure_of(sqlite3* handle, int code, std::string_view path);

/// Refuses what has no use or no safe locks: a folder, a missing folder, a network file system.
void check_place(const struct Options& options);

}  // namespace garboard::sqlite
