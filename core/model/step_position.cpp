// SPDX-License-Identifier: Apache-2.0
#include "model/step_position.hpp"

namespace garboard::model {

SourcePosition position_in_step(const Step& step, std::uint32_t line, std::uint32_t column) {
  if (!step.is_verbatim || step.where.line == 0 || line == 0) return step.where;
  SourcePosition position = step.where;
  position.line += line - 1;
  if (column == 0) {
    position.column = 0;
  } else if (line == 1 && step.kind == Step::Kind::sql) {
    position.column += column - 1;
  } else {
    position.column = step.indent + column;
  }
  return position;
}

}  // namespace garboard::model
