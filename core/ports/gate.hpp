// SPDX-License-Identifier: Apache-2.0
// Gate: is asked before something is done, and may refuse it.
#pragma once

#include "base/result.hpp"
#include "model/event.hpp"

namespace garboard::ports {

class Gate {
 public:
  Gate() = default;
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  virtual ~Gate() = default;
  /// `event` is of kind before_migration or before_statement. Code::policy_refused when somebody
  /// refuses, or could not be asked.
  virtual base::Result<void> ask(const model::Event& event) = 0;
  /// False: nobody wants to be asked about, or told of, single statements.
  [[nodiscard]] virtual bool is_about_statements() const noexcept = 0;
};

}  // namespace garboard::ports
