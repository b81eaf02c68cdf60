// SPDX-License-Identifier: Apache-2.0
#include "child.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

extern char** environ;

namespace garboard::conformance {
namespace {

constexpr std::size_t max_kept = 65536;

}  // namespace

Pipe::Pipe() {
  if (::pipe2(ends_.data(), O_CLOEXEC) != 0)
    throw std::system_error(errno, std::generic_category(), "pipe");
}

Pipe::~Pipe() {
  close_end(0);
  close_end(1);
}

void Pipe::close_end(std::size_t which) noexcept {
  int& end = ends_[which];
  if (end >= 0) ::close(end);
  end = -1;
}

bool Pipe::take() {
  std::array<char, 4096> buffer{};
  const ssize_t n = ::read(reading(), buffer.data(), buffer.size());
  if (n > 0 && text.size() < max_kept) text.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

pid_t spawn_self(std::vector<std::string> arguments, std::span<const Inherited> files,
                 Group group) {
  std::string program = "/proc/self/exe";
  std::vector<char*> words{program.data()};
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  for (const Inherited& file : files)
    posix_spawn_file_actions_adddup2(&actions, file.ours, file.theirs);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  if (group == Group::own) posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  pid_t pid = -1;
  const int failure =
      ::posix_spawn(&pid, program.c_str(), &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) throw std::system_error(failure, std::generic_category(), "posix_spawn");
  return pid;
}

int status_of(pid_t child) noexcept {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) continue;
  return status;
}

}  // namespace garboard::conformance
