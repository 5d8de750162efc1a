// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/sealed_file_view.h"

namespace kith::core {

client_api::SealedFile shown(const crypto::SealedFile& file) {
  client_api::SealedFile said;
  said.set_file_id(file.id.hex());
  said.set_key(file.key);
  said.set_size(file.size);
  said.set_digest(file.digest);
  return said;
}

crypto::SealedFile read_sealed_file(const client_api::SealedFile& said) {
  return {FileId::from_hex(said.file_id()).value_or(FileId{}), said.key(), said.size(), said.digest()};
}

}  // namespace kith::core
