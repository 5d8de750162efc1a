// SPDX-License-Identifier: AGPL-3.0-or-later

// Where the photo of a profile or a group is, as it is said inside the encryption (PHOTO-1).
#pragma once

#include <optional>

#include "content/content.pb.h"
#include "core/refusal.h"
#include "crypto/media.h"

namespace kith::core {

content::PhotoFile photo_said(const crypto::SealedFile& file);
// Absent: it is none that may be a photo (PHOTO-2).
std::optional<crypto::SealedFile> photo_file(const content::PhotoFile& said);
// What the user interface gives. Errors: kInvalidArgument, kTooLarge.
Result<crypto::SealedFile, Refusal> checked_photo(const client_api::SealedFile& said);

}  // namespace kith::core
