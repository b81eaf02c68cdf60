// SPDX-License-Identifier: Apache-2.0
#include "loading/operation_undo.hpp"

#include <iterator>
#include <utility>

namespace garboard::loading {

model::Step operation_step(std::string json, const model::SourcePosition& where) {
  return {.kind = model::Step::Kind::operation,
          .sql = std::move(json),
          .where = where,
          .is_verbatim = false};
}

void OperationUndo::see_sql(const model::SourcePosition& where) {
  blame("SQL does not say how to undo it: write a `down`", where);
}

void OperationUndo::see_operation(DecodedOperation operation, const model::SourcePosition& where) {
  has_operation_ = true;
  if (!operation.irreversible.empty()) blame(operation.irreversible, where);
  std::vector<model::Step> steps;
  for (std::string& text : operation.down) steps.push_back(operation_step(std::move(text), where));
  down_.insert(down_.begin(), std::make_move_iterator(steps.begin()),
               std::make_move_iterator(steps.end()));
}

void OperationUndo::move_into(model::Change& change) {
  if (!has_operation_) return;
  change.irreversible = std::move(irreversible_);
  if (change.irreversible.empty()) change.down = std::move(down_);
}

void OperationUndo::blame(const std::string& why, const model::SourcePosition& where) {
  if (irreversible_.empty()) irreversible_ = where.text() + ": " + why;
}

}  // namespace garboard::loading
