// SPDX-License-Identifier: Apache-2.0
// Prints the events that the kit sends to hooks, for the test that holds them against the schema.
#include <iostream>

#include "hook_events.hpp"

int main() {
  for (const nlohmann::json& event : garboard::conformance::all_events())
    std::cout << event.dump() << "\n";
}
