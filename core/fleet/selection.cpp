// SPDX-License-Identifier: Apache-2.0
#include "fleet/selection.hpp"

#include <algorithm>

#include "base/number.hpp"

namespace garboard::fleet {

namespace {

using base::Code;
using base::Error;
using model::Target;

Result<void> check_names(std::span<const Target> targets, const Selection& selection) {
  Error unknown{.code = Code::usage, .message = {}};
  for (const std::string& name : selection.names) {
    if (std::ranges::find(targets, name, &Target::name) != targets.end()) continue;
    unknown.message += (unknown.message.empty() ? "" : ", ") + name;
  }
  if (unknown.message.empty()) return {};
  unknown.message = "the targets file has no target " + unknown.message;
  unknown.hint = "garboard fleet list --targets FILE shows the names";
  return unknown;
}

std::vector<Target> part_of(const std::vector<Target>& targets, Shard shard) {
  std::vector<Target> part;
  for (std::size_t i = shard.index; i < targets.size(); i += shard.count)
    part.push_back(targets[i]);
  return part;
}

}  // namespace

Result<Shard> parse_shard(std::string_view text) {
  const std::size_t slash = std::min(text.find('/'), text.size());
  const auto index = base::number_of<std::size_t>(text.substr(0, slash));
  const auto count =
      base::number_of<std::size_t>(slash < text.size() ? text.substr(slash + 1) : "");
  if (index && count && *index < *count) return Shard{*index, *count};
  return Error{.code = Code::usage,
               .message = "a shard is given as i/n, with i from 0 to n - 1",
               .hint = "0/4 is the first of four"};
}

Result<Waves> select(std::span<const model::TargetEntry> entries, std::span<const Target> targets,
                     const Selection& selection) {
  if (auto known = check_names(targets, selection); !known) return std::move(known).error();
  Waves waves;
  for (const Target& target : targets) {
    if (!selection.names.empty() && !selection.names.contains(target.name)) continue;
    (entries[target.entry].is_canary ? waves.canaries : waves.others).push_back(target);
  }
  if (selection.canaries == Canaries::skip) waves.canaries.clear();
  if (selection.canaries == Canaries::only) waves.others.clear();
  if (selection.shard.count == 1) return waves;
  if (!waves.canaries.empty() && !waves.others.empty())
    return Error{.code = Code::usage,
                 .message = "shards run at the same time, so none can wait for the canaries",
                 .hint = "run --canaries only first, then the shards with --canaries skip"};
  waves.canaries = part_of(waves.canaries, selection.shard);
  waves.others = part_of(waves.others, selection.shard);
  return waves;
}

}  // namespace garboard::fleet
