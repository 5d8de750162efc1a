// SPDX-License-Identifier: AGPL-3.0-or-later

// Frames in a few words, for the trace.
#pragma once

#include <string>

#include "wire/frames.pb.h"

namespace kith::sim {

std::string frame_text(const wire::ClientFrame& frame);
std::string frame_text(const wire::ServerFrame& frame);

}  // namespace kith::sim
