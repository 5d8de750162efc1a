// SPDX-License-Identifier: AGPL-3.0-or-later

// Files in memory: the server's, by the part of tus that clients of ours use, and a host's.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"
#include "client_api/host.pb.h"
#include "wire/api.pb.h"

namespace kith::core::testing {

// Of a server.
struct LoopbackFiles {
  struct Stored {
    std::set<AccountId> holders;
    uint64_t size = 0;
    Bytes bytes;

    [[nodiscard]] bool is_whole() const { return bytes.size() == size; }
  };
  struct Reply {
    uint32_t status = 0;
    std::string body;
  };

  // ---- what a client does
  Reply call(const AccountId& caller, const client_api::HttpCall& call, BytesView body);

  // ---- what a test does
  std::map<std::string, Stored> stored;                                // by the id in hexadecimal digits
  std::function<wire::ErrorCode(const client_api::HttpCall&)> refuse;  // with 507; unspecified: not
  uint64_t taken_max = UINT64_MAX;                                     // of a part, then it breaks off
  std::map<std::string, int> calls;                                    // "PATCH" → how often
  uint64_t received = 0;                                               // bytes
};

// Of a host.
struct HostFiles {
  std::map<std::string, Bytes> whole;
  std::map<std::string, Bytes> parts;
  uint64_t taken_max = UINT64_MAX;  // of a fetch, then it breaks off
  bool is_full = false;

  // What becomes of a fetch when the server says this.
  client_api::FileFetched::Outcome fetch(const client_api::FetchFile& fetch, const LoopbackFiles::Stored& stored);
};

// Seals the bytes into the host's files, under an id of `seed`.
client_api::SealedFile seal_file(HostFiles& files, const Bytes& bytes, uint32_t seed);
// What the host has under this name, unsealed.
Bytes unseal_file(const HostFiles& files, const client_api::OpenMediaResponse& opened);

}  // namespace kith::core::testing
