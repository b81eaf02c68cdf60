// SPDX-License-Identifier: Apache-2.0
// RunWorld: what a command hands to a run, which from then on ends cleanly by itself when it is
// interrupted.
#pragma once

#include "cli/command.hpp"
#include "cli/signals.hpp"
#include "execution/run.hpp"

namespace garboard::cli {

class RunWorld {
 public:
  /// All borrowed.
  RunWorld(const CommandContext& command, ports::Connector& connector, ports::Files& files,
           ports::Observer& observer, ports::Gate* gate = nullptr)
      : clock_(*command.interrupt),
        context_{.connector = connector,
                 .files = files,
                 .clock = clock_,
                 .interrupt = *command.interrupt,
                 .observer = observer,
                 .gate = gate} {
    command.interrupt->on_abandon({});
  }
  RunWorld(const RunWorld&) = delete;
  RunWorld& operator=(const RunWorld&) = delete;

  [[nodiscard]] const execution::RunContext& context() const noexcept { return context_; }

 private:
  InterruptibleClock clock_;
  execution::RunContext context_;
};

}  // namespace garboard::cli
