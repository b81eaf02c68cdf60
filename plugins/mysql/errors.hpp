// SPDX-License-Identifier: Apache-2.0
// What the server's and the client library's error numbers mean to the host.
#pragma once

#include <mysql.h>

#include <cstdint>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

namespace garboard::mysql {

/// What was going on when an error came: decides whether a lost connection leaves its outcome open.
enum class Activity : std::uint8_t {
  connect,
  read,      ///< changes nothing
  undoable,  ///< inside a transaction that is gone with the connection
  lasting,   ///< commits, or would have committed by itself
};

/// What to do about a statement that the server does not take for its size.
inline constexpr std::string_view packet_hint =
    "raise max_allowed_packet on the server, or split the statement";

/// The activity that running `sql` is.
[[nodiscard]] Activity activity_of(std::string_view sql, bool is_in_transaction) noexcept;

/// The last error of `handle`; `sql` is the text that was sent, for the position.
[[nodiscard]] sdk::Failure failure_of(MYSQL* handle, Activity activity, std::string_view sql = {});

/// Byte offset in `sql` of what a message of the form "near '..' at line N" points at, -1 when it
/// cannot be told for certain.
[[nodiscard]] std::int64_t error_position(std::string_view message, std::string_view sql) noexcept;

/// {"row":N} for a message that ends in "at row N", else empty.
[[nodiscard]] std::string row_context(std::string_view message);

}  // namespace garboard::mysql
