// SPDX-License-Identifier: AGPL-3.0-or-later

// The tables, and how an older database becomes the present one.
#pragma once

#include <string>

#include "base/result.h"

namespace kith {

class SqlConnection;

// Brings the database to this version's schema, in one transaction. Throws soci_error. The error is a sentence for the
// operator: the database is newer than this program.
Result<void, std::string> migrate(SqlConnection& connection);

}  // namespace kith
