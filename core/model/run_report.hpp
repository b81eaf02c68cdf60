// SPDX-License-Identifier: Apache-2.0
// RunReport: what one run did, also when it failed: applied, failed, not started.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"

namespace garboard::model {

enum class Outcome {
  applied,
  applied_elsewhere,  ///< another run was faster
  failed,             ///< rolled back, or half-applied as the error's code says
  not_started,
  rolled_back,
  rolled_back_elsewhere,
};

struct MigrationReport {
  std::string id;
  std::string name;
  Outcome outcome = Outcome::not_started;
  bool may_be_done = false;    ///< of a failed one: the connection was lost, and its end not seen
  std::size_t statements = 0;  ///< how many ran in this run
  std::size_t resumed = 0;     ///< how many an earlier run had done already
  std::int64_t duration_ms = 0;
};

struct RunReport {
  std::string run_id;
  std::vector<MigrationReport> migrations = {};
  std::optional<base::Error> error = {};
  std::int64_t duration_ms = 0;
};

}  // namespace garboard::model
