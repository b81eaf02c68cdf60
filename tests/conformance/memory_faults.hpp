// SPDX-License-Identifier: Apache-2.0
// What a plugin does when there is no memory.
#pragma once

namespace garboard::conformance {

class Subject;

/// A whole pass through the plugin, again and again, in which each time another allocation fails.
void survives_without_memory(Subject& subject);

}  // namespace garboard::conformance
