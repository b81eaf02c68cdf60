// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/host.hpp"

#include <set>
#include <system_error>
#include <utility>

#include <garboard/abi.h>
#include <nlohmann/json.hpp>

#include "plugin_host/checks.hpp"
#include "plugin_host/describe.hpp"
#include "plugin_host/discovery.hpp"
#include "plugin_host/elf_note.hpp"
#include "plugin_host/errors.hpp"
#include "plugin_host/host_table.hpp"
#include "plugin_host/loader.hpp"
#include "plugin_host/rendering.hpp"
#include "plugin_host/session_adapter.hpp"

namespace garboard::plugin_host {
namespace {

using base::Error;

/// Of a driver that has the tracking table in the database that it connects to. Named, the table
/// stays where it is whatever a script makes the default (MySQL's USE).
constexpr std::string_view schema_of_connection = "{database}";

std::string database_of(std::string_view options_json) {
  const auto options = nlohmann::json::parse(options_json, nullptr, false);
  if (!options.is_object()) return {};
  const auto found = options.find("database");
  return found != options.end() && found->is_string() ? found->get<std::string>() : std::string();
}

class LoadedDriver final : public Driver {
 public:
  LoadedDriver(std::filesystem::path path, Loaded<gbd_driver> loaded, std::string describe_json,
               model::Dialect dialect)
      : path_(std::move(path)),
        loaded_(loaded),
        describe_json_(std::move(describe_json)),
        dialect_(std::move(dialect)) {}
  ~LoadedDriver() override { loaded_.shut_down(); }

  [[nodiscard]] const model::Dialect& dialect() const noexcept override { return dialect_; }
  [[nodiscard]] const std::filesystem::path& path() const noexcept override { return path_; }
  [[nodiscard]] const std::string& describe_json() const noexcept override {
    return describe_json_;
  }
  Result<std::unique_ptr<ports::Session>> open(std::string_view options_json) override {
    if (dialect_.default_schema == schema_of_connection)
      dialect_.default_schema = database_of(options_json);
    return open_session(*loaded_.table, dialect_, options_json);
  }
  [[nodiscard]] Result<model::Rendered> outline(std::string_view operation_json) const override {
    return render_with(*loaded_.table, nullptr, dialect_, operation_json);
  }

 private:
  std::filesystem::path path_;
  Loaded<gbd_driver> loaded_;
  std::string describe_json_;
  model::Dialect dialect_;
};

struct Description {
  std::string json;
  model::Dialect dialect;
};

Result<Description> describe(const Loaded<gbd_driver>& loaded, std::string_view name) {
  TextSink text;
  gbd_error failure;
  const gbd_status status = loaded.table->describe(text.sink(), &failure);
  if (status != GBD_OK) return to_error(status, std::move(failure), name);
  if (!text.is_complete())
    return Error{.code = base::Code::plugin, .message = "its description is too long"};
  std::string json = text.take();
  auto dialect = parse_describe(json);
  if (!dialect) return std::move(dialect).error();
  return Description{std::move(json), std::move(dialect).value()};
}

Result<PluginNote> check_file(const std::filesystem::path& file, PluginKind kind,
                              std::string_view name, const std::optional<PluginLock>& lock) {
  if (auto owned = check_ownership(file); !owned) return std::move(owned).error();
  if (lock) {
    if (auto listed = lock->check(file); !listed) return std::move(listed).error();
  }
  auto note = read_note(file);
  if (!note) return note;
  if (auto fits = check_note(*note, kind, name); !fits) return std::move(fits).error();
  return note;
}

Error refusal(const std::filesystem::path& file, PluginKind kind, Error error) {
  error.code = base::Code::plugin;
  error.message =
      "the " + std::string(name_of(kind)) + " " + file.string() + " is refused: " + error.message;
  return std::move(error).hinted(
      "repair, replace or remove this file; no other is tried in its place");
}

Result<std::unique_ptr<Driver>> load(const std::filesystem::path& file, std::string_view scheme,
                                     const std::optional<PluginLock>& lock, const gbd_host* host) {
  auto note = check_file(file, PluginKind::driver, scheme, lock);
  if (!note) return std::move(note).error();
  auto loaded = load_driver(file, *note, host);
  if (!loaded) return std::move(loaded).error();
  auto description = describe(*loaded, note->name);
  if (!description) {
    loaded->shut_down();
    return std::move(description).error();
  }
  return std::unique_ptr<Driver>(std::make_unique<LoadedDriver>(
      file, *loaded, std::move(description->json), std::move(description->dialect)));
}

/// Why a found file would not be loaded; empty when it would.
std::string problem_of(PluginFile& plugin) {
  if (auto owned = check_ownership(plugin.path); !owned) return owned.error().message;
  auto note = read_note(plugin.path);
  if (!note) return note.error().message;
  plugin.note = std::move(note).value();
  for (const PluginKind kind : {PluginKind::driver, PluginKind::hook}) {
    std::string_view name = plugin.file_name;
    const std::string prefix = "garboard-" + std::string(name_of(kind)) + "-";
    if (!name.starts_with(prefix)) continue;
    name = name.substr(prefix.size(), name.size() - prefix.size() - 3);
    auto fits = check_note(plugin.note, kind, name);
    return fits ? "" : fits.error().message;
  }
  return {};
}

}  // namespace

struct Host::State {
  explicit State(HostOptions options)
      : search(make_search_path(options)),
        lock(std::move(options.lock)),
        table(std::move(options.version),
              {.is_cancelled = std::move(options.is_cancelled), .log = options.log}) {
    if (!options.log) return;
    for (const std::string& sentence : search.ignored) options.log(2, sentence);
  }

  /// The driver already loaded from `file` under this or another name.
  [[nodiscard]] Driver* find(const std::filesystem::path& file) const {
    for (const auto& driver : drivers) {
      std::error_code failure;
      if (std::filesystem::equivalent(driver->path(), file, failure)) return driver.get();
    }
    return nullptr;
  }

  SearchPath search;
  std::optional<PluginLock> lock;
  HostTable table;
  std::vector<std::unique_ptr<Driver>> drivers;  // shut down before the table goes
};

Host::Host(HostOptions options) : state_(std::make_unique<State>(std::move(options))) {}

Host::~Host() = default;

const std::vector<std::filesystem::path>& Host::search_path() const noexcept {
  return state_->search.directories;
}

std::vector<PluginFile> Host::list() const {
  std::vector<PluginFile> plugins;
  std::set<std::string> seen;
  for (const std::filesystem::path& file : find_all(state_->search)) {
    PluginFile plugin{.path = file, .file_name = file.filename().string()};
    plugin.problem = problem_of(plugin);
    if (!seen.insert(plugin.file_name).second)
      plugin.problem = "not used: another " + plugin.file_name + " comes first";
    plugins.push_back(std::move(plugin));
  }
  return plugins;
}

Result<std::reference_wrapper<Driver>> Host::driver(std::string_view scheme) {
  auto file = find_plugin(state_->search, PluginKind::driver, scheme);
  if (!file) return std::move(file).error();
  if (Driver* const known = state_->find(*file)) return std::ref(*known);
  auto loaded = load(*file, scheme, state_->lock, state_->table.table());
  if (!loaded) return refusal(*file, PluginKind::driver, std::move(loaded).error());
  state_->drivers.push_back(std::move(loaded).value());
  return std::ref(*state_->drivers.back());
}

Result<std::filesystem::path> Host::hook_file(std::string_view name) const {
  auto file = find_plugin(state_->search, PluginKind::hook, name);
  if (!file) return file;
  auto note = check_file(*file, PluginKind::hook, name, state_->lock);
  if (!note) return refusal(*file, PluginKind::hook, std::move(note).error());
  return file;
}

}  // namespace garboard::plugin_host
