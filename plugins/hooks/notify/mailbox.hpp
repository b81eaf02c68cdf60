// SPDX-License-Identifier: Apache-2.0
// Mailbox: delivers to one target on a thread of its own, which begins with the first message, so
// that neither the run nor another target waits for this one.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "common/http.hpp"
#include "target.hpp"

namespace garboard::notify {

struct Letter {
  std::string id, body;
};

/// Tries as hooks::deliver does. Empty when it arrived, otherwise why not, for people.
[[nodiscard]] std::string deliver(const Target& target, const Letter& letter,
                                  hooks::Deadline& deadline);

class Mailbox {
 public:
  explicit Mailbox(Target target) : target_(std::move(target)) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox();  ///< waits for what finish() allows

  [[nodiscard]] const Target& target() const { return target_; }
  /// Returns at once. What does not arrive is logged; of 100 that wait, the oldest is given up.
  void post(Letter letter);
  /// Returns at once: what has not arrived by then is given up.
  void finish(std::chrono::milliseconds within);

 private:
  void work();
  void report(const std::string& problem) const;

  const Target target_;
  hooks::Deadline deadline_;
  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::deque<Letter> letters_;
  std::size_t given_up_ = 0;
  bool is_ending_ = false;
  std::thread thread_;
};

}  // namespace garboard::notify
