// SPDX-License-Identifier: Apache-2.0
// What a program says to a gate: {"verdict":"allow|warn|deny","findings":[..]}.
#pragma once

#include <string_view>

#include <garboard/hook.hpp>

namespace garboard::exec {

/// Throws sdk::Failure when `output` is anything else.
[[nodiscard]] sdk::Answer read_verdict(std::string_view output);

}  // namespace garboard::exec
