// SPDX-License-Identifier: Apache-2.0
// Observer: watches a run and cannot change it.
#pragma once

#include "model/event.hpp"

namespace garboard::ports {

class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;
  /// From any of the run's threads.
  virtual void notice(const model::Event& event) = 0;
};

}  // namespace garboard::ports
