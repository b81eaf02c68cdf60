// SPDX-License-Identifier: Apache-2.0
// Looks at what a server says during authentication before libpq reads it: libpq before 16 answers
// a request for the password in clear, and offers no setting against it.
#pragma once

#include "pq.hpp"

namespace garboard::postgres {

/// True when libpq may read what has arrived, false when more of it must arrive first. Throws
/// GBD_E_AUTH when the server asks for the password in clear on a link that is not encrypted.
[[nodiscard]] bool may_read_authentication(PGconn* connection);

}  // namespace garboard::postgres
