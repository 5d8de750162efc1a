// SPDX-License-Identifier: AGPL-3.0-or-later

// What the account store and the key store do to the same rows.
#pragma once

#include "base/ids.h"

namespace kith {

class SqlConnection;

// Deletes all keys of the device. Throws soci_error.
void remove_keys(SqlConnection& connection, const DeviceAddress& device);

}  // namespace kith
