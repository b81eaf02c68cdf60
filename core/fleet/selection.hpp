// SPDX-License-Identifier: Apache-2.0
// Which targets of a fleet one run is for, in which order, and how it ends as a whole.
#pragma once

#include <cstddef>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "fleet/outcome.hpp"
#include "model/target.hpp"

namespace garboard::fleet {

using base::Result;

/// One of `count` parts of a fleet. Target k belongs to the part k modulo count, so that the parts
/// differ by one target at most, and with as many parts as targets each has one.
struct Shard {
  std::size_t index = 0;
  std::size_t count = 1;
};

/// "0/4" is the first of four. Code::usage for anything else.
Result<Shard> parse_shard(std::string_view text);

enum class Canaries {
  first,  ///< before all others, which run only when they all succeed
  only,
  skip,
};

struct Selection {
  Canaries canaries = Canaries::first;
  Shard shard = {};
  std::set<std::string, std::less<>> names = {};  ///< only these; empty = all
};

struct Waves {
  std::vector<model::Target> canaries = {};  ///< to be run first, alone
  std::vector<model::Target> others = {};
};

/// Code::usage when a name is unknown, and for canaries that would have to run before several
/// shards, none of which can wait for another.
Result<Waves> select(std::span<const model::TargetEntry> entries,
                     std::span<const model::Target> targets, const Selection& selection);

}  // namespace garboard::fleet
