// SPDX-License-Identifier: Apache-2.0
#include "mailbox.hpp"

#include <ctime>
#include <utility>

#include <garboard/plugin.hpp>

namespace garboard::notify {
namespace {

constexpr std::size_t most_letters = 100;

}  // namespace

std::string deliver(const Target& target, const Letter& letter, hooks::Deadline& deadline) {
  try {
    return hooks::deliver(
        [&] { return request_of(target, letter.id, letter.body, std::time(nullptr)); }, deadline);
  } catch (const std::exception& failure) {
    return failure.what();
  }
}

Mailbox::~Mailbox() {
  {
    const std::lock_guard lock(mutex_);
    is_ending_ = true;
    changed_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void Mailbox::post(Letter letter) {
  const std::lock_guard lock(mutex_);
  if (letters_.size() == most_letters) {
    letters_.pop_front();
    ++given_up_;
  }
  letters_.push_back(std::move(letter));
  if (!thread_.joinable()) thread_ = std::thread([this] { work(); });
  changed_.notify_all();
}

void Mailbox::finish(std::chrono::milliseconds within) {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  changed_.notify_all();
  deadline_.shorten(within);
}

void Mailbox::report(const std::string& problem) const {
  sdk::log(2, "not delivered to " + target_.name + ": " + problem);
}

void Mailbox::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_ending_ || !letters_.empty(); });
    if (letters_.empty() || deadline_.left().count() == 0) break;
    const Letter letter = std::move(letters_.front());
    letters_.pop_front();
    lock.unlock();
    if (const std::string problem = deliver(target_, letter, deadline_); !problem.empty())
      report(problem);
    lock.lock();
  }
  given_up_ += letters_.size();
  if (given_up_ > 0) report(std::to_string(given_up_) + " more, for which there was no time");
}

}  // namespace garboard::notify
