// SPDX-License-Identifier: Apache-2.0
#include "cli/app.hpp"

#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <optional>
#include <utility>

#include "cli/arguments.hpp"
#include "cli/command.hpp"
#include "cli/failure.hpp"
#include "cli/fleet.hpp"
#include "cli/help.hpp"
#include "cli/retry.hpp"
#include "cli/settings.hpp"
#include "cli/signals.hpp"
#include "cli/text_file.hpp"
#include "cli/version.hpp"
#include "plugin_host/hook_service.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

constexpr std::uint64_t max_settings_bytes = 1U << 20U;
constexpr Commands connecting =
    bit(Command::migrate) | bit(Command::status) | bit(Command::wait) | bit(Command::rollback) |
    bit(Command::redo) | bit(Command::baseline) | bit(Command::mark) | bit(Command::repair) |
    bit(Command::adopt) | bit(Command::history) | bit(Command::seed) | bit(Command::fleet);

LogStyle log_style(std::string_view format, std::string_view level,
                   const Environment& environment) {
  LogStyle style;
  style.is_terminal = isatty(STDERR_FILENO) == 1;
  const bool is_text = format == "text" || (format != "json" && style.is_terminal);
  style.format = is_text ? LogFormat::text : LogFormat::json;
  const bool is_dumb = environment.get("TERM").value_or("dumb") == "dumb";
  style.is_coloured = style.is_terminal && !is_dumb && !environment.get("NO_COLOR");
  style.is_terminal = style.is_terminal && !is_dumb;
  if (level == "debug") style.level = LogLevel::debug;
  if (level == "warn") style.level = LogLevel::warn;
  if (level == "error") style.level = LogLevel::error;
  return style;
}

// What the command line says of one option, for errors that come before it is understood.
std::string raw_option(std::span<const std::string> args, const std::string& name,
                       const Environment& environment) {
  const std::string flag = "--" + name;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (args[i].starts_with(flag + "=")) return args[i].substr(flag.size() + 1);
    if (args[i] == flag && i + 1 < args.size()) return args[i + 1];
  }
  const OptionSpec& option = *find_option(name);
  return environment.get(environment_name(option)).value_or(std::string(option.default_value));
}

Result<FileSettings> read_file_settings(const Arguments& arguments,
                                        const Environment& environment) {
  std::optional<std::string> named = environment.get("GARBOARD_CONFIG");
  for (const auto& [option, value] : arguments.options)
    if (option->name == "config") named = value;
  const std::string path = named.value_or("garboard.yaml");
  if (!named && access(path.c_str(), F_OK) != 0) return FileSettings{};
  Result<std::string> text = read_text_file(path, max_settings_bytes);
  if (!text) return std::move(text).error();
  return read_settings_file(*text, path, named ? FileTrust::named : FileTrust::found);
}

Result<int> print_help(const Arguments& arguments, Output& out) {
  const bool is_asked_of_another = arguments.command == Command::help && !arguments.words.empty();
  if (!is_asked_of_another) {
    const bool is_overview = arguments.command == Command::help;
    out.put(is_overview ? overview_text() : command_help(spec_of(arguments.command)));
    return 0;
  }
  const std::string& topic = arguments.words.front();
  if (topic == "exit-codes") {
    out.put(exit_codes_text());
    return 0;
  }
  const CommandSpec* command = find_command(topic);
  if (command == nullptr)
    return Error{
        .code = Code::usage, .message = "there is no help on that", .hint = "see garboard help"};
  out.put(command_help(*command));
  return 0;
}

Result<int> dispatch(CommandContext& context) {
  if (is_for_fleet(context)) return run_for_fleet(context);
  if (auto checked = check_no_fleet(context); !checked) return std::move(checked).error();
  switch (context.arguments.command) {
    case Command::migrate:
      return run_migrate(context);
    case Command::status:
      return run_status(context);
    case Command::validate:
      return run_validate(context);
    case Command::lint:
      return run_lint(context);
    case Command::render:
      return run_render(context);
    case Command::split:
      return run_split(context);
    case Command::rollback:
      return run_rollback(context);
    case Command::redo:
      return run_redo(context);
    case Command::new_migration:
      return run_new(context);
    case Command::baseline:
      return run_baseline(context);
    case Command::mark:
      return run_mark(context);
    case Command::repair:
      return run_repair(context);
    case Command::adopt:
      return run_adopt(context);
    case Command::history:
      return run_history(context);
    case Command::seed:
      return run_seed(context);
    case Command::wait:
      return run_wait(context);
    case Command::fleet:
      return run_fleet(context);
    case Command::plugins:
      return run_plugins(context);
    case Command::completion:
      context.report.is_streamed = true;
      context.out.put(completion_script(context.arguments.words.front()));
      return 0;
    case Command::version:
      context.report.text = "garboard " + version_text() + "\n";
      return 0;
    case Command::help:
      return print_help(context.arguments, context.out);
  }
  return Error{.code = Code::internal, .message = "unknown command"};
}

/// With the plugins that --locked allows.
Result<int> dispatch_locked(CommandContext& context) {
  const std::string& path = context.settings.text("locked");
  if (path.empty()) return dispatch(context);
  Result<std::string> text = read_text_file(path, max_settings_bytes);
  if (!text) return std::move(text).error();
  Result<plugin_host::PluginLock> lock = plugin_host::PluginLock::parse(*text, path);
  if (!lock) return std::move(lock).error();
  context.plugin_lock = *std::move(lock);
  return dispatch(context);
}

std::string report_text(Report report, const Settings& settings, std::string_view command, int code,
                        const Error* error, const base::Redactor& redactor) {
  if (settings.text("output") != "json") return redactor.apply(report.text);
  Json document = {{"command", command}, {"version", version_text()}};
  redact_json(report.document, redactor);
  document.update(report.document);
  document["exitCode"] = code;
  if (error != nullptr) document["error"] = error_json(*error, redactor);
  return dumped(document) + "\n";
}

// Ends the process while the main thread may be inside a library; see SignalInterrupt::on_abandon.
void abandon(const Settings& settings, std::string_view command, Log& log) {
  const Error error{.code = Code::terminated,
                    .message = "interrupted before anything was begun",
                    .hint = "run the same command again"};
  const int code = static_cast<int>(error.code);
  tell_failure(error, log, settings.text("termination-log"));
  write_all(STDOUT_FILENO, report_text({}, settings, command, code, &error, log.redactor()));
  _exit(code);
}

class App {
 public:
  /// `is_fleet_target`: this process is for one target of a fleet, which another one runs.
  App(const char* const* variables, bool is_fleet_target)
      : environment_(variables),
        log_(STDERR_FILENO, {}),
        out_(STDOUT_FILENO),
        is_fleet_target_(is_fleet_target) {}

  int run(std::span<const std::string> args);

 private:
  int run(const Arguments& arguments, const Settings& settings);
  int fail(const Error& error, const std::string& termination_log);
  int finish(int code, const std::string& termination_log);

  Environment environment_;
  Log log_;
  Output out_;
  bool is_fleet_target_;
};

int App::fail(const Error& error, const std::string& termination_log) {
  tell_failure(error, log_, termination_log);
  return static_cast<int>(error.code);
}

int App::finish(int code, const std::string& termination_log) {
  const Result<void> flushed = out_.flush();
  if (flushed || code != 0) return code;
  return fail(flushed.error(), termination_log);
}

int App::run(std::span<const std::string> args) {
  const auto raw = [&](const char* name) { return raw_option(args, name, environment_); };
  log_.set_style(log_style(raw("log-format"), raw("log-level"), environment_));
  Result<Arguments> arguments = parse_arguments(args);
  if (!arguments) return fail(arguments.error(), raw("termination-log"));
  const bool is_helping = arguments->has("help") || arguments->command == Command::help;
  if (is_helping) {
    const Result<int> printed = print_help(*arguments, out_);
    return printed ? finish(*printed, raw("termination-log"))
                   : fail(printed.error(), raw("termination-log"));
  }
  if (arguments->has("version")) arguments->command = Command::version;
  Result<FileSettings> file = read_file_settings(*arguments, environment_);
  if (!file) return fail(file.error(), raw("termination-log"));
  if (is_fleet_target_)
    for (const std::string_view option : fleet_options) file->erase(std::string(option));
  const Result<Settings> settings =
      Settings::make(*arguments, environment_, std::move(file).value());
  if (!settings) return fail(settings.error(), raw("termination-log"));
  log_.set_style(
      log_style(settings->text("log-format"), settings->text("log-level"), environment_));
  return run(*arguments, *settings);
}

int App::run(const Arguments& arguments, const Settings& settings) {
  const std::string_view command = spec_of(arguments.command).name;
  Report report;
  CommandContext context{arguments, settings, environment_, log_, out_, report};
  std::optional<SignalInterrupt> interrupt;
  if ((connecting & bit(arguments.command)) != 0) {
    block_signals();
    interrupt.emplace();
    context.interrupt = &*interrupt;
  }
  const auto attempt = [&] {
    if (interrupt) interrupt->on_abandon([&] { abandon(settings, command, log_); });
    return dispatch_locked(context);
  };
  // a fleet's targets are each tried again by themselves
  const Result<int> ended = is_for_fleet(context) ? attempt() : run_with_retries(context, attempt);
  // Whoever is first reports the end; the other waits for ever or does nothing.
  if (interrupt) interrupt->on_abandon({});
  log_.clear_progress();
  const std::string& termination_log = settings.text("termination-log");
  const int code = ended ? *ended : fail(ended.error(), termination_log);
  const bool has_report = !report.text.empty() || settings.text("output") == "json";
  if (!report.is_streamed && has_report) {
    out_.put(report_text(std::move(report), settings, command, code,
                         ended ? nullptr : &ended.error(), log_.redactor()));
  }
  const int final_code = finish(code, termination_log);
  // Threads that libraries left behind, and this one, end with the process.
  _exit(final_code);
}

}  // namespace

int run_command(std::span<const std::string> args, const char* const* variables) {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGCHLD, SIG_DFL);  // whoever started us may ignore it: no child could be waited for
  if (args.size() == 2 && args[0] == plugin_host::hook_process_command)
    return plugin_host::serve_hook(std::filesystem::absolute(args[1]), version_text());
  const bool is_fleet_target = args.size() > 3 && args[0] == fleet_target_command;
  if (is_fleet_target) {
    end_with_parent(args[2]);
    args = args.subspan(3);
  }
  App app(variables, is_fleet_target);
  return app.run(args);
}

}  // namespace garboard::cli
