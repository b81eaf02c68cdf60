// SPDX-License-Identifier: Apache-2.0
#include "cli/migrations.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "base/redaction.hpp"
#include "cli/connection.hpp"
#include "cli/database.hpp"
#include "planning/order.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

constexpr std::string_view file_scheme = "file://";

/// The folder that --dir means: a path, or a file URL without a host.
std::filesystem::path folder_of(std::string_view text) {
  if (text.starts_with(file_scheme)) text.remove_prefix(file_scheme.size());
  if (text.starts_with("localhost/")) text.remove_prefix(std::string_view("localhost").size());
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  return text;
}

/// Calls `each` with the steps of every migration.
template <class Each>
void for_each_step(model::Changes& changes, Each&& each) {
  for (model::Change& change : changes.items)
    for (std::vector<model::Step>* steps : {&change.up, &change.down})
      for (model::Step& step : *steps) each(step);
}

void keep_secrets(model::Changes& changes, Log& log) {
  const model::Placeholders* last = nullptr;  // steps of one plan share theirs
  const auto keep = [&](const std::shared_ptr<const model::Placeholders>& placeholders) {
    if (placeholders == nullptr || placeholders.get() == last) return;
    last = placeholders.get();
    for (const auto& [name, placeholder] : *last)
      if (placeholder.is_secret) log.add_secret(placeholder.value);
  };
  keep(changes.placeholders);
  for_each_step(changes, [&](const model::Step& step) { keep(step.placeholders); });
}

}  // namespace

Result<loading::Source> named_source(const CommandContext& context, ports::Files& files) {
  const Settings& settings = context.settings;
  const std::vector<std::string>& plans = settings.list("plan");
  const std::string& folder = settings.text("dir");
  if (plans.empty() && folder.empty())
    return Error{.code = Code::usage,
                 .message = "neither a plan nor a folder of migrations is named",
                 .hint = "pass --plan FILE or --dir PATH, or set GARBOARD_PLAN or GARBOARD_DIR"};
  if (!plans.empty() && !folder.empty())
    return Error{.code = Code::usage,
                 .message = settings.setting("plan").place + " and " +
                            settings.setting("dir").place + " are both given, expected one",
                 .hint = "a folder of plan files is given by --dir alone"};
  loading::Source source{.files = files};
  source.plans.assign(plans.begin(), plans.end());
  if (!folder.empty()) source.folder = folder_of(folder);
  source.format =
      loading::format_named(settings.text("format")).value_or(loading::Format::automatic);
  source.environment = [&environment = context.environment](std::string_view name) {
    return environment.get(name);
  };
  if (auto driver = find_driver_name(settings, context.environment))
    source.database = *std::move(driver);
  for (const std::string& given : settings.list("set")) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos || equals == 0)
      return Error{.code = Code::usage,
                   .message = settings.setting("set").place + ": expected NAME=VALUE",
                   .hint = "as in --set REGION=eu"};
    source.values.insert_or_assign(given.substr(0, equals), given.substr(equals + 1));
  }
  return source;
}

Result<model::Changes> load_named_plans(const CommandContext& context, ports::Files& files) {
  Result<loading::Source> source = named_source(context, files);
  if (!source) return std::move(source).error();
  Result<model::Changes> changes = loading::load(*source);
  if (!changes) return changes;
  keep_secrets(*changes, context.log);
  if (auto ordered = planning::put_in_order(*changes); !ordered) return ordered.error();
  return changes;
}

void mask_secrets(model::Changes& changes) {
  const model::Placeholders* last = nullptr;
  std::shared_ptr<const model::Placeholders> masked;
  for_each_step(changes, [&](model::Step& step) {
    if (step.placeholders == nullptr) return;
    if (step.placeholders.get() != last) {
      last = step.placeholders.get();
      auto copy = std::make_shared<model::Placeholders>(*last);
      for (auto& [name, placeholder] : *copy)
        if (placeholder.is_secret) placeholder.value = base::redacted_mark;
      masked = std::move(copy);
    }
    step.placeholders = masked;
  });
}

std::uintmax_t size_of_source(const CommandContext& context) {
  namespace fs = std::filesystem;
  std::uintmax_t bytes = 0;
  std::error_code unreadable;  // reading it will say why
  const auto add = [&](const fs::path& file) {
    const std::uintmax_t size = fs::file_size(file, unreadable);
    if (!unreadable) bytes += size;
  };
  for (const std::string& plan : context.settings.list("plan")) add(plan);
  const std::string& folder = context.settings.text("dir");
  if (folder.empty()) return bytes;
  for (fs::directory_iterator next(folder_of(folder), unreadable), end; !unreadable && next != end;
       next.increment(unreadable)) {
    std::error_code is_no_file;
    if (next->is_regular_file(is_no_file)) add(next->path());
  }
  return bytes;
}

Result<ShownPlan> load_shown_plan(const CommandContext& context, ports::Files& files) {
  Result<model::Changes> changes = load_named_plans(context, files);
  if (!changes) return std::move(changes).error();
  mask_secrets(*changes);
  Result<std::string> name = find_driver_name(context.settings, context.environment);
  if (!name) return std::move(name).error();
  ShownPlan plan{.changes = *std::move(changes), .host = make_host(context)};
  Result<std::reference_wrapper<plugin_host::Driver>> driver = plan.host->driver(*name);
  if (!driver) return std::move(driver).error();
  plan.driver = &driver->get();
  return plan;
}

}  // namespace garboard::cli
