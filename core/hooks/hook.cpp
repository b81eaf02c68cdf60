// SPDX-License-Identifier: Apache-2.0
#include "hooks/hook.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

#include "plugin_host/elf_note.hpp"

namespace garboard::hooks {

namespace {

using base::Code;
using base::Error;

constexpr std::chrono::seconds drain{10};
constexpr std::array<std::string_view, 17> common_variables{
    "PATH",         "HOME",       "LANG",        "TZ",          "TMPDIR",    "SSL_CERT_FILE",
    "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY",   "NO_PROXY",  "http_proxy",
    "https_proxy",  "all_proxy",  "no_proxy",    "TRACEPARENT", "TRACESTATE"};

std::vector<std::string> events_of(std::string_view describe_json) {
  const auto json = nlohmann::json::parse(describe_json, nullptr, false);
  std::vector<std::string> events;
  if (!json.is_object() || !json.contains("events") || !json["events"].is_array()) return events;
  for (const auto& name : json["events"])
    if (name.is_string()) events.push_back(name.get<std::string>());
  return events;
}

}  // namespace

Hook::Hook(model::HookSpec spec, const HookWorld& world, std::filesystem::path file)
    : spec_(std::move(spec)), world_(world), file_(std::move(file)) {}

Hook::~Hook() {
  if (thread_.joinable()) (void)finish();
}

Result<std::unique_ptr<Hook>> Hook::make(model::HookSpec spec, const HookWorld& world) {
  auto file = world.host->hook_file(spec.name);
  if (!file) return std::move(file).error().at(spec.where);
  auto note = plugin_host::read_note(*file);
  if (!note) return std::move(note).error();
  std::unique_ptr<Hook> hook(new Hook(std::move(spec), world, std::move(*file)));
  hook->events_ = std::move(note->events);
  hook->wants_idle_runs_ = hook->spec_.idle_runs.value_or(note->wants_idle_runs);
  if (!hook->events_.empty()) return hook;
  if (auto started = hook->start(); !started) return std::move(started).error();
  hook->events_ = events_of(hook->process_->describe_json());
  return hook;
}

bool Hook::wants(std::string_view event, bool is_idle) const noexcept {
  if (is_idle && !wants_idle_runs_) return false;
  const auto has = [event](const std::vector<std::string>& names) {
    return std::ranges::find(names, event) != names.end();
  };
  // one for each statement is much for those who only would not mind
  return has(events_) && (spec_.events ? has(*spec_.events) : event != "after_statement");
}

bool Hook::is_told_in_any_case() const noexcept {
  return wants("run.succeeded", true) && wants("run.failed") && wants("run.cancelled");
}

std::vector<std::string> Hook::environment() const {
  std::vector<std::string> kept;
  for (const std::string& variable : world_.environment) {
    const std::string_view name = std::string_view(variable).substr(0, variable.find('='));
    if (name.starts_with("OTEL_") || name.starts_with("LC_") || name.ends_with("SAN_OPTIONS") ||
        std::ranges::find(common_variables, name) != common_variables.end() ||
        std::ranges::find(spec_.variables, name) != spec_.variables.end())
      kept.push_back(variable);
  }
  return kept;
}

Result<void> Hook::start() {
  if (process_) return {};
  plugin_host::HostCalls calls{
      .is_cancelled = [this] { return is_asking_ && world_.is_cancelled && world_.is_cancelled(); },
      .log = world_.log,
      .query = [this](std::string_view sql) -> Result<std::string> {
        if (query_ != nullptr && *query_) return (*query_)(sql);
        return Error{.code = Code::usage,
                     .message = "there is no connection",
                     .reason = std::string(plugin_host::no_connection)};
      }};
  auto process = plugin_host::HookProcess::start({.executable = world_.executable,
                                                  .file = file_,
                                                  .name = spec_.name,
                                                  .environment = environment(),
                                                  .timeout = spec_.timeout},
                                                 std::move(calls), spec_.config_json);
  if (!process) return std::move(process).error().at(spec_.where);
  const std::lock_guard lock(mutex_);  // finish() may be looking
  process_ = std::move(*process);
  return {};
}

void Hook::start_ahead() { tell({}); }

Result<void> Hook::wait_for_start() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return queue_.empty() && !is_delivering_; });
  if (failure_ && spec_.is_required) return *failure_;
  return {};
}

void Hook::tell(std::string event_json) {
  const std::lock_guard lock(mutex_);
  if (failure_) return;
  queue_.push_back(std::move(event_json));
  if (!thread_.joinable()) thread_ = std::thread([this] { deliver(); });
  changed_.notify_all();
}

/// A process ends with the thread that has started it, so this one stays until both are done.
void Hook::deliver() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return (!queue_.empty() && !is_asking_) || drained_by_; });
    if (queue_.empty()) break;
    const std::string event = std::move(queue_.front());
    queue_.pop_front();
    is_delivering_ = true;
    lock.unlock();
    auto told = start();
    if (told && !event.empty()) {
      auto answer = process_->event(event);
      if (!answer) told = std::move(answer).error();
    }
    lock.lock();
    is_delivering_ = false;
    if (!told) fail(told.error());
    changed_.notify_all();
  }
  lock.unlock();
  end_process();
}

void Hook::end_process() {
  if (!process_) return;
  auto ended = process_->finish();
  const std::lock_guard lock(mutex_);
  if (!ended) fail(ended.error());
}

/// What only watches is told nothing more once it has failed.
void Hook::fail(const Error& error) {
  queue_.clear();
  if (failure_) return;
  failure_ = error;
  if (world_.log)
    world_.log(2, error.message + (spec_.is_required ? "" : "; it is told nothing more"));
}

Result<plugin_host::HookAnswer> Hook::ask(std::string_view event_json, const QueryRows& query) {
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return queue_.empty() && !is_delivering_; });
    is_asking_ = true;  // who is told something meanwhile, by another thread, waits
  }
  query_ = &query;
  auto started = start();
  auto answer = started ? process_->event(event_json)
                        : Result<plugin_host::HookAnswer>(std::move(started).error());
  query_ = nullptr;
  const std::lock_guard lock(mutex_);
  is_asking_ = false;
  changed_.notify_all();
  return answer;
}

void Hook::begin_end() {
  const std::lock_guard lock(mutex_);
  if (!drained_by_) drained_by_ = std::chrono::steady_clock::now() + drain;
  changed_.notify_all();
}

Result<void> Hook::finish() {
  begin_end();
  if (thread_.joinable()) {
    {
      std::unique_lock lock(mutex_);
      const auto is_drained = [this] { return queue_.empty() && !is_delivering_; };
      if (!changed_.wait_until(lock, *drained_by_, is_drained)) {
        queue_.clear();
        if (process_) process_->kill_now();
      }
    }
    thread_.join();
  } else {
    end_process();
  }
  if (failure_) return *failure_;
  return {};
}

}  // namespace garboard::hooks
