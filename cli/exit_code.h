// SPDX-License-Identifier: AGPL-3.0-or-later

// How `kith` ends: part of its promise to scripts (docs/cli.md).
#pragma once

#include <string>
#include <vector>

#include "client_api/client_api.pb.h"

namespace kith::cli {

enum class ExitCode : int {
  kOk = 0,
  kFailed = 1,         // refused, or failed for a reason without a number of its own
  kUsage = 2,          // the command line is wrong, or a value in it can't be
  kNotRegistered = 3,  // register first
  kOffline = 4,        // the server can't be reached
  kTimedOut = 5,       // what was waited for has not happened in time
  kHomeInUse = 6,      // another kith has the home, and does not answer
  kDeviceEnded = 7,    // the server does not take this home's device for what it is
  kStorage = 8,        // the home or its database can't be read or written
  kInterrupted = 130,  // Ctrl-C, or told to stop, before the work was done
};

struct ExitCodeMeaning {
  ExitCode code;
  const char* meaning;
};
// All of them, in order, for people.
const std::vector<ExitCodeMeaning>& exit_code_meanings();

ExitCode exit_code_of(client_api::Failure::Code code);

// The failure in words, for people: what its code means, and the detail behind it where that says more.
std::string describe(const client_api::Failure& failure);

}  // namespace kith::cli
