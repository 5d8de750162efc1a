// SPDX-License-Identifier: AGPL-3.0-or-later

// Options that take a time in hours.
#pragma once

#include <CLI/CLI.hpp>

namespace kith::cli {

// A number from 0 to 1,000,000, also with a fraction; else the command line is refused with words that say so.
CLI::Validator hours();

}  // namespace kith::cli
