// SPDX-License-Identifier: Apache-2.0
// Reads a migration's script to its end and runs nothing: what those are told who are asked first.
#pragma once

#include <span>

#include "base/result.hpp"
#include "execution/script.hpp"
#include "model/change.hpp"
#include "model/dialect.hpp"
#include "model/script_outline.hpp"
#include "ports/files.hpp"

namespace garboard::execution {

/// Without directives.
[[nodiscard]] model::OutlinedStatement outline_of(const ScriptStatement& statement,
                                                  const model::Dialect& dialect);

/// The outline of `change`'s up, or of its down. `outline` as in scan_script.
Result<model::ScriptOutline> outline_script(const model::Change& change,
                                            std::span<const model::Step> steps, ports::Files& files,
                                            const model::Dialect& dialect,
                                            const RenderStep& outline);

}  // namespace garboard::execution
