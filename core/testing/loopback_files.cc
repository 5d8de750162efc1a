// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/testing/loopback_files.h"

#include <algorithm>

#include "core/sealed_file_view.h"
#include "crypto/hash.h"
#include "crypto/media.h"
#include "crypto/testing/seeded_random.h"

namespace kith::core::testing {

namespace {

using client_api::FileFetched;

LoopbackFiles::Reply refused(uint32_t status, wire::ErrorCode code) {
  wire::ApiError error;
  error.set_code(code);
  return {status, error.SerializeAsString()};
}

std::string field(const client_api::HttpCall& call, const std::string& name) {
  for (const client_api::HttpField& each : call.fields()) {
    if (each.name() == name) return each.value();
  }
  return "";
}

// "id BASE64", in hexadecimal digits.
std::string id_of(const std::string& metadata) { return to_hex(from_base64(metadata.substr(3)).value_or("")); }

}  // namespace

LoopbackFiles::Reply LoopbackFiles::call(const AccountId& caller, const client_api::HttpCall& call, BytesView body) {
  ++calls[call.method()];
  if (const wire::ErrorCode code = refuse ? refuse(call) : wire::kErrorUnspecified; code != wire::kErrorUnspecified)
    return refused(507, code);
  if (call.method() == "POST") {
    const std::string id = id_of(field(call, "Upload-Metadata"));
    const uint64_t size = std::stoull(field(call, "Upload-Length"));
    Stored& file = stored.try_emplace(id, Stored{{caller}, size, ""}).first->second;
    const bool may_hold = file.holders.contains(caller) || file.is_whole();
    if (!may_hold || file.size != size) return refused(422, wire::kInvalidArgument);
    file.holders.insert(caller);
    wire::FileUpload upload;
    upload.set_file_id(*from_hex(id));
    upload.set_size(size);
    upload.set_offset(file.bytes.size());
    return {201, upload.SerializeAsString()};
  }
  const auto found = stored.find(call.url().substr(call.url().rfind('/') + 1));
  if (found == stored.end()) return refused(404, wire::kNotFound);
  Stored& file = found->second;
  if (call.method() == "HEAD") return file.is_whole() ? Reply{200, ""} : refused(404, wire::kNotFound);
  if (!file.holders.contains(caller)) return refused(403, wire::kNotAllowed);
  if (call.method() == "DELETE") {
    file.holders.erase(caller);
    if (file.holders.empty()) stored.erase(found);
    return {204, ""};
  }
  if (field(call, "Upload-Offset") != std::to_string(file.bytes.size())) return refused(409, wire::kWrongOffset);
  const BytesView taken = body.substr(0, std::min<uint64_t>(body.size(), taken_max));
  file.bytes += taken;
  received += taken.size();
  return {taken.size() == body.size() ? 204u : 0u, ""};
}

FileFetched::Outcome HostFiles::fetch(const client_api::FetchFile& fetch, const LoopbackFiles::Stored& stored) {
  if (whole.contains(fetch.file())) return FileFetched::kWhole;
  if (is_full) return FileFetched::kNoRoom;
  Bytes& part = parts[fetch.file()];
  if (part.size() < stored.bytes.size()) part += stored.bytes.substr(part.size(), taken_max);
  if (part.size() < fetch.size()) return FileFetched::kBrokeOff;
  crypto::RunningDigest digest;
  digest.add(part);
  const bool is_the_one = part.size() == fetch.size() && digest.finish() == fetch.digest();
  if (is_the_one) whole[fetch.file()] = part;
  parts.erase(fetch.file());
  return is_the_one ? FileFetched::kWhole : FileFetched::kOtherFile;
}

client_api::SealedFile seal_file(HostFiles& files, const Bytes& bytes, uint32_t seed) {
  crypto::SeededRandom random(seed);
  crypto::SealedFile file;
  file.id = random.id<FileId>();
  file.key = random.bytes(crypto::kMediaKeyBytes);
  file.size = bytes.size();
  Bytes sealed;
  for (uint64_t chunk = 0; chunk < crypto::media_chunks(file.size); ++chunk) {
    const uint64_t at = std::min<uint64_t>(chunk * kMediaChunkBytes, bytes.size());
    crypto::seal_chunk(file.key, file.size, chunk, BytesView(bytes).substr(at, kMediaChunkBytes), sealed);
  }
  crypto::RunningDigest digest;
  digest.add(sealed);
  file.digest = digest.finish();
  files.whole[file.name().hex()] = sealed;
  return shown(file);
}

Bytes unseal_file(const HostFiles& files, const client_api::OpenMediaResponse& opened) {
  const auto found = files.whole.find(opened.file());
  if (found == files.whole.end()) return "no such file";
  const crypto::SealedFile file = read_sealed_file(opened.sealed());
  Bytes plain;
  for (uint64_t chunk = 0; chunk < crypto::media_chunks(file.size); ++chunk) {
    const BytesView sealed = BytesView(found->second).substr(chunk * kMediaSealedChunkBytes, kMediaSealedChunkBytes);
    if (!crypto::open_chunk(file.key, file.size, chunk, sealed, plain)) return "damaged";
  }
  return plain;
}

}  // namespace kith::core::testing
