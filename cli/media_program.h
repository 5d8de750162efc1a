// SPDX-License-Identifier: AGPL-3.0-or-later

// The program kith-media, which stands beside kith: what reads files of strangers is a process of its own.
#pragma once

#include <string>
#include <vector>

#include "cli/host.h"

namespace kith::cli {

struct MediaProgram {
  int code = -1;       // as it ended (media_tool/main.cc); it did not run, or was killed
  std::string output;  // all that it wrote
};

// Runs it with these words, and the host's loop meanwhile. A stop signal ends it.
MediaProgram run_media_program(Host& host, std::vector<std::string> words);

}  // namespace kith::cli
