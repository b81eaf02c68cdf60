// SPDX-License-Identifier: Apache-2.0
#include "execution/statement_watch.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "execution/blocker_text.hpp"

namespace garboard::execution {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds look_interval{1000};
constexpr milliseconds shortest_look{50};
constexpr milliseconds told_again_after{10000};
constexpr milliseconds seen_is_old_after{10000};
constexpr milliseconds session_retry{30000};
// a cancel that arrives before the statement starts is lost
constexpr milliseconds cancel_interval{250};

std::string sessions_of(const std::vector<model::Blocker>& blockers) {
  std::string text;
  for (const model::Blocker& blocker : blockers) text += blocker.session + "\n";
  return text;
}

}  // namespace

StatementWatch::Limit::Limit(StatementWatch& watch, milliseconds limit) : watch_(watch) {
  const std::scoped_lock guard(watch_.mutex_);
  watch_.limit_ = limit;
}

StatementWatch::Limit::~Limit() {
  const std::scoped_lock guard(watch_.mutex_);
  watch_.limit_ = milliseconds(0);
}

StatementWatch::Clock::time_point StatementWatch::Call::next() const {
  return std::min(next_look.value_or(Clock::time_point::max()),
                  deadline.value_or(Clock::time_point::max()));
}

StatementWatch::~StatementWatch() {
  {
    const std::scoped_lock guard(mutex_);
    is_stopping_ = true;
    if (asking_ != nullptr) asking_->cancel();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void StatementWatch::follow(std::string session_name) {
  const std::scoped_lock guard(mutex_);
  session_name_ = std::move(session_name);
}

void StatementWatch::enter(std::string_view id, std::string_view name, milliseconds lock_timeout) {
  const std::scoped_lock guard(mutex_);
  id_ = id;
  name_ = name;
  // whoever waits for less than the interval would be gone before anybody looks
  first_look_ = lock_timeout.count() > 0
                    ? std::clamp(lock_timeout / 2, shortest_look, look_interval)
                    : look_interval;
  seen_.clear();
  said_.clear();
}

void StatementWatch::start() {
  if (std::exchange(is_started_, true)) return;
  try {
    thread_ = std::thread([this] { watch(); });
  } catch (const std::system_error&) {
    return;  // where no thread can be had the run goes on without
  }
}

void StatementWatch::call_begins(ports::Session& session) {
  const std::scoped_lock guard(mutex_);
  start();
  Call call{.number = ++calls_, .session = &session, .began = Clock::now()};
  if (!session_name_.empty() && session.knows_blockers()) call.next_look = call.began + first_look_;
  if (limit_.count() > 0) call.deadline = call.began + limit_;
  call_ = call;
  // between calls the thread sleeps on until the time it had set itself
  if (call.next() < wakes_at_) changed_.notify_all();
}

StatementWatch::Ending StatementWatch::call_ends(bool has_succeeded) {
  const std::scoped_lock guard(mutex_);
  Ending ending{.is_timed_out = call_ && call_->is_timed_out,
                .blockers = !has_succeeded && Clock::now() - seen_at_ < seen_is_old_after
                                ? seen_
                                : std::string()};
  call_.reset();
  if (has_succeeded) seen_.clear();
  return ending;
}

void StatementWatch::watch() {
  std::unique_lock guard(mutex_);
  while (!is_stopping_) {
    wakes_at_ = call_ ? call_->next() : Clock::time_point::max();
    if (wakes_at_ == Clock::time_point::max()) {
      changed_.wait(guard);
    } else if (Clock::now() < wakes_at_) {
      changed_.wait_until(guard, wakes_at_);
    } else {
      act(guard);
    }
  }
  guard.unlock();
  second_.reset();
}

void StatementWatch::act(std::unique_lock<std::mutex>& guard) {
  const auto now = Clock::now();
  if (call_->deadline && now >= *call_->deadline) {
    call_->is_timed_out = true;
    call_->deadline = now + cancel_interval;
    call_->session->cancel();  // which the end of the call waits for, so that it hits no other
    return;
  }
  call_->next_look = now + look_interval;
  if (!context_.interrupt.is_requested()) look(guard);
}

void StatementWatch::look(std::unique_lock<std::mutex>& guard) {
  const std::uint64_t number = call_->number;
  const std::string session_name = session_name_;
  guard.unlock();
  const std::vector<model::Blocker> blockers = ask(session_name);
  guard.lock();
  const bool is_over = is_stopping_ || !call_ || call_->number != number;
  if (!is_over && !blockers.empty()) tell(blockers);
}

std::vector<model::Blocker> StatementWatch::ask(const std::string& session_name) {
  if (!second_) {
    if (Clock::now() < retry_at_) return {};
    auto session = context_.connector.connect();
    if (session) second_ = *std::move(session);
  }
  if (second_) {
    set_asking(second_.get());
    auto answer = second_->blockers(session_name);
    set_asking(nullptr);
    if (answer) return shown_blockers(std::move(answer), second_->dialect());
  }
  second_.reset();
  retry_at_ = Clock::now() + session_retry;
  return {};
}

void StatementWatch::set_asking(ports::Session* session) {
  const std::scoped_lock guard(mutex_);
  asking_ = session;
}

void StatementWatch::tell(const std::vector<model::Blocker>& blockers) {
  const auto now = Clock::now();
  seen_ = text_of(blockers);
  seen_at_ = now;
  std::string sessions = sessions_of(blockers);
  if (sessions == said_ && now - said_at_ < told_again_after) return;
  said_ = std::move(sessions);
  said_at_ = now;
  const auto waited = std::chrono::duration_cast<milliseconds>(now - call_->began);
  const std::string message = "waiting for " + seen_;
  context_.observer.notice({.kind = model::EventKind::statement_blocked,
                            .id = id_,
                            .name = name_,
                            .message = message,
                            .duration_ms = waited.count(),
                            .blockers = blockers});
}

}  // namespace garboard::execution
