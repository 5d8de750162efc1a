// SPDX-License-Identifier: AGPL-3.0-or-later

// What most sources include: precompiled.cmake. No source may need it.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "client_api/client_api.pb.h"
#include "wire/api.pb.h"
#include "wire/frames.pb.h"
