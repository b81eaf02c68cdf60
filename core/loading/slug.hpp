// SPDX-License-Identifier: Apache-2.0
// The id of a migration that has only a name.
#pragma once

#include <string>
#include <string_view>

namespace garboard::loading {

/// ASCII in lower case, each run of anything but letters, digits, '.', '_' as one '-', none at the
/// ends; what is not ASCII is kept. "Create users!" -> "create-users". May be empty.
[[nodiscard]] std::string slug_of(std::string_view name);

}  // namespace garboard::loading
