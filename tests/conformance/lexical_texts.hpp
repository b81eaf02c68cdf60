// SPDX-License-Identifier: Apache-2.0
// Texts that each lexical trait of a dialect is seen in, cut by the host and run by the server.
#pragma once

namespace garboard::conformance {

class Subject;

/// What is declared must be so, and what is not declared must not.
void reads_as_its_server_does(Subject& subject);

}  // namespace garboard::conformance
