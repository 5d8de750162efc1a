// SPDX-License-Identifier: AGPL-3.0-or-later

// A picture of the user's as the photo of a profile or a group.
#pragma once

#include <string>

#include "cli/context.h"
#include "client_api/client_api.pb.h"

namespace kith::cli {

// Its middle, 640 x 640 pixels, sealed into the home. On an error the user has been told.
Result<client_api::SealedFile, ExitCode> seal_photo(Context context, const std::string& path);

}  // namespace kith::cli
