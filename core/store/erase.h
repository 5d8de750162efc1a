// SPDX-License-Identifier: AGPL-3.0-or-later

// All of a device's data gone, the schema left: as new.
#pragma once

#include "core/store/database.h"

namespace kith::core {

// Inside the caller's Transaction. What was in the file is overwritten (secure_delete).
void erase_everything(Database& database);

}  // namespace kith::core
