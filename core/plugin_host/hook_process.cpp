// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/hook_process.hpp"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "base/child_process.hpp"
#include "plugin_host/hook_service.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;
using Json = nlohmann::ordered_json;

constexpr Json::error_handler_t replace = Json::error_handler_t::replace;

Result<pid_t> spawn(const HookProcessOptions& options, int socket) {
  // standard output is the log
  auto pid = base::start_process(
      {.program = options.executable.string(),
       .arguments = {std::string(hook_process_command), options.file.string()},
       .environment = options.environment,
       .descriptors = {{STDERR_FILENO, STDOUT_FILENO}, {socket, hook_channel_fd}}});
  if (pid) return pid;
  return Error{.code = Code::plugin,
               .message = "the hook " + options.name + ": " + pid.error().message};
}

/// What a plugin sends may be anything.
std::string text_of(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key) || !json[key].is_string()) return {};
  return json[key].get<std::string>();
}

int level_of(const Json& log) {
  const bool has_level =
      log.is_object() && log.contains("level") && log["level"].is_number_integer();
  return has_level ? static_cast<int>(std::clamp<std::int64_t>(log["level"], 0, 3)) : 1;
}

}  // namespace

struct HookProcess::Reply {
  Json json;
};

HookProcess::HookProcess(HookProcessOptions options, HostCalls calls, pid_t pid, int fd)
    : options_(std::move(options)),
      calls_(std::move(calls)),
      channel_(fd, calls_.is_cancelled),
      pid_(pid) {}

HookProcess::~HookProcess() { end(); }

Result<std::unique_ptr<HookProcess>> HookProcess::start(HookProcessOptions options, HostCalls calls,
                                                        std::string_view config_json) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return Error{.code = Code::plugin, .message = "no socket for the hook " + options.name};
  const auto pid = spawn(options, ends[1]);
  ::close(ends[1]);
  if (!pid) {
    ::close(ends[0]);
    return pid.error();
  }
  std::unique_ptr<HookProcess> process(
      new HookProcess(std::move(options), std::move(calls), *pid, ends[0]));
  auto made =
      process->request("{\"create\":" + std::string(config_json) + "}", process->options_.timeout);
  if (!made) return std::move(made).error();
  if (!made->json.contains("describe") || !made->json["describe"].is_object())
    return process->lost(
        {.code = Code::plugin, .message = "describes itself in something senseless"});
  process->describe_json_ = made->json["describe"].dump(-1, ' ', false, replace);
  return process;
}

Result<HookAnswer> HookProcess::event(std::string_view event_json) {
  auto reply = request("{\"event\":" + std::string(event_json) + "}", options_.timeout);
  if (!reply) return std::move(reply).error();
  const Json& json = reply->json;
  if (!json.contains("verdict") || !json["verdict"].is_number_integer())
    return lost({.code = Code::plugin, .message = "answered nonsense"});
  HookAnswer answer{.verdict = json["verdict"].get<std::int32_t>()};
  if (json.contains("findings"))
    answer.findings_json = json["findings"].dump(-1, ' ', false, replace);
  return answer;
}

void HookProcess::kill_now() noexcept {
  if (const pid_t pid = pid_; pid > 0) ::kill(-pid, SIGKILL);
}

Result<void> HookProcess::finish() {
  if (pid_ <= 0) return {};
  auto reply = request("{\"destroy\":true}", options_.end_timeout);
  if (!reply) {
    end();
    return std::move(reply).error();
  }
  // All is delivered. Nobody waits for the process to be taken apart: it goes with the thread that
  // started it.
  ::waitpid(pid_, nullptr, WNOHANG);
  pid_ = 0;
  return {};
}

Result<HookProcess::Reply> HookProcess::request(std::string_view line,
                                                std::chrono::milliseconds timeout) {
  if (pid_ <= 0)
    return Error{.code = Code::plugin, .message = "the hook " + options_.name + " is gone"};
  const auto deadline = LineChannel::Clock::now() + timeout;
  if (auto sent = channel_.send(line, deadline); !sent) return lost(std::move(sent).error());
  while (true) {
    auto received = channel_.receive(deadline);
    if (!received) return lost(std::move(received).error());
    Json json = Json::parse(*received, nullptr, false);
    if (!json.is_object()) return lost({.code = Code::plugin, .message = "answered nonsense"});
    if (json.contains("log")) {
      if (calls_.log)
        calls_.log(level_of(json["log"]), options_.name + ": " + text_of(json["log"], "message"));
    } else if (json.contains("query") && json["query"].is_string()) {
      if (auto sent = answer_query(json["query"].get<std::string>(), deadline); !sent)
        return lost(std::move(sent).error());
    } else if (json.contains("error")) {
      const std::string message = text_of(json["error"], "message");
      return Error{.code = Code::plugin,
                   .message = "the hook " + options_.name + ": " +
                              (message.empty() ? "it failed and does not say why" : message),
                   .hint = text_of(json["error"], "hint")};
    } else {
      return Reply{std::move(json)};
    }
  }
}

Result<void> HookProcess::answer_query(std::string_view sql,
                                       LineChannel::Clock::time_point deadline) {
  auto rows = calls_.query ? calls_.query(sql)
                           : Result<std::string>(Error{.code = Code::usage,
                                                       .message = "there is no connection",
                                                       .reason = std::string(no_connection)});
  if (rows) return channel_.send("{\"rows\":" + *rows + "}", deadline);
  const Json refused = {{"queryError", rows.error().message},
                        {"isWithoutConnection", rows.error().reason == no_connection}};
  return channel_.send(refused.dump(-1, ' ', false, replace), deadline);
}

/// The hook cannot be asked any more: what became of it, for people.
Error HookProcess::lost(Error error) {
  const std::string reason = error.reason;
  if (error.code == Code::terminated) {
    end();
    return error;
  }
  const std::string who = "the hook " + options_.name + " ";
  if (reason == channel_late) {
    end();
    error.message = who + "did not answer within " + std::to_string(options_.timeout.count()) +
                    " ms, and was ended";
    error.hint = "raise its timeout in the hooks file, if it needs longer";
  } else if (reason == channel_closed) {
    error.message = who + base::how_it_ended(end());
  } else {
    end();
    error.message = who + error.message + ", and was ended";
  }
  return error;
}

/// Ends the process and returns how it ended.
int HookProcess::end() {
  if (pid_ <= 0) return 0;
  int status = 0;
  // one that looks ends by itself, and what it has started with it; what hangs is killed
  channel_.hang_up();
  constexpr int patience = 1000;
  for (int i = 0; i < patience; ++i) {
    if (::waitpid(pid_, &status, WNOHANG) != 0) {
      pid_ = 0;
      return status;
    }
    ::usleep(i < 10 ? 200 : 1000);
  }
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = 0;
  return status;
}

}  // namespace garboard::plugin_host
