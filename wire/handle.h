// SPDX-License-Identifier: AGPL-3.0-or-later

// Handles (base/handle.h) as the wire has them.
#pragma once

#include <optional>

#include "base/handle.h"
#include "wire/api.pb.h"

namespace kith {

// Absent unless it has a kind, and a value as people write that. `own_phone` is nobody's: numbers are E.164.
std::optional<Handle> read_handle(const wire::Handle& from);
// None has no kind.
wire::Handle to_wire(const Handle& handle);

}  // namespace kith
