// SPDX-License-Identifier: Apache-2.0
#include "base/child_process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <system_error>

namespace garboard::base {

namespace {

class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&actions_);
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  void prepare(const ProcessSpec& spec) {
    sigset_t blocked;
    sigemptyset(&blocked);
    for (const int signal : spec.blocked_signals) sigaddset(&blocked, signal);
    posix_spawnattr_setsigmask(&attributes_, &blocked);
    posix_spawnattr_setpgroup(&attributes_, 0);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    for (const auto& [ours, theirs] : spec.descriptors)
      posix_spawn_file_actions_adddup2(&actions_, ours, theirs);
  }

  [[nodiscard]] const posix_spawnattr_t* attributes() const noexcept { return &attributes_; }
  [[nodiscard]] const posix_spawn_file_actions_t* actions() const noexcept { return &actions_; }

 private:
  posix_spawnattr_t attributes_;
  posix_spawn_file_actions_t actions_;
};

/// Null-terminated, as exec takes it; borrows the texts.
std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  pointers.reserve(texts.size() + 1);
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

}  // namespace

Result<pid_t> start_process(ProcessSpec spec) {
  Attributes how;
  how.prepare(spec);
  spec.arguments.insert(spec.arguments.begin(), spec.program);
  const std::vector<char*> arguments = pointers_to(spec.arguments);
  const std::vector<char*> environment = pointers_to(spec.environment);
  pid_t pid = 0;
  const int failure = posix_spawn(&pid, spec.program.c_str(), how.actions(), how.attributes(),
                                  arguments.data(), environment.data());
  if (failure == 0) return pid;
  return Error{.code = Code::internal,
               .message = "no process: " + std::generic_category().message(failure),
               .reason = "no-process",
               .hint = "see that the limits on processes and memory leave room for it"};
}

std::string how_it_ended(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const char* name = sigabbrev_np(WTERMSIG(wait_status));
    return "crashed (SIG" + std::string(name == nullptr ? "?" : name) + ")";
  }
  return "ended by itself (exit code " + std::to_string(WEXITSTATUS(wait_status)) + ")";
}

}  // namespace garboard::base
