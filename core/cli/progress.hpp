// SPDX-License-Identifier: Apache-2.0
// Progress: shows a run's events, as one updating line on a terminal and as log lines elsewhere.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>

#include "cli/log.hpp"
#include "ports/observer.hpp"

namespace garboard::cli {

/// "[####....] 2/5"
[[nodiscard]] std::string progress_bar(std::size_t done, std::size_t total);

/// Who keeps a run waiting, as a log line has it.
void log_waiting(Log& log, const char* kind, const model::Event& event);

class Progress final : public ports::Observer {
 public:
  /// `total`: how many migrations the run is to apply.
  Progress(Log& log, std::size_t total) : log_(log), total_(total) {}
  void notice(const model::Event& event) override;

 private:
  void show(const std::string& what);

  Log& log_;
  std::mutex mutex_;  // of what follows
  std::size_t total_;
  std::size_t finished_ = 0;
  std::string current_ = {};
};

}  // namespace garboard::cli
