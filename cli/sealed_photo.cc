// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/sealed_photo.h"

#include "cli/prepared_file.h"
#include "cli/sealed_files.h"
#include "core/sealed_file_view.h"
#include "crypto/hash.h"

namespace kith::cli {

Result<client_api::SealedFile, ExitCode> seal_photo(Context context, const std::string& path) {
  crypto::SystemRandom random;
  const PreparedFile prepared(context.host, path, {.profile = true}, random);
  if (prepared.about().kind() != client_api::Media::kPhoto) {
    context.out.note(path + ": is no picture that can be read");
    return Fail(ExitCode::kUsage);
  }
  const auto sealed = SealedFiles(context.host.directory()).seal(prepared.path(), random);
  if (!sealed) {
    context.out.note(path + ": " + describe(sealed.error()));
    return Fail(sealed.error() == FileError::kNoRoom ? ExitCode::kStorage : ExitCode::kUsage);
  }
  return core::shown(*sealed);
}

}  // namespace kith::cli
