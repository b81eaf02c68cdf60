// SPDX-License-Identifier: Apache-2.0
// plugins: what is installed, what it offers, a list that holds it still, and a trial of one.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

#include "cli/command.hpp"
#include "cli/database.hpp"
#include "cli/report.hpp"
#include "cli/text_file.hpp"
#include "plugin_host/host.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;
using plugin_host::PluginFile;

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ",") + part;
  return text;
}

Result<int> list(CommandContext& context, const std::string& /*argument*/) {
  const std::unique_ptr<plugin_host::Host> host = make_host(context);
  Json plugins = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const PluginFile& file : host->list()) {
    Json json = {{"file", file.path.string()}};
    if (!file.note.name.empty()) {
      json["name"] = file.note.name;
      json["version"] = file.note.version;
      json["abi"] = file.note.abi;
      json["kinds"] = file.note.kinds;
      json["schemes"] = file.note.schemes;
    }
    if (!file.problem.empty()) json["problem"] = file.problem;
    plugins.push_back(std::move(json));
    rows.push_back(
        {file.note.name.empty() ? file.file_name : file.note.name, file.note.version,
         joined(file.note.kinds), joined(file.note.schemes),
         file.problem.empty() ? file.path.string() : file.path.string() + ": " + file.problem});
  }
  Json searched = Json::array();
  std::string places;
  for (const std::filesystem::path& directory : host->search_path()) {
    searched.push_back(directory.string());
    places += "  " + directory.string() + "\n";
  }
  context.report.document["plugins"] = std::move(plugins);
  context.report.document["searched"] = std::move(searched);
  context.report.text = rows.empty() ? "no plugins found in\n" + places : table_text(rows);
  return 0;
}

Result<int> inspect(CommandContext& context, const std::string& name) {
  const std::unique_ptr<plugin_host::Host> host = make_host(context);
  Result<std::reference_wrapper<plugin_host::Driver>> driver = host->driver(name);
  if (!driver) return std::move(driver).error();
  Json described = Json::parse(driver->get().describe_json(), nullptr, false);
  if (described.is_discarded()) {
    return Error{.code = Code::plugin,
                 .message = "driver '" + name + "' describes itself in something that is no JSON"};
  }
  context.report.text = driver->get().path().string() + "\n" +
                        described.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  context.report.document["file"] = driver->get().path().string();
  context.report.document["describe"] = std::move(described);
  return 0;
}

Result<int> lock(CommandContext& context, const std::string& path) {
  const std::unique_ptr<plugin_host::Host> host = make_host(context);
  plugin_host::PluginLock lock;
  std::vector<std::vector<std::string>> rows;
  for (const PluginFile& file : host->list()) {
    if (!file.problem.empty()) {
      context.log.write(LogLevel::warn, "left out: " + file.path.string() + ": " + file.problem);
      continue;
    }
    if (auto added = lock.add(file.path); !added) return std::move(added).error();
    rows.push_back({file.file_name, file.note.version, file.path.string()});
  }
  if (lock.size() == 0)
    return Error{.code = Code::plugin,
                 .message = "no plugin to lock was found",
                 .hint = "see garboard plugins list"};
  if (auto written = write_text_file(path, lock.json()); !written)
    return std::move(written).error();
  context.report.document["file"] = path;
  context.report.document["locked"] = lock.size();
  context.report.text = table_text(rows);
  return 0;
}

/// Where the conformance kit is: beside this program, or where the SDK was installed.
std::filesystem::path find_kit() {
  constexpr std::string_view name = "garboard-conformance";
  const std::filesystem::path own = executable_path().parent_path();
  for (const std::filesystem::path& directory :
       {own, own / "../libexec/garboard", std::filesystem::path("/usr/local/libexec/garboard"),
        std::filesystem::path("/usr/libexec/garboard")})
    if (::access((directory / name).c_str(), X_OK) == 0) return directory / name;
  return {};
}

/// Becomes the kit.
Result<int> check(CommandContext& context, const std::string& file) {
  const std::filesystem::path kit = find_kit();
  if (kit.empty())
    return Error{.code = Code::plugin,
                 .message = "the conformance kit is not installed",
                 .hint = "install garboard's SDK: cmake --install BUILD --component sdk"};
  std::vector<std::string> words{kit.string(), file};
  for (const auto& [option, value] : context.arguments.options) {
    if (option->name != "profile" && option->name != "only" && option->name != "junit") continue;
    words.push_back("--" + std::string(option->name));
    words.push_back(value);
  }
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(kit.c_str(), arguments.data());
  return Error{.code = Code::plugin,
               .message = kit.string() + ": " + std::generic_category().message(errno)};
}

struct Subcommand {
  std::string_view name;
  Result<int> (*run)(CommandContext&, const std::string& argument);
  std::string_view needs;  ///< its argument, for people; empty = none
};
constexpr std::array<Subcommand, 4> subcommands{{
    {"list", &list, ""},
    {"inspect", &inspect, "a name"},
    {"lock", &lock, "the file to write, as in plugins.lock"},
    {"check", &check, "the file of a plugin"},
}};

}  // namespace

Result<int> run_plugins(CommandContext& context) {
  const std::vector<std::string>& words = context.arguments.words;
  const std::string what = "plugins " + words.front();
  const auto wrong = [](std::string message) {
    return Error{
        .code = Code::usage, .message = std::move(message), .hint = "see garboard help plugins"};
  };
  const auto* const found = std::ranges::find(subcommands, words.front(), &Subcommand::name);
  if (found == subcommands.end()) return wrong("there is no " + what);
  if (found->needs.empty() && words.size() > 1) return wrong(what + " takes no argument");
  if (!found->needs.empty() && words.size() < 2)
    return wrong(what + " needs " + std::string(found->needs));
  for (const std::string_view option : {"profile", "only", "junit"})
    if (found->name != "check" && context.arguments.has(option))
      return wrong(what + " takes no option --" + std::string(option));
  return found->run(context, words.back());
}

}  // namespace garboard::cli
