// SPDX-License-Identifier: Apache-2.0
// Turns what libpq and the server report into sdk::Failure: status, flags, class and byte position.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <garboard/driver.hpp>

#include "pq.hpp"

namespace garboard::postgres {

/// What a COPY is ended with before all rows were sent; the server's error repeats it.
inline constexpr const char* rows_broke_off = "the rows broke off";

/// What is known of a call when it fails.
struct Situation {
  std::string_view sql = {};    ///< the text positions refer to
  bool may_be_applied = false;  ///< had the connection died, its effect could be there all the same
  bool is_cancelled = false;    ///< cancel() was called while it ran
};

/// What an error result says; `sql` is the text its position refers to.
[[nodiscard]] sdk::Failure fields_of(const PGresult* result, std::string_view sql);

/// `failure` with what follows from the state the connection is in now.
[[nodiscard]] sdk::Failure completed(sdk::Failure failure, PGconn* connection,
                                     const Situation& situation);

/// Both: the failure behind an error result, or behind a connection that broke (`result` may be
/// null).
[[nodiscard]] sdk::Failure failure_of(const PGresult* result, PGconn* connection,
                                      const Situation& situation);

/// The failure of an attempt to connect that libpq has given up; `text` is its verbose message.
[[nodiscard]] sdk::Failure connect_failure_of(std::string_view text);

/// True when `failure` may come from startup parameters that a pooler or an old server refuses.
[[nodiscard]] bool is_refused_startup_option(const sdk::Failure& failure) noexcept;

/// Byte offset of the 1-based character `position` in UTF-8 text; -1 when it lies outside.
[[nodiscard]] std::int64_t byte_offset(std::string_view text, long position) noexcept;

/// The text on one line, without white space at its ends.
[[nodiscard]] std::string on_one_line(std::string_view text);

}  // namespace garboard::postgres
