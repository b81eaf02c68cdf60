// SPDX-License-Identifier: Apache-2.0
#include "subject.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <utility>

#include "plugin_host/describe.hpp"
#include "plugin_host/elf_note.hpp"
#include "plugin_host/errors.hpp"
#include "plugin_host/loader.hpp"

namespace garboard::conformance {
namespace {

plugin_host::PluginNote note_of(const std::filesystem::path& file) {
  auto note = plugin_host::read_note(file);
  if (!note) throw Failed(note.error().message);
  return *std::move(note);
}

template <class Table>
std::string described_by(const Table& table) {
  plugin_host::TextSink json;
  gbd_error error;
  const gbd_status status = table.describe(json.sink(), &error);
  expect(status == GBD_OK, "describe: " + name_of(status) + ": " + error.message);
  return json.take();
}

}  // namespace

Subject::Subject(std::filesystem::path file, Profile profile)
    : file_(std::move(file)),
      profile_(std::move(profile)),
      note_(note_of(file_)),
      host_("1.0.0-conformance", {.is_cancelled = [this] { return is_cancelled.load(); },
                                  .log =
                                      [this](int /*level*/, std::string_view message) {
                                        const std::lock_guard lock(mutex_);
                                        log_.emplace_back(message);
                                      }}) {}

bool Subject::is_a(std::string_view kind) const {
  return std::ranges::find(note_.kinds, kind) != note_.kinds.end();
}

const gbd_plugin& Subject::plugin() {
  if (plugin_ != nullptr) return *plugin_;
  void* const library = ::dlopen(file_.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw Failed(::dlerror());
  using Entry = const gbd_plugin* (*)();
  const auto entry = reinterpret_cast<Entry>(::dlsym(library, "garboard_plugin_v1"));
  expect(entry != nullptr, "garboard_plugin_v1 is not exported");
  plugin_ = entry();
  expect(plugin_ != nullptr, "garboard_plugin_v1() answered NULL");
  return *plugin_;
}

template <class Table>
const Table& Subject::loaded(const Table*& table, LoadBy<Table> load) {
  if (table != nullptr) return *table;
  auto opened = load(file_, note_, host());
  if (!opened) throw Failed(opened.error().message);
  table = opened->table;
  shutdown_ = opened->plugin->shutdown;
  return *table;
}

const gbd_driver& Subject::driver() { return loaded(driver_, &plugin_host::load_driver); }
const gbd_hook& Subject::hook() { return loaded(hook_, &plugin_host::load_hook); }

const model::Dialect& Subject::dialect() {
  if (!dialect_) {
    auto dialect = plugin_host::parse_describe(describe());
    if (!dialect) throw Failed("describe: " + dialect.error().message);
    dialect_ = *std::move(dialect);
  }
  return *dialect_;
}

std::string Subject::describe() {
  return is_a("driver") ? described_by(driver()) : described_by(hook());
}

void Subject::shut_down() {
  if (shutdown_ != nullptr) shutdown_();
  shutdown_ = nullptr;
}

std::vector<std::string> Subject::log() const {
  const std::lock_guard lock(mutex_);
  return log_;
}

std::string name_of(gbd_status status) {
  static constexpr std::array<const char*, 11> names{
      "GBD_OK",          "GBD_E_INVALID", "GBD_E_UNSUPPORTED", "GBD_E_CONNECT",
      "GBD_E_AUTH",      "GBD_E_SQL",     "GBD_E_CANCELLED",   "GBD_E_TIMEOUT",
      "GBD_E_LOCK_BUSY", "GBD_E_NOMEM",   "GBD_E_INTERNAL"};
  const auto index = static_cast<std::size_t>(status);
  return status >= 0 && index < names.size() ? names.at(index)
                                             : "the unknown status " + std::to_string(status);
}

}  // namespace garboard::conformance
