// SPDX-License-Identifier: Apache-2.0
// fleet: which targets there are, and Kubernetes manifests for them.
#include "cli/command.hpp"
#include "cli/fleet_targets.hpp"
#include "cli/report.hpp"

namespace garboard::cli {

namespace {

using base::Code;
using base::Error;

Result<int> list(CommandContext& context) {
  Result<Fleet> fleet = load_fleet(context);
  if (!fleet) return std::move(fleet).error();
  Json targets = Json::array();
  std::vector<std::vector<std::string>> rows;
  for (const model::Target& target : fleet->targets) {
    const bool is_canary = fleet->entry_of(target).is_canary;
    Json json = {{"name", target.name}};
    if (is_canary) json["canary"] = true;
    targets.push_back(std::move(json));
    rows.push_back({target.name, is_canary ? "canary" : ""});
  }
  context.report.document["targets"] = std::move(targets);
  context.report.text = table_text(rows);
  return 0;
}

}  // namespace

Result<int> run_fleet(CommandContext& context) {
  if (context.settings.text("targets").empty())
    return Error{.code = Code::usage,
                 .message = "no targets file is named",
                 .hint = "pass --targets FILE; see docs/fleet.md"};
  return list(context);
}

}  // namespace garboard::cli
