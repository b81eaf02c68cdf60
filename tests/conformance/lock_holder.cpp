// SPDX-License-Identifier: Apache-2.0
#include "lock_holder.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>
#include <utility>

#include "check.hpp"
#include "connection.hpp"

namespace garboard::conformance {
namespace {

constexpr std::string_view held = "held\n";
constexpr std::string_view unlocked = "unlocked\n";

void say(std::string_view text) { (void)!::write(STDOUT_FILENO, text.data(), text.size()); }

}  // namespace

LockHolder::LockHolder(const Subject& subject, const std::string& key) {
  const std::array<Inherited, 2> files{
      {{orders_.reading(), STDIN_FILENO}, {answers_.writing(), STDOUT_FILENO}}};
  pid_ = spawn_self(
      {"--hold", key, subject.file().string(), "--profile", subject.profile().file.string()}, files,
      Group::same);
  orders_.close_reading();
  answers_.close_writing();
  expect_answer(std::string(held));
}

void LockHolder::expect_answer(const std::string& wanted) {
  answers_.text.clear();
  while (!answers_.text.ends_with('\n') && answers_.take()) continue;
  std::string& answer = answers_.text;
  if (answer == wanted) return;
  std::ranges::replace(answer, '\n', ' ');
  throw Failed("another process that takes the lock: " + (answer.empty() ? "it died" : answer));
}

void LockHolder::unlock() {
  (void)!::write(orders_.writing(), "u", 1);
  expect_answer(std::string(unlocked));
}

void LockHolder::disconnect() {
  orders_.close_writing();
  (void)status_of(std::exchange(pid_, -1));
}

void LockHolder::kill() noexcept {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  (void)status_of(std::exchange(pid_, -1));
}

void hold_lock_here(const std::string& key, const std::filesystem::path& file, Profile profile) {
  std::signal(SIGPIPE, SIG_IGN);  // as in the host
  try {
    Subject subject(file, std::move(profile));
    Connection connection(subject);
    must(connection.lock(key, 0), "lock");
    say(held);
    char order = 0;
    while (::read(STDIN_FILENO, &order, 1) == 1) {
      must(connection.unlock(key), "unlock");
      say(unlocked);
    }
    connection.close();
    subject.shut_down();
  } catch (const std::exception& reason) {
    say(std::string(reason.what()) + "\n");
  }
  std::fflush(nullptr);
  ::_exit(0);
}

}  // namespace garboard::conformance
