// SPDX-License-Identifier: AGPL-3.0-or-later

// Carries the home's sealed files between its disk and the server, as the core asks (proto/client_api/host.proto).
//
// Memory: a piece of 64 KiB for each transfer. What came before an interruption is hashed again before it goes on.
// Calls:  one thread; the core is told through the ClientHost, and `pump` called then.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "cli/sealed_files.h"
#include "core/client_host.h"
#include "crypto/hash.h"
#include "net/client_network.h"

namespace kith::cli {

class FileTransfers final : public core::FileActions {
 public:
  // All of it outlives this.
  FileTransfers(SealedFiles& files, net::ClientNetwork& network, core::ClientHost& host, std::function<void()> pump)
      : files_(files), network_(network), host_(host), pump_(std::move(pump)) {}

  void call_with_file(client_api::HttpCall call) override;
  void fetch_file(client_api::FetchFile fetch) override;
  void cancel(uint32_t call) override;
  void remove_file(std::string file) override { files_.remove(file); }

  // Asks the core about what has been there for long.
  void sweep();

 private:
  struct Upload {
    OpenFile file;
    uint64_t offset = 0;
    uint64_t left = 0;
    uint64_t sent = 0;
  };
  struct Download {
    std::string name;
    OpenFile part;
    uint64_t size = 0;
    Bytes digest;
    uint64_t done = 0;
    crypto::RunningDigest running;
  };
  using Outcome = client_api::FileFetched::Outcome;

  void give_piece(uint32_t call);
  void began(uint32_t call, const net::TransferHead& head);
  void take_piece(uint32_t call, BytesView bytes, bool last);
  // All that is to come is there.
  void finish(uint32_t call);
  void end(uint32_t call, Outcome outcome, uint32_t status = 0);
  // Reads what is there into the digest.
  Result<void, FileError> catch_up(Download& download);
  void progress(uint32_t call, uint64_t done);

  SealedFiles& files_;
  net::ClientNetwork& network_;
  core::ClientHost& host_;
  const std::function<void()> pump_;
  std::map<uint32_t, Upload> uploads_;
  std::map<uint32_t, std::unique_ptr<Download>> downloads_;
  std::map<uint32_t, uint64_t> told_ms_;  // when progress was told last
};

// As the core wants it, without its body.
net::HttpRequest request_of(const client_api::HttpCall& call);

}  // namespace kith::cli
