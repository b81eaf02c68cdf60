// SPDX-License-Identifier: Apache-2.0
// How a run gets its connection, and another one when the line was cut: trying again while nobody
// answers, and never after a refusal.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "execution/ledger.hpp"
#include "ports/clock.hpp"
#include "ports/interrupt.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// How often to try, and after how long no attempt is begun any more.
struct Patience {
  int attempts;
  std::chrono::milliseconds longest;
};

/// For a database that has not answered yet: a wrong address is to be told soon.
inline constexpr Patience brief_patience{5, std::chrono::seconds(15)};
/// For one that was there: servers restart and fail over.
inline constexpr Patience long_patience{60, std::chrono::minutes(2)};

/// The world a connection is opened in; all borrowed.
struct ConnectContext {
  ports::Connector& connector;
  ports::Clock& clock;
  ports::Interrupt& interrupt;
  /// Told before each further attempt what the last one failed with.
  std::function<void(const base::Error&)> on_retry = {};
};

/// Opens a session; again after Code::unreachable, with growing pauses, until patience ends.
Result<std::unique_ptr<ports::Session>> connect(const ConnectContext& context, Patience patience);

struct OpenLedger {
  std::unique_ptr<ports::Session> session;
  model::Ledger ledger;
};

/// Opens a session and reads the tracking table with it; both again when the line is cut meanwhile.
Result<OpenLedger> open_ledger(const ConnectContext& context, Patience patience,
                               const LedgerOptions& options, Detail detail);

}  // namespace garboard::execution
