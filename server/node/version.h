// SPDX-License-Identifier: AGPL-3.0-or-later

// The version of this build.
#pragma once

namespace kith::node {

inline constexpr const char* kVersion = KITH_VERSION;

}  // namespace kith::node
