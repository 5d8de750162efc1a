// The version of this build.
#pragma once

namespace kith::node {

inline constexpr const char* kVersion = KITH_VERSION;

}  // namespace kith::node
