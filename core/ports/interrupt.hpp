// SPDX-License-Identifier: Apache-2.0
// Interrupt: how a signal reaches a run. The run asks `is_requested` between statements and names
// the session that is at work, so that the one who interrupts can cancel its statement.
#pragma once

#include "ports/session.hpp"

namespace garboard::ports {

class Interrupt {
 public:
  Interrupt() = default;
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  virtual ~Interrupt() = default;
  [[nodiscard]] virtual bool is_requested() const noexcept = 0;
  /// The session to cancel from now on; nullptr before it is destroyed. Returns only when no cancel
  /// of the previous one is under way.
  virtual void watch(Session* session) noexcept = 0;
};

}  // namespace garboard::ports
