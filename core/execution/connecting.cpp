// SPDX-License-Identifier: Apache-2.0
#include "execution/connecting.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace garboard::execution {

namespace {

using base::Code;
using base::Error;
using std::chrono::milliseconds;

constexpr int max_losses = 6;  // of the line while the tracking table is read

milliseconds pause_after(int attempts) {
  thread_local std::minstd_rand random{std::random_device{}()};
  const int bound = std::min(100 << std::min(attempts, 5), 2000);
  return milliseconds(std::uniform_int_distribution<int>(bound / 2, bound)(random));
}

}  // namespace

Result<std::unique_ptr<ports::Session>> connect(const ConnectContext& context, Patience patience) {
  const auto started = context.clock.now();
  for (int attempts = 1;; ++attempts) {
    auto session = context.connector.connect();
    if (session || session.error().code != Code::unreachable) return session;
    if (attempts >= patience.attempts || context.clock.now() - started >= patience.longest)
      return session;
    if (context.on_retry) context.on_retry(session.error());
    context.clock.sleep(pause_after(attempts));
    if (!context.interrupt.is_requested()) continue;
    Error error = std::move(session).error();
    error.code = Code::terminated;
    return error;
  }
}

Result<OpenLedger> open_ledger(const ConnectContext& context, Patience patience,
                               const LedgerOptions& options, Detail detail) {
  for (int losses = 0;; patience = long_patience) {
    auto session = connect(context, patience);
    if (!session) return std::move(session).error();
    auto ledger = read_ledger(**session, options, detail);
    if (ledger) return OpenLedger{std::move(*session), std::move(*ledger)};
    if (!ledger.error().is_connection_lost || ++losses == max_losses ||
        context.interrupt.is_requested())
      return std::move(ledger).error();
    if (context.on_retry) context.on_retry(ledger.error());
  }
}

}  // namespace garboard::execution
