// SPDX-License-Identifier: Apache-2.0
// plugins: what is installed, what it offers, and a list that holds it still.
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

Result<int> list(CommandContext& context) {
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

}  // namespace

Result<int> run_plugins(CommandContext& context) {
  const std::vector<std::string>& words = context.arguments.words;
  const std::string& what = words.front();
  const bool takes_argument = what != "list";
  if (takes_argument != (words.size() == 2)) {
    return Error{.code = Code::usage,
                 .message = "plugins " + what +
                            (what == "list"      ? " takes no argument"
                             : what == "inspect" ? " needs a name"
                                                 : " needs the file to write, as in plugins.lock"),
                 .hint = "see garboard help plugins"};
  }
  if (what == "list") return list(context);
  return what == "inspect" ? inspect(context, words[1]) : lock(context, words[1]);
}

}  // namespace garboard::cli
