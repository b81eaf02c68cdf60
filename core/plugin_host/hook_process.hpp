// SPDX-License-Identifier: Apache-2.0
// HookProcess: a hook in a process of its own. What it does there - crash, hang, print, answer
// nonsense - ends as an Error here.
//
// Over the socket, one JSON text per line. To the hook: {"create":CONFIG}, {"event":EVENT},
// {"destroy":true}. From it, for each of these: {"describe":..}, {"verdict":0,"findings":{..}},
// {"bye":true}, or {"error":{"message":..}}; and before it, any number of
// {"log":{"level":1,"message":..}} and of {"query":SQL}, which is answered by {"rows":[..]} or
// {"queryError":..}.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "plugin_host/hook_library.hpp"
#include "plugin_host/host_table.hpp"
#include "plugin_host/line_channel.hpp"

namespace garboard::plugin_host {

struct HookProcessOptions {
  std::filesystem::path executable;               ///< of this program
  std::filesystem::path file;                     ///< of the hook; absolute
  std::string name;                               ///< for messages
  std::vector<std::string> environment = {};      ///< NAME=value, all that it sees
  std::chrono::milliseconds timeout{10'000};      ///< for each answer
  std::chrono::milliseconds end_timeout{12'000};  ///< for delivering what is outstanding
};

class HookProcess {
 public:
  /// Starts the process and makes the hook. Code::plugin when that fails, Code::bad_input when the
  /// hook refuses its config. `calls` are made while an answer is waited for.
  static Result<std::unique_ptr<HookProcess>> start(HookProcessOptions options, HostCalls calls,
                                                    std::string_view config_json);
  HookProcess(const HookProcess&) = delete;
  HookProcess& operator=(const HookProcess&) = delete;
  ~HookProcess();  ///< kills what still runs

  [[nodiscard]] const std::string& describe_json() const noexcept { return describe_json_; }
  /// After an error of Code::plugin other than what the hook itself reported, the process is gone.
  Result<HookAnswer> event(std::string_view event_json);
  [[nodiscard]] bool is_alive() const noexcept { return pid_ > 0; }
  /// Ends the process whatever it does; the call that waits for it then fails. From any thread.
  void kill_now() noexcept;
  /// Lets the hook deliver what is outstanding, and ends it.
  Result<void> finish();

 private:
  struct Reply;
  HookProcess(HookProcessOptions options, HostCalls calls, pid_t pid, int fd);
  Result<Reply> request(std::string_view line, std::chrono::milliseconds timeout);
  Result<void> answer_query(std::string_view sql, LineChannel::Clock::time_point deadline);
  base::Error lost(base::Error error);
  int end();

  HookProcessOptions options_;
  HostCalls calls_;
  LineChannel channel_;
  std::string describe_json_;
  std::atomic<pid_t> pid_;
};

}  // namespace garboard::plugin_host
