// SPDX-License-Identifier: Apache-2.0
// fleet: which targets there are, and Kubernetes manifests for them.
#include <algorithm>
#include <utility>

#include "cli/command.hpp"
#include "cli/fleet_manifest.hpp"
#include "cli/fleet_targets.hpp"
#include "cli/report.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

Result<int> list(CommandContext& context, const Fleet& fleet) {
  if (context.arguments.words.size() > 1)
    return Error{.code = Code::usage, .message = "fleet list takes no argument"};
  Json targets = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const model::Target& target : fleet.targets) {
    const bool is_canary = fleet.entry_of(target).is_canary;
    Json json = {{"name", target.name}};
    if (is_canary) json["canary"] = true;
    targets.push_back(std::move(json));
    rows.push_back({target.name, is_canary ? "canary" : ""});
  }
  context.report.document["targets"] = std::move(targets);
  context.report.text = table_text(rows);
  return 0;
}

/// What follows "--", as migrate will understand it.
Result<std::vector<std::string>> migrate_arguments(const CommandContext& context) {
  std::vector<std::string> given(context.arguments.words.begin() + 1,
                                 context.arguments.words.end());
  std::vector<std::string> line = given;
  line.insert(line.begin(), "migrate");
  const Result<Arguments> parsed = parse_arguments(line);
  if (!parsed) return parsed.error();
  for (const char* option : {"targets", "url", "url-env", "env-prefix", "canaries", "shard",
                             "target", "only-failed", "help", "version"})
    if (parsed->has(option))
      return Error{.code = Code::usage,
                   .message = std::string("--") + option + " is not for the pods of a fleet",
                   .hint = "leave it out"};
  if (auto settings = Settings::make(*parsed, Environment(), {}); !settings)
    return std::move(settings).error();
  return given;
}

Result<int> render(CommandContext& context, const Fleet& fleet) {
  const Settings& settings = context.settings;
  if (settings.text("image").empty())
    return Error{.code = Code::usage,
                 .message = "no image is named",
                 .hint = "pass --image with garboard and the migrations in it"};
  Result<std::vector<std::string>> arguments = migrate_arguments(context);
  if (!arguments) return std::move(arguments).error();
  ManifestOptions options{.image = settings.text("image"),
                          .name = settings.text("name"),
                          .name_space = settings.text("namespace"),
                          .secret = settings.text("secret"),
                          .parallelism = settings.number("parallelism").value_or(1),
                          .backoff_limit = settings.count("backoff-limit-per-index"),
                          .max_failed = settings.number("max-failed-indexes"),
                          .is_suspended = settings.is_on("suspend"),
                          .arguments = *std::move(arguments)};
  if (const std::string& failed = settings.text("failed-indexes"); !failed.empty()) {
    const auto count = std::ranges::count_if(fleet.targets, [&](const model::Target& target) {
      return !fleet.entry_of(target).is_canary;
    });
    auto indexes = parse_indexes(failed, static_cast<std::size_t>(count));
    if (!indexes) return std::move(indexes).error();
    options.indexes = *std::move(indexes);
  }
  const Result<std::string> manifests = fleet_manifests(fleet, options);
  if (!manifests) return manifests.error();
  context.report.is_streamed = true;
  context.out.put(*manifests);
  return 0;
}

}  // namespace

Result<int> run_fleet(CommandContext& context) {
  if (context.settings.text("targets").empty())
    return Error{.code = Code::usage,
                 .message = "no targets file is named",
                 .hint = "pass --targets FILE; see docs/fleet.md"};
  const Result<Fleet> fleet = load_fleet(context);
  if (!fleet) return fleet.error();
  return context.arguments.words[0] == "render" ? render(context, *fleet) : list(context, *fleet);
}

}  // namespace garboard::cli
