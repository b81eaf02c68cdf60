// SPDX-License-Identifier: Apache-2.0
#include "plugin_host/hook_library.hpp"

#include <utility>

#include "plugin_host/checks.hpp"
#include "plugin_host/elf_note.hpp"
#include "plugin_host/errors.hpp"
#include "plugin_host/host_table.hpp"

namespace garboard::plugin_host {
namespace {

using base::Code;
using base::Error;

gbd_str str(std::string_view text) noexcept { return {text.data(), text.size()}; }

/// What the hook writes in one call, or what it reports instead.
template <class Slot>
Result<std::string> written(std::string_view name, Slot&& slot) {
  TextSink text;
  gbd_error failure;
  const gbd_status status = slot(text.sink(), &failure);
  if (status != GBD_OK) return to_error(status, std::move(failure), name);
  if (!text.is_complete())
    return Error{.code = Code::plugin, .message = "it writes more than a plugin may"};
  return text.take();
}

}  // namespace

HookLibrary::HookLibrary(std::string name, Loaded<gbd_hook> loaded)
    : name_(std::move(name)), loaded_(loaded) {}

HookLibrary::~HookLibrary() {
  if (hook_ != nullptr) loaded_.table->destroy(hook_);
  loaded_.shut_down();
}

Result<std::unique_ptr<HookLibrary>> HookLibrary::load(const std::filesystem::path& file,
                                                       const gbd_host* host) {
  if (auto owned = check_ownership(file); !owned) return std::move(owned).error();
  auto note = read_note(file);
  if (!note) return std::move(note).error();
  if (auto fits = check_note(*note, PluginKind::hook, note->name); !fits)
    return std::move(fits).error();
  auto loaded = load_hook(file, *note, host);
  if (!loaded) return std::move(loaded).error();
  std::unique_ptr<HookLibrary> library(new HookLibrary(note->name, *loaded));
  auto described = written(note->name, [&](const gbd_sink* sink, gbd_error* error) {
    return loaded->table->describe(sink, error);
  });
  if (!described) return std::move(described).error();
  library->describe_json_ = std::move(described).value();
  return library;
}

Result<void> HookLibrary::create(std::string_view config_json) {
  gbd_error failure;
  const gbd_status status = loaded_.table->create(str(config_json), &hook_, &failure);
  if (status == GBD_OK && hook_ != nullptr) return {};
  if (status != GBD_OK) return to_error(status, std::move(failure), name_);
  return Error{.code = Code::plugin, .message = "it says that it is made, and gives nothing"};
}

Result<HookAnswer> HookLibrary::event(std::string_view event_json) {
  HookAnswer answer;
  auto findings = written(name_, [&](const gbd_sink* sink, gbd_error* error) {
    return loaded_.table->event(hook_, str(event_json), &answer.verdict, sink, error);
  });
  if (!findings) return std::move(findings).error();
  answer.findings_json = std::move(findings).value();
  return answer;
}

}  // namespace garboard::plugin_host
