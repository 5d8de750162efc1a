// SPDX-License-Identifier: AGPL-3.0-or-later

// What kithd's exit codes mean; docs/operating.md lists them.
#pragma once

namespace kith::node {

enum ExitCode : int {
  kStopped = 0,         // as asked, by SIGTERM or SIGINT; also: the command was done
  kWrongUsage = 2,      // the command line or the configuration is wrong
  kDirectoryInUse = 3,  // another kithd uses the data directory, or it can't be written
  kStoreFailed = 4,     // a store can't be opened: damaged, of a newer version, or no space
  kStartFailed = 5,     // an address can't be listened on, or certificate or web app can't be read
  kForced = 6,          // stopped before everything was finished: a second signal, or a stop that took too long
};

}  // namespace kith::node
