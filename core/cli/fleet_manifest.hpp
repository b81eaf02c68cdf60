// SPDX-License-Identifier: Apache-2.0
// Kubernetes manifests for a fleet: the list of targets as an immutable ConfigMap, and Indexed Jobs
// that run each target in a pod of its own. Kubernetes does the scheduling, the retries and the
// counting; nothing here needs a right in the cluster.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "cli/fleet_targets.hpp"

namespace garboard::cli {

struct ManifestOptions {
  std::string image;
  std::string name = "garboard-fleet";
  std::string name_space = {};
  std::string secret = {};  ///< holds each entry's URL under the entry's name
  std::size_t parallelism = 5;
  std::size_t backoff_limit = 2;  ///< further tries of one target
  std::optional<std::size_t> max_failed = {};
  std::vector<std::size_t> indexes = {};  ///< of the targets that are no canaries; empty = all
  bool is_suspended = false;
  std::vector<std::string> arguments = {};  ///< of migrate
};

/// "1,3-5", as Kubernetes writes status.failedIndexes. Code::usage for anything else, and for an
/// index that is not below `count`.
Result<std::vector<std::size_t>> parse_indexes(std::string_view text, std::size_t count);

/// The documents, with "---" between them. With `indexes`, canaries have no part in it.
Result<std::string> fleet_manifests(const Fleet& fleet, const ManifestOptions& options);

}  // namespace garboard::cli
