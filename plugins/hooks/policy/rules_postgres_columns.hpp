// SPDX-License-Identifier: Apache-2.0
// The rules about columns of PostgreSQL's tables: PG112, PG120, PG121.
#pragma once

#include "rules.hpp"

namespace garboard::policy {

void check_set_not_null(Inspection& see);
void check_type(Inspection& see);
void check_new_column(Inspection& see);

}  // namespace garboard::policy
