// SPDX-License-Identifier: Apache-2.0
// Hook: one entry of the hooks file at work. It is asked on the caller's thread, and told on one of
// its own, so that nobody waits for those who only watch. Its process is started when there is
// something to say, or once it is sure that there will be.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.hpp"
#include "model/hook_spec.hpp"
#include "plugin_host/hook_process.hpp"
#include "plugin_host/host.hpp"

namespace garboard::hooks {

using base::Result;
/// The rows of a statement that only reads, as JSON.
using QueryRows = std::function<Result<std::string>(std::string_view sql)>;

/// What hooks get of the process they belong to.
struct HookWorld {
  const plugin_host::Host* host = nullptr;  ///< not null where there are hooks
  std::filesystem::path executable;
  std::vector<std::string> environment = {};  ///< NAME=value, all there is
  std::function<void(int level, std::string_view message)> log = {};
  std::function<bool()> is_cancelled = {};
};

class Hook {
 public:
  /// Looks for its file, and starts nothing yet unless only the hook itself knows which events it
  /// wants.
  static Result<std::unique_ptr<Hook>> make(model::HookSpec spec, const HookWorld& world);
  Hook(const Hook&) = delete;
  Hook& operator=(const Hook&) = delete;
  ~Hook();

  [[nodiscard]] const model::HookSpec& spec() const noexcept { return spec_; }
  /// `is_idle`: of a run that has nothing to do.
  [[nodiscard]] bool wants(std::string_view event, bool is_idle = false) const noexcept;
  /// Whether it is told something however the run ends.
  [[nodiscard]] bool is_told_in_any_case() const noexcept;
  /// Starts its process while the caller does other things, so that what it is told later need not
  /// wait for that.
  void start_ahead();
  /// Waits until it has been started and told all. The error of a hook that is required.
  Result<void> wait_for_start();
  /// Returns at once.
  void tell(std::string event_json);
  /// After all that it was told. The error says why there is no answer.
  Result<plugin_host::HookAnswer> ask(std::string_view event_json, const QueryRows& query);
  /// Lets it end while the caller does other things; it is told nothing after that.
  void begin_end();
  /// Waits for what is outstanding, for some seconds at most. The error is the first that came up
  /// while it was told something.
  Result<void> finish();

 private:
  Hook(model::HookSpec spec, const HookWorld& world, std::filesystem::path file);
  Result<void> start();
  void deliver();
  void end_process();
  void fail(const base::Error& error);
  [[nodiscard]] std::vector<std::string> environment() const;

  const model::HookSpec spec_;
  const HookWorld& world_;
  const std::filesystem::path file_;
  std::vector<std::string> events_;
  bool wants_idle_runs_ = true;
  std::unique_ptr<plugin_host::HookProcess> process_;
  const QueryRows* query_ = nullptr;  // while it is asked

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::deque<std::string> queue_;  // an empty one: only to be started
  bool is_delivering_ = false;
  bool is_asking_ = false;
  std::optional<std::chrono::steady_clock::time_point> drained_by_;  // set once it is to end
  std::optional<base::Error> failure_;
  std::thread thread_;
};

}  // namespace garboard::hooks
