// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/file_transfers.h"

#include <unistd.h>
#include <algorithm>
#include <utility>

namespace kith::cli {

namespace {

using client_api::FileFetched;

constexpr uint64_t kProgressMs = 200;
constexpr int64_t kOldS = 3600;
constexpr int kFoundAtOnce = 500;

FileFetched::Outcome outcome_of(FileError error) {
  return error == FileError::kNoRoom ? FileFetched::kNoRoom : FileFetched::kFailed;
}

}  // namespace

net::HttpRequest request_of(const client_api::HttpCall& call) {
  net::HttpRequest request;
  request.method = call.method();
  request.url = call.url();
  request.headers.emplace_back("Accept", "application/x-protobuf");
  if (!call.body().empty()) request.headers.emplace_back("Content-Type", "application/x-protobuf");
  if (!call.bearer().empty()) request.headers.emplace_back("Authorization", "Bearer " + call.bearer());
  for (const client_api::HttpField& field : call.fields()) request.headers.emplace_back(field.name(), field.value());
  return request;
}

void FileTransfers::progress(uint32_t call, uint64_t done) {
  const uint64_t now = net::ClientNetwork::now().value;
  uint64_t& told = told_ms_[call];
  if (now < told + kProgressMs) return;
  told = now;
  host_.http_progress(call, done);
  pump_();
}

// ---------------------------------------------------------------- to the server

void FileTransfers::call_with_file(client_api::HttpCall call) {
  const uint32_t id = call.call();
  auto file = files_.open(call.body_file());
  if (!file || file->size() < call.body_offset() + call.body_size())
    return host_.file_fetched(id, FileFetched::kMissing);
  uploads_[id] = Upload{std::move(*file), call.body_offset(), call.body_size()};
  net::TransferEvents events;
  events.wanted = [this, id] { give_piece(id); };
  events.answered = [this, id](net::HttpAnswer answer) {
    uploads_.erase(id);
    told_ms_.erase(id);
    host_.http_response(id, answer.status, std::move(answer.body));
    pump_();
  };
  network_.begin_transfer(id, {request_of(call), call.body_size(), false}, std::move(events));
}

void FileTransfers::give_piece(uint32_t call) {
  const auto found = uploads_.find(call);
  if (found == uploads_.end()) return;
  Upload& upload = found->second;
  auto piece = upload.file.read(upload.offset, std::min<uint64_t>(upload.left, kTransferPieceBytesMax));
  if (!piece || piece->empty()) {
    cancel(call);
    host_.file_fetched(call, FileFetched::kMissing);
    return pump_();
  }
  upload.offset += piece->size();
  upload.left -= piece->size();
  const uint64_t sent = std::exchange(upload.sent, upload.sent + piece->size());
  network_.give(call, std::move(*piece));
  if (sent != 0) progress(call, sent);
}

// ---------------------------------------------------------------- from the server

Result<void, FileError> FileTransfers::catch_up(Download& download) {
  constexpr size_t kAtOnce = size_t{1} << 20;
  if (download.part.size() > download.size && ::ftruncate(download.part.get(), 0) != 0) return Fail(FileError::kFailed);
  for (;;) {
    const auto bytes = download.part.read(download.done, kAtOnce);
    if (!bytes) return Fail(bytes.error());
    if (bytes->empty()) return {};
    download.running.add(*bytes);
    download.done += bytes->size();
  }
}

void FileTransfers::fetch_file(client_api::FetchFile fetch) {
  const uint32_t id = fetch.call();
  auto download = std::make_unique<Download>();
  download->name = fetch.file();
  download->size = fetch.size();
  download->digest = fetch.digest();
  if (auto whole = files_.open(fetch.file())) {  // it may have been damaged since
    download->part = std::move(*whole);
    const auto read = catch_up(*download);
    if (read && download->done == download->size && download->running.finish() == download->digest)
      return host_.file_fetched(id, FileFetched::kWhole);
    files_.remove(fetch.file());
    download->done = 0;
    download->running = crypto::RunningDigest();
  }
  auto part = files_.open_part(fetch.file());
  if (!part) return host_.file_fetched(id, outcome_of(part.error()));
  download->part = std::move(*part);
  if (const auto read = catch_up(*download); !read) return host_.file_fetched(id, outcome_of(read.error()));
  const uint64_t done = download->done;
  const bool is_whole = done == download->size;
  downloads_[id] = std::move(download);
  if (is_whole) return finish(id);

  net::TransferRequest request;
  request.head.method = "GET";
  request.head.url = fetch.url();
  request.head.headers.emplace_back("Authorization", "Bearer " + fetch.bearer());
  if (done != 0) request.head.headers.emplace_back("Range", "bytes=" + std::to_string(done) + "-");
  request.in_pieces = true;
  net::TransferEvents events;
  events.began = [this, id](const net::TransferHead& head) { began(id, head); };
  events.piece = [this, id](const Bytes& bytes, bool last) { take_piece(id, bytes, last); };
  events.answered = [this, id](const net::HttpAnswer& answer) {
    end(id, answer.status == 0 ? FileFetched::kBrokeOff : FileFetched::kRefused, answer.status);
  };
  network_.begin_transfer(id, std::move(request), std::move(events));
}

void FileTransfers::began(uint32_t call, const net::TransferHead& head) {
  const auto found = downloads_.find(call);
  if (found == downloads_.end()) return;
  Download& download = *found->second;
  if (head.status != 206 && download.done != 0) {  // all of it, from the beginning
    if (::ftruncate(download.part.get(), 0) != 0) return end(call, FileFetched::kFailed);
    download.done = 0;
    download.running = crypto::RunningDigest();
  }
  network_.take(call);
}

void FileTransfers::take_piece(uint32_t call, BytesView bytes, bool last) {
  const auto found = downloads_.find(call);
  if (found == downloads_.end()) return;
  Download& download = *found->second;
  if (download.done + bytes.size() > download.size) {
    files_.remove_part(download.name);
    return end(call, FileFetched::kOtherFile);
  }
  if (const auto written = download.part.write(download.done, bytes); !written)
    return end(call, outcome_of(written.error()));
  download.running.add(bytes);
  download.done += bytes.size();
  if (last && download.done < download.size) return end(call, FileFetched::kBrokeOff);
  if (last) return finish(call);
  network_.take(call);
  progress(call, download.done);
}

void FileTransfers::finish(uint32_t call) {
  Download& download = *downloads_.at(call);
  if (download.running.finish() != download.digest) {
    files_.remove_part(download.name);
    return end(call, FileFetched::kOtherFile);
  }
  const auto kept = files_.keep_part(download.name, download.part);
  end(call, kept ? FileFetched::kWhole : outcome_of(kept.error()));
}

void FileTransfers::end(uint32_t call, Outcome outcome, uint32_t status) {
  if (!downloads_.contains(call)) return;
  cancel(call);
  host_.file_fetched(call, outcome, status);
  pump_();
}

void FileTransfers::cancel(uint32_t call) {
  uploads_.erase(call);
  downloads_.erase(call);
  told_ms_.erase(call);
  network_.cancel_transfer(call);
}

void FileTransfers::sweep() {
  client_api::Input found;
  for (std::string& name : files_.old_names(kOldS)) {
    found.mutable_files_found()->add_files(std::move(name));
    if (found.files_found().files_size() < kFoundAtOnce) continue;
    host_.input(std::exchange(found, {}));
  }
  if (found.has_files_found()) host_.input(std::move(found));
}

}  // namespace kith::cli
