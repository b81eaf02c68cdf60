// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/hook_service.hpp"

#include <linux/close_range.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <mutex>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "plugin_host/hook_library.hpp"
#include "plugin_host/host_table.hpp"
#include "plugin_host/line_channel.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;
using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json error_json(const Error& error) {
  Json json = {{"message", error.message}};
  if (!error.hint.empty()) json["hint"] = error.hint;
  return {{"error", std::move(json)}};
}

class Service {
 public:
  explicit Service(std::string version)
      : channel_(hook_channel_fd),
        host_(std::move(version), {.is_cancelled = [this] { return channel_.is_hung_up(); },
                                   .log =
                                       [this](int level, std::string_view message) {
                                         say({{"log", {{"level", level}, {"message", message}}}});
                                       },
                                   .query = [this](std::string_view sql) { return ask(sql); }}) {}

  int run(const std::filesystem::path& file) {
    auto library = HookLibrary::load(file, host_.table());
    while (true) {
      auto line = channel_.receive();
      if (!line) return 0;
      const Json request = Json::parse(*line, nullptr, false);
      if (!library) {
        say(error_json(library.error()));
      } else if (request.contains("create")) {
        say(created(**library, request["create"]));
      } else if (request.contains("event")) {
        say(told(**library, request["event"]));
      } else if (request.contains("destroy")) {
        library->reset();
        say({{"bye", true}});
        return 0;
      }
    }
  }

 private:
  /// From any thread of the hook's. When nobody listens any more, receive() says so.
  void say(const Json& json) {
    const std::lock_guard lock(mutex_);
    (void)channel_.send(line_of(json));
  }

  static Json created(HookLibrary& library, const Json& config) {
    if (auto made = library.create(line_of(config)); !made) return error_json(made.error());
    Json described = Json::parse(library.describe_json(), nullptr, false);
    if (described.is_discarded()) described = nullptr;
    return {{"describe", std::move(described)}};
  }

  static Json told(HookLibrary& library, const Json& event) {
    auto answer = library.event(line_of(event));
    if (!answer) return error_json(answer.error());
    Json json = {{"verdict", answer->verdict}};
    if (answer->findings_json.empty()) return json;
    json["findings"] = Json::parse(answer->findings_json, nullptr, false);
    if (json["findings"].is_discarded()) return error_json({.message = "its findings are no JSON"});
    return json;
  }

  Result<std::string> ask(std::string_view sql) {
    say({{"query", sql}});
    auto line = channel_.receive();
    if (!line) return std::move(line).error();
    const Json answer = Json::parse(*line, nullptr, false);
    if (answer.contains("rows")) return line_of(answer["rows"]);
    Error error{.code = Code::statement_failed, .message = "no answer"};
    if (answer.contains("queryError") && answer["queryError"].is_string())
      error.message = answer["queryError"].get<std::string>();
    if (answer.contains("isWithoutConnection") && answer["isWithoutConnection"] == true)
      error.reason = no_connection;
    return error;
  }

  LineChannel channel_;
  std::mutex mutex_;
  HostTable host_;
};

}  // namespace

int serve_hook(const std::filesystem::path& file, const std::string& version) {
  int type = 0;
  socklen_t size = sizeof type;
  if (::getsockopt(hook_channel_fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return 2;
  // whatever else the run has open is not for this process, and it ends with the run
  ::syscall(SYS_close_range, hook_channel_fd + 1, ~0U, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::signal(SIGPIPE, SIG_IGN);
  Service service(version);
  return service.run(file);
}

}  // namespace garboard::plugin_host
