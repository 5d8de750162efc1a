// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/photo_file.h"

#include "base/limits.h"
#include "core/sealed_file_view.h"

namespace kith::core {

using client_api::Failure;

content::PhotoFile photo_said(const crypto::SealedFile& file) {
  content::PhotoFile photo;
  photo.set_file_id(file.id.bytes());
  photo.set_key(file.key);
  photo.set_size(file.size);
  photo.set_digest(file.digest);
  return photo;
}

std::optional<crypto::SealedFile> photo_file(const content::PhotoFile& said) {
  const crypto::SealedFile file{FileId::from_bytes(said.file_id()).value_or(FileId{}), said.key(), said.size(),
                                said.digest()};
  if (!file.is_valid() || crypto::sealed_size(file.size) > kProfilePhotoBytesMax) return std::nullopt;
  return file;
}

Result<crypto::SealedFile, Refusal> checked_photo(const client_api::SealedFile& said) {
  const crypto::SealedFile file = read_sealed_file(said);
  if (!file.is_valid()) return Refuse(Failure::kInvalidArgument, "photo: is no sealed file");
  if (crypto::sealed_size(file.size) > kProfilePhotoBytesMax)
    return Refuse(Failure::kTooLarge, "photo: has more than 256 KiB");
  return file;
}

}  // namespace kith::core
