// SPDX-License-Identifier: Apache-2.0
// Names and values that end a quoted text early where they are not quoted.
#pragma once

namespace garboard::conformance {

class Subject;

void quotes_hostile_names(Subject& subject);

}  // namespace garboard::conformance
