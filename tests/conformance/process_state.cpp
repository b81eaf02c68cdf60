// SPDX-License-Identifier: Apache-2.0
#include "process_state.hpp"

#include <dlfcn.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <clocale>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <set>

extern char** environ;

namespace garboard::conformance {
namespace {

namespace fs = std::filesystem;

std::size_t entries_of(const char* directory) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(directory)) ++count;
  return count;
}

std::string names_of_open_files() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // the one that lists them
    const fs::path target = fs::read_symlink(entry.path(), gone);
    if (!gone && !target.string().starts_with("/proc/"))
      names.insert(entry.path().filename().string() + "=" + target.string());
  }
  std::string text;
  for (const std::string& name : names) text += name + " ";
  return text;
}

std::string signal_handlers() {
  std::string text;
  for (int number = 1; number < SIGRTMAX; ++number) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    std::string bytes(sizeof action.sa_handler, '\0');
    std::memcpy(bytes.data(), &action.sa_handler, bytes.size());
    text += bytes;
  }
  return text;
}

std::string mask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return std::to_string(mask);
}

std::string variables() {
  std::string text;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable)
    text += std::string(*variable) + "\n";
  return text;
}

}  // namespace

std::size_t thread_count() { return entries_of("/proc/self/task"); }
std::size_t open_files() { return entries_of("/proc/self/fd"); }

std::size_t heap_in_use() {
  using Counter = std::size_t (*)();
  static const auto sanitizer =
      reinterpret_cast<Counter>(::dlsym(RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes"));
  if (sanitizer != nullptr) return sanitizer();
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

ProcessState ProcessState::now() {
  ProcessState state;
  state.threads_ = thread_count();
  state.files_ = names_of_open_files();
  state.handlers_ = signal_handlers();
  const char* const locale = std::setlocale(LC_ALL, nullptr);
  state.locale_ = locale == nullptr ? "" : locale;
  state.umask_ = mask();
  state.directory_ = fs::current_path().string();
  state.environment_ = variables();
  return state;
}

std::string ProcessState::changed_since(const ProcessState& before) const {
  std::string changed;
  const auto compare = [&changed](bool is_same, const std::string& what) {
    if (!is_same) changed += (changed.empty() ? "" : ", ") + what;
  };
  compare(threads_ == before.threads_,
          "threads (" + std::to_string(before.threads_) + " to " + std::to_string(threads_) + ")");
  compare(files_ == before.files_, "open files (" + before.files_ + "to " + files_ + ")");
  compare(handlers_ == before.handlers_, "signal handlers");
  compare(locale_ == before.locale_, "the locale (to " + locale_ + ")");
  compare(umask_ == before.umask_, "the umask");
  compare(directory_ == before.directory_, "the working directory (to " + directory_ + ")");
  compare(environment_ == before.environment_, "the environment");
  return changed;
}

}  // namespace garboard::conformance
