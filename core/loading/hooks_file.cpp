// SPDX-License-Identifier: Apache-2.0
#include "loading/hooks_file.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "loading/decoded_file.hpp"
#include "loading/document.hpp"
#include "loading/fields.hpp"
#include "loading/problems.hpp"

namespace garboard::loading {

namespace {

using model::HookSpec;
using std::string_view;

constexpr std::uint64_t max_file_bytes = std::uint64_t{1} << 20U;
constexpr std::size_t max_word = 64;
constexpr std::array<string_view, 3> file_keys{"version", "hooks", "$schema"};
constexpr std::array<string_view, 8> hook_keys{"name",     "config",   "events",    "timeout",
                                               "on_error", "required", "idle_runs", "env"};

class HooksDecoder {
 public:
  HooksDecoder(const Document& document, Problems& problems)
      : document_(document), problems_(problems) {}

  std::vector<HookSpec> decode() {
    const Fields fields(document_, Document::root, "a hooks file", file_keys, problems_);
    if (!fields.is_mapping()) return {};
    fields.require("version", "1");
    if (fields.has("version"))
      check_version(document_, fields.value("version"), "a hooks file", problems_);
    fields.require("hooks", "a list of hooks");
    std::vector<HookSpec> hooks;
    if (!fields.has("hooks")) return hooks;
    const NodeId list = fields.value("hooks");
    if (document_.at(list).kind != NodeKind::sequence) {
      refuse_type(document_, list, "hooks", "a list of hooks", problems_);
      return hooks;
    }
    for (NodeId id = list + 1; id < document_.at(list).end; id = document_.at(id).end)
      hooks.push_back(hook(id));
    return hooks;
  }

 private:
  HookSpec hook(NodeId id) {
    HookSpec spec;
    const Fields fields(document_, id, "a hook", hook_keys, problems_);
    if (!fields.is_mapping()) return spec;
    spec.where = document_.position(fields.offset());
    fields.require("name", "the name of a hook plugin");
    if (fields.has("name"))
      if (const auto name = read_line(document_, fields.value("name"), "name", max_word, problems_))
        spec.name = *name;
    if (fields.has("config")) spec.config_json = config(fields.value("config"));
    if (fields.has("events")) spec.events = events(fields.value("events"));
    if (fields.has("timeout")) spec.timeout = timeout(fields.value("timeout"));
    if (fields.has("on_error")) spec.allows_on_error = allows(fields.value("on_error"));
    if (fields.has("required"))
      spec.is_required =
          read_bool(document_, fields.value("required"), "required", problems_).value_or(false);
    if (fields.has("idle_runs"))
      spec.idle_runs = read_bool(document_, fields.value("idle_runs"), "idle_runs", problems_);
    if (fields.has("env"))
      for (const NodeId name : string_or_list(document_, fields.value("env"), "env", problems_))
        spec.variables.emplace_back(document_.at(name).text);
    return spec;
  }

  std::string config(NodeId id) {
    if (document_.at(id).kind == NodeKind::mapping) return json_of(document_, id);
    refuse_type(document_, id, "config", "a mapping", problems_);
    return "{}";
  }

  std::vector<std::string> events(NodeId id) {
    std::vector<std::string> names;
    for (const NodeId entry : string_or_list(document_, id, "events", problems_)) {
      const string_view name = document_.at(entry).text;
      if (std::ranges::find(model::hook_events, name) == model::hook_events.end())
        problems_.add(document_, document_.at(entry).offset,
                      "there is no event '" + excerpt(name) + "'",
                      "docs/events.md lists them, as in before_run or run.failed");
      names.emplace_back(name);
    }
    return names;
  }

  std::chrono::milliseconds timeout(NodeId id) {
    const auto duration = read_duration(document_, id, "timeout", problems_);
    if (duration && duration->count() > 0) return *duration;
    if (duration)
      problems_.add(document_, document_.at(id).offset, "'timeout' is 0, expected some time",
                    "as in 10s");
    return HookSpec{}.timeout;
  }

  bool allows(NodeId id) {
    const auto text = read_string(document_, id, "on_error", problems_);
    if (text && *text != "deny" && *text != "ignore")
      problems_.add(document_, document_.at(id).offset,
                    "'on_error' is '" + excerpt(*text) + "', expected deny or ignore");
    return text == "ignore";
  }

  const Document& document_;
  Problems& problems_;
};

}  // namespace

Result<std::vector<HookSpec>> load_hooks(ports::Files& files, const std::filesystem::path& path) {
  return load_decoded<HooksDecoder>(files, path, max_file_bytes);
}

}  // namespace garboard::loading
