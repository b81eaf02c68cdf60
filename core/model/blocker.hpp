// SPDX-License-Identifier: Apache-2.0
// Blocker: another session that keeps one of ours waiting, as far as the server lets us know it.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace garboard::model {

struct Blocker {
  std::string session;           ///< what the server calls it: a process id, a connection id
  std::string user = {};         ///< here and below: empty = not known
  std::string client = {};       ///< the address it comes from
  std::string application = {};  ///< what it calls itself
  std::string state = {};        ///< "active", "idle in transaction"
  std::optional<std::chrono::milliseconds> age = {};  ///< how long it has been in that state
  std::string query = {};  ///< what it runs, or ran last; nobody sees it before sql::normalised
  bool is_certain = true;  ///< false: the server does not say who blocks whom, but this one may
};

}  // namespace garboard::model
