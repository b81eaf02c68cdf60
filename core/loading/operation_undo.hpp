// SPDX-License-Identifier: Apache-2.0
// The `down` that nobody has to write: collects, step by step of an `up`, what undoes it.
#pragma once

#include <string>
#include <vector>

#include "loading/operation_decoder.hpp"
#include "model/change.hpp"

namespace garboard::loading {

[[nodiscard]] model::Step operation_step(std::string json, const model::SourcePosition& where);

class OperationUndo {
 public:
  /// The next step is SQL, or a file of it.
  void see_sql(const model::SourcePosition& where);
  void see_operation(DecodedOperation operation, const model::SourcePosition& where);
  /// Gives the change its `down` when every step is an operation that can be undone, else the
  /// reason why there is none. Nothing for a change of SQL only.
  void move_into(model::Change& change);

 private:
  void blame(const std::string& why, const model::SourcePosition& where);

  std::vector<model::Step> down_ = {};
  std::string irreversible_ = {};
  bool has_operation_ = false;
};

}  // namespace garboard::loading
