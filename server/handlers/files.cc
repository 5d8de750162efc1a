// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files (MEDIA-2, MEDIA-3, MEDIA-4). What is in one the server can't read, and whom it is for it does not know:
// the id is inside the encryption, so whoever knows it has read the message, and may have the file. What is checked is
// who writes: a file is of the accounts that hold it. One does while it comes; once it is whole others can as well, by
// beginning it, and whoever passes a file on does: so it stays when who has sent it first deletes it.
//
//   begin      index: this account's, of this size, within its bounds; then the store makes room, unless it is there
//   continue   the store appends, durably; whoever has brought the last byte makes it whole in both
//   ask        the index is told to keep it for longer, at most once a day
//   delete     let go in the index; when nobody holds it any more removed in the store, forgotten in the index
//
// A crash leaves the index and the store at odds in one way only: a file is there in the index that the store does not
// have yet, or has whole already. The next request for it makes the store begin it, or the index learn that it is
// whole.
#include "crypto/media.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"
#include "server/ports/blob_store.h"
#include "server/ports/media_index.h"

namespace kith::handlers {
namespace {

constexpr uint64_t kMicros = 1'000'000;
// How often at most the index is told that a file, or an upload, lives longer.
constexpr uint64_t kProlongEveryS = 24 * 3600;
constexpr uint64_t kProlongUploadEveryS = 3600;
constexpr uint32_t kRetryUploadsMs = 60'000;
constexpr uint32_t kRetryGoingMs = 1'000;

UnixMicros after(const Services& services, uint64_t seconds) {
  return {services.clock.now().value + seconds * kMicros};
}

std::unexpected<Refusal> refuse_damaged() { return refuse(wire::kNotFound, "the file is damaged"); }

std::unexpected<Refusal> refuse_index(StoreError error) {
  switch (error) {
    case StoreError::kNotFound: return refuse(wire::kNotFound, "no such file");
    case StoreError::kConflict: return refuse(wire::kNotAllowed, "another account's");
    default: return refuse_store(error);
  }
}

std::unexpected<Refusal> refuse_blob(StoreError error) {
  switch (error) {
    case StoreError::kConflict: return refuse(wire::kWrongOffset, "Upload-Offset");
    case StoreError::kDamaged: return refuse_damaged();
    default: return refuse_index(error);
  }
}

wire::FileUpload upload_of(FileId file, const FileRecord& record, uint64_t offset) {
  wire::FileUpload upload;
  upload.set_file_id(file.bytes());
  upload.set_size(record.size);
  upload.set_offset(offset);
  upload.set_expires_us(record.expires_at.value);
  return upload;
}

uint32_t take_write(Services& services, const DeviceAddress& caller) {
  return services.rate_limits.take(Limit::kFileWrite, caller.account.view());
}

// The record of a file that the caller's account holds.
Task<Outcome<FileRecord>> own_file(Services& services, DeviceAddress caller, FileId file) {
  const auto record = co_await services.media.find_held(file, caller.account);
  if (!record) co_return refuse_index(record.error());
  co_return *record;
}

// What was not written is no reason to refuse: the next time does.
Task<void> keep(Services& services, FileId file, FileRecord& record, uint64_t life_s, uint64_t every_s) {
  const UnixMicros until = after(services, life_s);
  if (record.expires_at.value + std::min(every_s, life_s / 2) * kMicros > until.value) co_return;
  const auto prolonged = co_await services.media.prolong(file, until);
  if (prolonged) record.expires_at = until;
}

// All of it is in the store.
Task<Outcome<wire::FileUpload>> make_whole(Services& services, FileId file, FileRecord record) {
  const auto finished = co_await services.blobs.finish(file, record.size);
  if (!finished) co_return refuse_blob(finished.error());
  const UnixMicros until = after(services, services.settings.file_life_s);
  const auto noted = co_await services.media.finish(file, until);
  if (!noted) co_return refuse_index(noted.error());
  record.expires_at = std::max(record.expires_at, until);
  co_return upload_of(file, record, record.size);
}

// How it is with a file that the caller's account holds.
Task<Outcome<wire::FileUpload>> state_of(Services& services, FileId file, FileRecord record) {
  if (record.whole) co_return upload_of(file, record, record.size);
  auto held = co_await services.blobs.held(file);
  if (!held && held.error() == StoreError::kNotFound) {
    const auto begun = co_await services.blobs.begin(file, record.size);
    if (!begun) co_return refuse_blob(begun.error());
    held = BlobStore::Held{};
  }
  if (!held) co_return refuse_blob(held.error());
  if (held->bytes > record.size) co_return refuse_damaged();
  if (held->bytes != record.size) co_return upload_of(file, record, held->bytes);
  Task<Outcome<wire::FileUpload>> whole = make_whole(services, file, record);
  co_return co_await std::move(whole);
}

Task<Outcome<wire::FileUpload>> begin(Services& services, DeviceAddress caller, FileId file, uint64_t size) {
  using Made = MediaIndex::Made;
  if (const uint32_t wait_ms = take_write(services, caller); wait_ms != 0) co_return refuse_rate(wait_ms);
  if (size == 0) co_return refuse(wire::kInvalidArgument, "Upload-Length");
  if (const uint64_t most = upload_bytes_max(services); size > most)
    co_return refuse(wire::kTooLarge, "Upload-Length: at most " + std::to_string(most) + " bytes, sealed");
  const HandlerSettings& settings = services.settings;
  const MediaIndex::Wish wish{caller.account, size, services.clock.now(), after(services, settings.upload_life_s),
                              after(services, settings.file_life_s)};
  const auto answer = co_await services.media.make(
      file, wish, {settings.file_account_bytes_max, settings.file_server_bytes_max, settings.file_uploads_max});
  if (!answer) co_return refuse_store(answer.error());
  switch (answer->made) {
    case Made::kMade:
    case Made::kThere: break;
    case Made::kTaken: co_return refuse(wire::kInvalidArgument, "id: another file has it");
    case Made::kGoing: co_return refuse(wire::kUnavailable, "id: its file is being deleted", kRetryGoingMs);
    case Made::kQuotaExceeded:
      co_return refuse(wire::kQuotaExceeded,
                       "an account's files have at most " + std::to_string(settings.file_account_bytes_max) + " bytes");
    case Made::kTooManyUploads:
      co_return refuse(wire::kRateLimited,
                       "at most " + std::to_string(settings.file_uploads_max) + " uploads that are not whole",
                       kRetryUploadsMs);
    case Made::kServerFull: co_return refuse(wire::kServerFull, "files have as many bytes as they may");
  }
  Task<Outcome<wire::FileUpload>> asking = state_of(services, file, answer->record);
  auto state = co_await std::move(asking);
  if (answer->made == Made::kThere) co_return state;
  if (!state && state.error().code == wire::kServerFull) {
    // What has no room is not to hold any of the account's.
    const auto gone = co_await services.media.let_go(file, caller.account, services.clock.now());
    if (gone && *gone) (void)co_await services.media.forget(file);
  }
  // Whoever deletes it at this very moment may have been between index and store, before there was anything to remove.
  const auto still_there = co_await services.media.find(file);
  if (!still_there && still_there.error() == StoreError::kNotFound) (void)co_await services.blobs.remove(file);
  co_return state;
}

// What is to be known before the first byte is taken.
Task<Outcome<FileRecord>> admit_part(Services& services, DeviceAddress caller, FileId file, UploadPart part) {
  if (const uint32_t wait_ms = take_write(services, caller); wait_ms != 0) co_return refuse_rate(wait_ms);
  Task<Outcome<FileRecord>> finding = own_file(services, caller, file);
  auto record = co_await std::move(finding);
  if (!record) co_return record;
  if (part.offset > record->size || part.size.value_or(0) > record->size - part.offset)
    co_return refuse(wire::kTooLarge, "beyond Upload-Length");
  if (!record->whole) {
    Task<void> keeping = keep(services, file, *record, services.settings.upload_life_s, kProlongUploadEveryS);
    co_await std::move(keeping);
  }
  co_return record;
}

Task<Outcome<wire::FileUpload>> finish_part(Services& services, FileId file, FileRecord record, uint64_t bytes) {
  if (bytes != record.size) co_return upload_of(file, record, bytes);
  Task<Outcome<wire::FileUpload>> whole = make_whole(services, file, record);
  co_return co_await std::move(whole);
}

Task<Outcome<wire::FileUpload>> state(Services& services, DeviceAddress caller, FileId file) {
  Task<Outcome<FileRecord>> finding = own_file(services, caller, file);
  const auto record = co_await std::move(finding);
  if (!record) co_return std::unexpected<Refusal>(record.error());
  Task<Outcome<wire::FileUpload>> asking = state_of(services, file, *record);
  co_return co_await std::move(asking);
}

Task<Outcome<uint64_t>> ask(Services& services, FileId file) {
  const auto found = co_await services.media.find(file);
  if (!found) co_return refuse_index(found.error());
  FileRecord record = *found;
  if (!record.whole) co_return refuse(wire::kNotFound, "not all of it is there yet");
  Task<void> keeping = keep(services, file, record, services.settings.file_life_s, kProlongEveryS);
  co_await std::move(keeping);
  co_return record.size;
}

Task<Outcome<std::unique_ptr<ByteSource>>> open(Services& services, FileId file, uint64_t first, uint64_t size) {
  auto source = co_await services.blobs.open(file, first, size);
  if (!source) co_return refuse_blob(source.error());
  co_return std::move(*source);
}

Task<Outcome<wire::Empty>> remove(Services& services, DeviceAddress caller, FileId file) {
  if (const uint32_t wait_ms = take_write(services, caller); wait_ms != 0) co_return refuse_rate(wait_ms);
  const auto gone = co_await services.media.let_go(file, caller.account, services.clock.now());
  if (!gone && gone.error() == StoreError::kNotFound) co_return wire::Empty();
  if (!gone) co_return refuse_index(gone.error());
  if (!*gone) co_return wire::Empty();
  // It is nobody's now. What fails from here on the sweep does later.
  const auto removed = co_await services.blobs.remove(file);
  if (removed) (void)co_await services.media.forget(file);
  co_return wire::Empty();
}

}  // namespace

uint64_t upload_bytes_max(const Services& services) {
  return crypto::sealed_size(services.settings.limits.file_bytes_max());
}

Task<Outcome<wire::FileUpload>> begin_upload(Services& services, DeviceAddress caller, FileId file, uint64_t size) {
  if (file.is_none()) file = services.random.id<FileId>();
  return come_back(begin(services, caller, file, size));
}

Task<Outcome<UploadProgress>> continue_upload(Services& services, DeviceAddress caller, FileId file, UploadPart part,
                                              ByteSource& body) {
  Executor* const home = Executor::current();
  Task<Outcome<FileRecord>> admitting = admit_part(services, caller, file, part);
  const auto record = co_await std::move(admitting);
  co_await enter(*home);
  if (!record) co_return std::unexpected<Refusal>(record.error());
  UploadProgress progress;
  if (record->whole) {
    // The answer to its last part was lost, and what is sent again is nothing.
    if (part.offset != record->size) co_return refuse(wire::kWrongOffset, "Upload-Offset");
    progress.upload = upload_of(file, *record, record->size);
    co_return progress;
  }
  const auto appended = co_await services.blobs.append(file, part.offset, record->size, body);
  Outcome<wire::FileUpload> upload;
  if (appended) {
    progress.broke_off = appended->broke_off;
    Task<Outcome<wire::FileUpload>> finishing = finish_part(services, file, *record, appended->bytes);
    upload = co_await std::move(finishing);
  } else if (appended.error() == StoreError::kNotFound) {
    // Made whole by another request, or not begun before a crash: whoever asks where it goes on is told.
    upload = refuse(wire::kWrongOffset, "Upload-Offset");
  } else {
    upload = refuse_blob(appended.error());
  }
  co_await enter(*home);
  if (!upload) co_return std::unexpected<Refusal>(upload.error());
  progress.upload = std::move(*upload);
  co_return progress;
}

Task<Outcome<wire::FileUpload>> upload_state(Services& services, DeviceAddress caller, FileId file) {
  return come_back(state(services, caller, file));
}

Task<Outcome<uint64_t>> ask_for_file(Services& services, FileId file) { return come_back(ask(services, file)); }

Task<Outcome<std::unique_ptr<ByteSource>>> open_file(Services& services, FileId file, uint64_t first, uint64_t size) {
  return come_back(open(services, file, first, size));
}

Task<Outcome<wire::Empty>> delete_file(Services& services, DeviceAddress caller, FileId file) {
  return come_back(remove(services, caller, file));
}

}  // namespace kith::handlers
