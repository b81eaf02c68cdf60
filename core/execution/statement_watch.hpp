// SPDX-License-Identifier: Apache-2.0
// StatementWatch: looks after the calls that a run makes to its database. While one takes long it
// asks, through a second session, who keeps it waiting; at its time limit it cancels it. The second
// session takes no locks. Nothing is started before the first call.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "execution/run.hpp"
#include "model/blocker.hpp"
#include "ports/session.hpp"

namespace garboard::execution {

/// Tells the observer `statement_blocked` from its own thread, and nothing once it is destroyed.
class StatementWatch {
 public:
  explicit StatementWatch(const RunContext& context) : context_(context) {}
  StatementWatch(const StatementWatch&) = delete;
  StatementWatch& operator=(const StatementWatch&) = delete;
  ~StatementWatch();

  /// What the server calls the session whose calls follow; empty: nobody can be asked about it.
  void follow(std::string session_name);
  /// What the calls that follow are part of, and how long they wait for locks (0 = not known).
  void enter(std::string_view id, std::string_view name, std::chrono::milliseconds lock_timeout);

  void call_begins(ports::Session& session);
  struct Ending {
    bool is_timed_out = false;  ///< it was cancelled at its time limit
    std::string blockers = {};  ///< text_of those last seen, when it failed
  };
  Ending call_ends(bool has_succeeded);

  /// While it lives, each call is cancelled when it takes longer than `limit`, unless that is 0.
  class Limit {
   public:
    Limit(StatementWatch& watch, std::chrono::milliseconds limit);
    Limit(const Limit&) = delete;
    Limit& operator=(const Limit&) = delete;
    ~Limit();

   private:
    StatementWatch& watch_;
  };

 private:
  using Clock = std::chrono::steady_clock;
  struct Call {
    std::uint64_t number = 0;
    ports::Session* session = nullptr;
    Clock::time_point began = {};
    std::optional<Clock::time_point> next_look = {};
    std::optional<Clock::time_point> deadline = {};
    bool is_timed_out = false;
    [[nodiscard]] Clock::time_point next() const;
  };

  void start();
  void watch();
  void act(std::unique_lock<std::mutex>& guard);
  void look(std::unique_lock<std::mutex>& guard);
  std::vector<model::Blocker> ask(const std::string& session_name);
  void set_asking(ports::Session* session);
  void tell(const std::vector<model::Blocker>& blockers);

  const RunContext& context_;
  std::mutex mutex_;  // of all below, except second_ and retry_at_, which are the thread's own
  std::condition_variable changed_;
  bool is_stopping_ = false;
  bool is_started_ = false;
  std::string session_name_, id_, name_;
  std::chrono::milliseconds first_look_{1000};
  std::chrono::milliseconds limit_{0};
  std::uint64_t calls_ = 0;
  std::optional<Call> call_;
  Clock::time_point wakes_at_ = Clock::time_point::max();
  ports::Session* asking_ = nullptr;
  std::string seen_, said_;  // text of those last seen; the sessions last told of
  Clock::time_point seen_at_ = {}, said_at_ = {};
  std::unique_ptr<ports::Session> second_;
  Clock::time_point retry_at_ = {};
  std::thread thread_;
};

}  // namespace garboard::execution
