// SPDX-License-Identifier: Apache-2.0
// WatchedSession: a session whose calls a StatementWatch looks after, and whose errors say what it
// saw.
#pragma once

#include <memory>

#include "execution/statement_watch.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// `watch` outlives it.
[[nodiscard]] std::unique_ptr<ports::Session> watched(std::unique_ptr<ports::Session> session,
                                                      StatementWatch& watch);

}  // namespace garboard::execution
