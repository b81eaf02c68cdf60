// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/loader.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "plugin_host/errors.hpp"

#define BOOST_DLL_USE_STD_FS
#include <boost/dll/shared_library.hpp>

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;

constexpr const char* entry_symbol = "garboard_plugin_v1";
constexpr const char* driver_interface = "garboard.driver/1";
constexpr const char* hook_interface = "garboard.hook/1";
using EntryPoint = const gbd_plugin*() noexcept;

constexpr std::string_view rebuild = "install a build of the plugin that matches this garboard";

Error refused(std::string message, std::string hint = std::string(rebuild)) {
  return Error{.code = Code::plugin, .message = std::move(message), .hint = std::move(hint)};
}

struct Package {
  std::string_view library, debian, alpine;
};
constexpr std::array<Package, 7> packages{{
    {"libpq.so.5", "libpq5", "libpq"},
    {"libpqxx-6.4.so", "libpqxx-6.4", "libpqxx"},
    {"libmariadb.so.3", "libmariadb3", "mariadb-connector-c"},
    {"libsqlite3.so.0", "libsqlite3-0", "sqlite-libs"},
    {"libstdc++.so.6", "libstdc++6", "libstdc++"},
    {"libssl.so.3", "libssl3", "libssl3"},
    {"libcrypto.so.3", "libssl3", "libcrypto3"},
}};

/// The library that glibc ("libx.so.1: cannot open ..") or musl ("Error loading shared library
/// libx.so.1: ..") could not find.
std::string_view missing_library(std::string_view message) {
  constexpr std::string_view glibc = ": cannot open shared object file";
  constexpr std::string_view musl = "Error loading shared library ";
  if (const std::size_t end = message.find(glibc); end != std::string_view::npos)
    return message.substr(0, end);
  const std::size_t start = message.find(musl);
  if (start == std::string_view::npos) return {};
  message.remove_prefix(start + musl.size());
  return message.substr(0, message.find(':'));
}

/// Keeps a library open until the process ends: its destructor would close it. The list is never
/// destroyed, and reachable, so that leak checkers see that this is meant.
void keep_for_ever(std::unique_ptr<boost::dll::shared_library> library) {
  static auto* const kept = new std::vector<std::unique_ptr<boost::dll::shared_library>>;
  kept->push_back(std::move(library));
}

/// The plugin's table, which may be NULL.
Result<const gbd_plugin*> open_library(const std::filesystem::path& file, bool binds_at_once) {
  namespace dll = boost::dll;
  // A symbol that the plugin lacks must be noticed now, not in the middle of a call. A plugin that
  // was linked so sees to that itself; then its libraries may bind as they would in any program,
  // which saves most of the time that loading takes.
  const int binding = binds_at_once ? RTLD_LAZY : RTLD_NOW;
  const auto mode = static_cast<dll::load_mode::type>(binding | RTLD_LOCAL | RTLD_NODELETE);
  try {
    auto library = std::make_unique<dll::shared_library>(file, mode);
    if (!library->has(entry_symbol))
      return refused("it does not export " + std::string(entry_symbol),
                     "build it with garboard_add_plugin() and GARBOARD_DRIVER");
    auto& entry_point = library->get<EntryPoint>(entry_symbol);
    keep_for_ever(std::move(library));
    return entry_point();
  } catch (const std::exception& failure) {
    const std::string_view reason = linker_part(failure.what());
    return refused("the dynamic linker cannot load it: " + std::string(reason),
                   hint_for_linker_message(reason));
  }
}

bool equals(gbd_str text, std::string_view expected) noexcept {
  return text.ptr != nullptr && std::string_view(text.ptr, text.len) == expected;
}

Result<void> check_plugin_table(const gbd_plugin* table, const PluginNote& note) {
  if (table == nullptr) return refused("its entry function returned no table");
  constexpr std::size_t mandatory =
      offsetof(gbd_plugin, get_interface) + sizeof(gbd_plugin::get_interface);
  if (table->size < mandatory)
    return refused("its plugin table is too small (" + std::to_string(table->size) +
                   " bytes, at least " + std::to_string(mandatory) + " are needed)");
  if (table->min_host_minor > GARBOARD_ABI_MINOR)
    return refused("it needs a garboard with plugin ABI " + std::to_string(GARBOARD_ABI_MAJOR) +
                       "." + std::to_string(table->min_host_minor) + " or newer",
                   "upgrade garboard, or install an older plugin");
  if (table->get_interface == nullptr) return refused("its plugin table has no get_interface");
  if (!equals(table->name, note.name) || !equals(table->version, note.version))
    return refused("its identity note says " + note.name + " " + note.version +
                       ", its plugin table says something else",
                   "do not use this file: ask its author for a corrected build");
  return {};
}

struct Slot {
  const char* name;
  bool is_there;
};

Result<void> check_table(std::string_view kind, const char* interface_id, const void* table,
                         std::size_t size, std::size_t mandatory) {
  if (table == nullptr)
    return refused("it does not offer the interface " + std::string(interface_id));
  if (size >= mandatory) return {};
  return refused("its " + std::string(kind) + " table is too small (" + std::to_string(size) +
                 " bytes, at least " + std::to_string(mandatory) + " are needed)");
}

Result<void> check_slots(std::string_view kind, std::span<const Slot> slots) {
  for (const Slot& slot : slots)
    if (!slot.is_there) return refused("its " + std::string(kind) + " table lacks " + slot.name);
  return {};
}

Result<void> check_interface(const gbd_driver* table) {
  constexpr std::size_t mandatory = offsetof(gbd_driver, tx) + sizeof(gbd_driver::tx);
  if (auto there = check_table("driver", driver_interface, table,
                               table == nullptr ? 0 : table->size, mandatory);
      !there)
    return there;
  const std::array<Slot, 6> slots{{{"describe", table->describe != nullptr},
                                   {"open", table->open != nullptr},
                                   {"close", table->close != nullptr},
                                   {"server_info", table->server_info != nullptr},
                                   {"exec", table->exec != nullptr},
                                   {"tx", table->tx != nullptr}}};
  return check_slots("driver", slots);
}

Result<void> check_interface(const gbd_hook* table) {
  constexpr std::size_t mandatory = offsetof(gbd_hook, event) + sizeof(gbd_hook::event);
  if (auto there =
          check_table("hook", hook_interface, table, table == nullptr ? 0 : table->size, mandatory);
      !there)
    return there;
  const std::array<Slot, 4> slots{{{"describe", table->describe != nullptr},
                                   {"create", table->create != nullptr},
                                   {"destroy", table->destroy != nullptr},
                                   {"event", table->event != nullptr}}};
  return check_slots("hook", slots);
}

Result<void> init(const gbd_plugin& plugin, const PluginNote& note, const gbd_host* host) {
  if (plugin.init == nullptr) return {};
  gbd_error failure;
  const gbd_status status = plugin.init(host, &failure);
  if (status == GBD_OK) return {};
  Error error = to_error(status, std::move(failure), note.name);
  error.code = Code::plugin;
  error.message = "it refused to start: " + error.message;
  return error;
}

template <class Table>
Result<Loaded<Table>> load(const std::filesystem::path& file, const PluginNote& note,
                           const gbd_host* host, const char* interface_id) {
  auto opened = open_library(file, note.binds_at_once);
  if (!opened) return std::move(opened).error();
  const gbd_plugin* const plugin = *opened;
  if (auto table = check_plugin_table(plugin, note); !table) return std::move(table).error();
  if (auto started = init(*plugin, note, host); !started) return std::move(started).error();
  const Loaded<Table> loaded{plugin,
                             static_cast<const Table*>(plugin->get_interface(interface_id))};
  if (auto table = check_interface(loaded.table); !table) {
    loaded.shut_down();
    return std::move(table).error();
  }
  return loaded;
}

}  // namespace

std::string_view linker_part(std::string_view message) noexcept {
  constexpr std::string_view start = "(dlerror system message: ";
  const std::size_t begin = message.find(start);
  const std::size_t end = message.rfind(')');
  if (begin == std::string_view::npos || end < begin + start.size()) return message;
  return message.substr(begin + start.size(), end - begin - start.size());
}

std::string hint_for_linker_message(std::string_view message) {
  const auto says = [message](std::string_view part) {
    return message.find(part) != std::string_view::npos;
  };
  if (const std::string_view library = missing_library(message); !library.empty()) {
    for (const Package& package : packages) {
      if (library == package.library)
        return "install the package with " + std::string(library) +
               " (Debian: " + std::string(package.debian) +
               ", Alpine: " + std::string(package.alpine) +
               "), or use an image that holds this driver and its libraries";
    }
    return "install the package that holds " + std::string(library);
  }
  if (says("GLIBC") || says("version `"))
    return "the plugin was built on a newer system than this one: install a build for this system";
  if (says("undefined symbol") || says("symbol not found"))
    return "a library on this machine has another version than the plugin was built with: install "
           "a build of the plugin for this system";
  if (says("failed to map segment"))
    return "the file system may be mounted noexec: move the plugin, or mount it with exec";
  return {};
}

Result<Loaded<gbd_driver>> load_driver(const std::filesystem::path& file, const PluginNote& note,
                                       const gbd_host* host) {
  return load<gbd_driver>(file, note, host, driver_interface);
}

Result<Loaded<gbd_hook>> load_hook(const std::filesystem::path& file, const PluginNote& note,
                                   const gbd_host* host) {
  return load<gbd_hook>(file, note, host, hook_interface);
}

}  // namespace garboard::plugin_host
