// SPDX-License-Identifier: AGPL-3.0-or-later

// The address of a server, as a person gives it.
#pragma once

#include <optional>
#include <string>

namespace kith::core {

// "http://host:port" or https, at most 256 bytes, without a slash at the end. Absent when it is none.
std::optional<std::string> normalize_server(std::string server);

}  // namespace kith::core
