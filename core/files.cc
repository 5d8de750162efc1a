// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/files.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "core/contents.h"
#include "core/engine.h"
#include "core/media_settings.h"
#include "core/messages_view.h"
#include "core/sealed_file_view.h"
#include "core/server_time.h"

namespace kith::core {

namespace {

using client_api::Failure;
using client_api::FileFetched;

constexpr int64_t kMovingMax = 64;  // that are looked at in a turn
constexpr int64_t kPageMax = 500;
constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1'000'000;
constexpr uint64_t kUsedAgainUs = uint64_t{3600} * 1'000'000;  // so coarse is when a file was opened last
constexpr uint64_t kJustUsedUs = uint64_t{60} * 1'000'000;
constexpr uint32_t kHostFailuresMax = 5;

std::string path_of(const FileId& file) { return "/v1/files/" + file.hex(); }

constexpr const char* kTusVersion = "1.0.0";

void add_field(client_api::HttpCall& call, const char* name, std::string value) {
  client_api::HttpField& field = *call.add_fields();
  field.set_name(name);
  field.set_value(std::move(value));
}

uint64_t part_size(const FileRow& row, uint64_t offset) {
  return std::min(kFilePartBytesMax, crypto::sealed_size(row.file.size) - offset);
}

}  // namespace

Files::Files(Engine& engine) : engine_(engine), limits_(MediaSettings(engine.store.settings).limits()) {}

// ---------------------------------------------------------------- messages

std::optional<FileRow> Files::row_of(const MessageRow& message) {
  if (message.file.is_none()) return std::nullopt;
  if (auto known = engine_.store.files.find(message.file)) return known;
  const auto media = contents::media_of(message);
  if (!media) return std::nullopt;
  FileRow row;
  row.name = message.file;
  row.file = contents::sealed_file(*media);
  row.server_until = bounded_time(message.order.value + kFileLifeSeconds * 1'000'000);
  (void)engine_.store.files.add(row);
  return row;
}

bool Files::is_wanted(const MessageRow& message) {
  const auto media = contents::media_of(message);
  return media && !media->view_once() && MediaSettings(engine_.store.settings).fetches(media->kind(), media->size());
}

void Files::came(const MessageRow& message, bool fetch) {
  const auto row = row_of(message);
  if (!row) return;
  const bool is_nowhere = row->state == FileState::kGone || row->state == FileState::kBroken;
  if (is_nowhere) set_state(row->name, FileState::kThere);  // its sender has it there again
  engine_.store.files.set_server_until(row->name, bounded_time(message.order.value + kFileLifeSeconds * 1'000'000));
  if (!fetch || (row->state != FileState::kThere && !is_nowhere) || !is_wanted(message)) return;
  set_state(row->name, FileState::kFetching);
}

void Files::is_here(const MessageRow& message) {
  const auto media = contents::media_of(message);
  if (!media) return;
  FileRow row;
  row.name = message.file;
  row.file = contents::sealed_file(*media);
  row.state = FileState::kHere;
  row.used = engine_.clock.now();
  (void)engine_.store.files.add(row);
}

bool Files::send(const MessageRow& message) {
  const auto row = row_of(message);
  if (!row) return true;
  if (was_sent(row->name) && row->server_until.value > engine_.connection.server_now().value + kDayUs) return true;
  if (!row->is_moving())
    set_state(row->name, row->state == FileState::kHere ? FileState::kSending : FileState::kFetching);
  look_ = true;
  return false;
}

bool Files::was_sent(const FileName& name) {
  const auto notes = engine_.store.conversations.with(engine_.registration->account);
  return std::ranges::any_of(engine_.store.messages.with_file(name), [&notes](const MessageRow& each) {
    return each.outgoing && each.tick != Tick::kPending && each.tick != Tick::kFailed && each.conversation != notes;
  });
}

void Files::viewed(const MessageRow& message) {
  const auto row = row_of(message);
  const auto media = contents::media_of(message);
  if (!row || !media) return;
  engine_.store.messages.strip_file(message.id, contents::opened(*media));
  engine_.changes.message_changed(message.id, message.conversation);
  if (!is_needed(row->name)) let_go(row->name, message.outgoing && row->server_until.value != 0);
}

void Files::let_go(const FileName& name, bool from_server) {
  end_job(name);
  if (from_server) {
    engine_.store.files.set_state(name, FileState::kDeleting);
  } else {
    engine_.store.files.remove(name);
  }
  look_ = true;
}

void Files::remove_unneeded(const FileName& name) {
  if (!is_needed(name)) remove_file(name);
}

bool Files::is_needed(const FileName& name) {
  return !engine_.store.messages.with_file(name).empty() || engine_.store.profiles.has_photo(name) ||
         !engine_.store.groups.with_photo(name).empty() || engine_.is_awaited_photo(name);
}

void Files::gone(const MessageRow& message, bool for_all) {
  const auto row = message.file.is_none() ? std::nullopt : engine_.store.files.find(message.file);
  if (!row || is_needed(row->name)) return;
  let_go(row->name, for_all && message.outgoing && row->server_until.value != 0);
  remove_file(row->name);
}

void Files::send_photo(const crypto::SealedFile& file) {
  FileRow row;
  row.name = file.name();
  row.file = file;
  row.used = engine_.clock.now();
  (void)engine_.store.files.add(row);
  set_state(row.name, FileState::kSending);
}

void Files::want_photo(const crypto::SealedFile& file) {
  FileRow row;
  row.name = file.name();
  row.file = file;
  row.server_until = bounded_time(engine_.connection.server_now().value + kFileLifeSeconds * 1'000'000);
  (void)engine_.store.files.add(row);
  const auto known = engine_.store.files.find(row.name);
  if (known && !known->is_moving() && known->state != FileState::kHere) set_state(row.name, FileState::kFetching);
}

void Files::drop_photo(const FileName& name, bool is_own) {
  if (name.is_none() || !engine_.store.files.find(name) || is_needed(name)) return;
  let_go(name, is_own);
  remove_file(name);
}

std::vector<MessageRow> Files::waiting(const FileName& name) {
  std::vector<MessageRow> found = engine_.store.messages.with_file(name);
  std::erase_if(found, [](const MessageRow& each) { return !each.outgoing || each.tick != Tick::kPending; });
  return found;
}

void Files::tell(const FileName& name) {
  for (const MessageRow& message : engine_.store.messages.with_file(name))
    engine_.changes.message_changed(message.id, message.conversation);
  engine_.photo_moved(name);
}

void Files::set_state(const FileName& name, FileState state) {
  engine_.store.files.set_state(name, state);
  tell(name);
  look_ = true;
}

void Files::fail(const FileRow& row, FailureReason why) {
  end_job(row.name);
  fail_waiting(row.name, why);
  set_state(row.name, why == FailureReason::kFileMissing ? FileState::kGone : FileState::kHere);
  engine_.photo_failed(row.name, why);
}

void Files::fail_waiting(const FileName& name, FailureReason why) {
  for (const MessageRow& message : waiting(name)) (void)engine_.store.messages.fail(message.id, why);
}

void Files::lost(const FileName& name, FileState state) {
  end_job(name);
  fail_waiting(name, FailureReason::kFileMissing);
  set_state(name, state);
}

// ---------------------------------------------------------------- jobs

Files::Job& Files::job_of(const FileName& name) { return jobs_.try_emplace(name, engine_.timers).first->second; }

std::optional<FileName> Files::with_call(uint32_t call) const {
  for (const auto& [name, job] : jobs_) {
    if (job.active && job.call == call) return name;
  }
  return std::nullopt;
}

void Files::end_job(const FileName& name) {
  const auto found = jobs_.find(name);
  if (found == jobs_.end()) return;
  if (found->second.active && found->second.call != 0)
    engine_.output.add().mutable_http_cancel()->set_call(found->second.call);
  jobs_.erase(found);
  look_ = true;
}

void Files::await_host(const FileName& name, Job& job) {
  job.timer.set(engine_.in_ms(kPatienceMs), [this, name] {
    engine_.output.add().mutable_http_cancel()->set_call(job_of(name).call);
    pause(name, Failure::kOffline);
  });
}

void Files::pause(const FileName& name, Failure::Code trouble, uint64_t at_least_ms) {
  Job& job = job_of(name);
  job.active = false;
  job.call = 0;
  const uint64_t wait = std::min(kPauseMaxMs, kPauseMinMs << std::min<uint32_t>(job.failures, 16));
  ++job.failures;
  job.timer.set(engine_.in_ms(std::max(wait, at_least_ms)), [this] { look_ = true; });
  if (engine_.store.files.set_trouble(name, trouble)) tell(name);
}

void Files::pump() {
  if (!std::exchange(look_, false)) return;
  unsent_ = 0;
  const bool ready = engine_.connection.ready();
  for (const FileState state : {FileState::kSending, FileState::kFetching, FileState::kDeleting}) {
    const std::vector<FileRow> rows = engine_.store.files.moving(state, kMovingMax);
    const auto is_active = [this](const FileRow& row) { return jobs_.contains(row.name) && job_of(row.name).active; };
    auto active = static_cast<size_t>(std::ranges::count_if(rows, is_active));
    for (const FileRow& row : rows) {
      if (state != FileState::kDeleting) unsent_ += static_cast<uint32_t>(waiting(row.name).size());
      if (!ready || active >= kAtOnce || is_active(row) || job_of(row.name).timer.is_set()) continue;
      start(row);
      ++active;
    }
  }
}

void Files::start(const FileRow& row) {
  Job& job = job_of(row.name);
  job.active = true;
  job.call = 0;
  job.timer.cancel();
  switch (row.state) {
    case FileState::kSending: return make_room(row);
    case FileState::kDeleting: return remove_from_server(row);
    default: return fetch(row, job);
  }
}

// ---------------------------------------------------------------- to the server

void Files::remove_from_server(const FileRow& row) {
  engine_.http.call("DELETE", path_of(row.file.id), "",
                    [this, name = row.name](const HttpReply& reply) {
                      if (!jobs_.contains(name)) return;
                      if (reply.is_temporary() || reply.status == 401) return pause(name, Failure::kServer);
                      end_job(name);
                      engine_.store.files.remove(name);
                    },
                    {{"Tus-Resumable", kTusVersion}});
}

void Files::make_room(const FileRow& row) {
  engine_.http.call("POST", "/v1/files", "", [this, name = row.name](const HttpReply& reply) { on_room(name, reply); },
                    {{"Tus-Resumable", kTusVersion},
                     {"Upload-Length", std::to_string(crypto::sealed_size(row.file.size))},
                     {"Upload-Metadata", "id " + to_base64(row.file.id.view())}});
}

void Files::on_room(const FileName& name, const HttpReply& reply) {
  const auto found = jobs_.find(name);
  const auto row = engine_.store.files.find(name);
  if (found == jobs_.end() || !found->second.active || found->second.call != 0 || !row) return;
  Job& job = found->second;
  const auto room = reply.parse<wire::FileUpload>();
  if (!room) return upload_refused(name, reply);
  job.offset = std::min(room->offset(), crypto::sealed_size(row->file.size));
  if (engine_.store.files.set_trouble(name, 0)) tell(name);
  send_part(*row, job);
}

void Files::send_part(const FileRow& row, Job& job) {
  if (job.offset >= crypto::sealed_size(row.file.size)) return uploaded(row);
  job.call = engine_.http.next_call();
  client_api::HttpCall& call = *engine_.output.add().mutable_http_call();
  call.set_call(job.call);
  call.set_method("PATCH");
  call.set_url(engine_.registration->server + path_of(row.file.id));
  call.set_bearer(to_base64url(engine_.registration->token));
  add_field(call, "Tus-Resumable", kTusVersion);
  add_field(call, "Upload-Offset", std::to_string(job.offset));
  add_field(call, "Content-Type", "application/offset+octet-stream");
  call.set_body_file(row.name.hex());
  call.set_body_offset(job.offset);
  call.set_body_size(part_size(row, job.offset));
  await_host(row.name, job);
}

bool Files::on_response(const client_api::HttpResponse& response) {
  const auto name = with_call(response.call());
  if (!name || response.call() == 0) return false;
  Job& job = job_of(*name);
  const auto row = engine_.store.files.find(*name);
  const HttpReply reply = HttpCalls::reply_of(response);
  job.timer.cancel();
  job.call = 0;
  if (!row) {
    end_job(*name);
  } else if (!reply.ok()) {
    upload_refused(*name, reply);
  } else {
    job.failures = 0;
    job.offset += part_size(*row, job.offset);
    engine_.store.files.set_done(*name, job.offset);
    send_part(*row, job);
  }
  return true;
}

void Files::uploaded(const FileRow& row) {
  const uint64_t now = engine_.connection.server_now().value;
  engine_.store.files.set_server_until(row.name, bounded_time(now + kFileLifeSeconds * 1'000'000));
  end_job(row.name);
  set_state(row.name, FileState::kHere);
  engine_.photo_is_there(row.name);
  const std::vector<MessageRow> messages = waiting(row.name);
  for (const MessageRow& message : messages) engine_.file_is_there(message);
  // One that was to be a photo when this device was killed, and is nobody's.
  if (!is_needed(row.name)) return drop_photo(row.name, true);
  const auto media = messages.empty() ? std::nullopt : contents::media_of(messages.front());
  if (media && media->view_once()) remove_from_here(*engine_.store.files.find(row.name));  // nor can its sender open it
}

void Files::upload_refused(const FileName& name, const HttpReply& reply) {
  const auto row = engine_.store.files.find(name);
  if (!row) return end_job(name);
  const wire::ApiError error = reply.error();
  switch (error.code()) {
    case wire::kTooLarge: return fail(*row, FailureReason::kFileTooLarge);
    case wire::kQuotaExceeded: return fail(*row, FailureReason::kQuotaExceeded);
    case wire::kServerFull: return pause(name, Failure::kServerFull, error.retry_after_ms());
    // It goes on where the server says.
    case wire::kWrongOffset:
    case wire::kNotFound: return pause(name, Failure::kUnspecified, error.retry_after_ms());
    default: break;
  }
  if (reply.status == 413) return fail(*row, FailureReason::kFileTooLarge);  // a proxy's word
  if (reply.is_temporary() || reply.status == 401)
    return pause(name, reply.status == 0 ? Failure::kOffline : Failure::kServer, error.retry_after_ms());
  fail(*row, FailureReason::kRefused);
}

// ---------------------------------------------------------------- from the server

void Files::fetch(const FileRow& row, Job& job) {
  job.call = engine_.http.next_call();
  client_api::FetchFile& fetch = *engine_.output.add().mutable_fetch_file();
  fetch.set_call(job.call);
  fetch.set_url(engine_.registration->server + path_of(row.file.id));
  fetch.set_bearer(to_base64url(engine_.registration->token));
  fetch.set_file(row.name.hex());
  fetch.set_size(crypto::sealed_size(row.file.size));
  fetch.set_digest(row.file.digest);
  await_host(row.name, job);
}

void Files::on_progress(const client_api::HttpProgress& progress) {
  const auto name = with_call(progress.call());
  if (!name || progress.call() == 0) {
    engine_.output.add().mutable_http_cancel()->set_call(progress.call());
    return;
  }
  Job& job = job_of(*name);
  const auto row = engine_.store.files.find(*name);
  if (!row) return end_job(*name);
  await_host(*name, job);
  const uint64_t done = std::min(job.offset + progress.done(), row->file.size);
  for (const MessageRow& message : engine_.store.messages.with_file(*name))
    engine_.changes.media_progress(message, done, row->file.size);
}

void Files::on_fetched(const FileFetched& fetched) {
  const auto name = with_call(fetched.call());
  const auto row = name ? engine_.store.files.find(*name) : std::nullopt;
  if (!row || fetched.call() == 0) return;
  Job& job = job_of(*name);
  job.timer.cancel();
  job.call = 0;
  switch (fetched.outcome()) {
    case FileFetched::kWhole:
      end_job(*name);
      engine_.store.files.set_used(*name, engine_.clock.now());
      set_state(*name, waiting(*name).empty() ? FileState::kHere : FileState::kSending);
      return make_space();
    case FileFetched::kMissing: return fail(*row, FailureReason::kFileMissing);
    case FileFetched::kOtherFile: return lost(*name, FileState::kBroken);
    case FileFetched::kRefused:
      if (fetched.status() != 404 && fetched.status() != 410) return pause(*name, Failure::kServer);
      return lost(*name, FileState::kGone);
    case FileFetched::kNoRoom: return pause(*name, Failure::kDiskFull);
    case FileFetched::kFailed:
      if (job.failures < kHostFailuresMax) return pause(*name, Failure::kStorage);
      return lost(*name, FileState::kThere);
    default: return pause(*name, Failure::kOffline);
  }
}

void Files::on_found(const client_api::FilesFound& found) {
  for (const std::string& text : found.files()) {
    const auto name = FileName::from_hex(text);
    const auto row = name ? engine_.store.files.find(*name) : std::nullopt;
    const bool is_needed = row && (row->is_moving() || row->state == FileState::kHere);
    if (!is_needed) engine_.output.add().mutable_remove_file()->set_file(text);
  }
}

// ---------------------------------------------------------------- what is kept

void Files::remove_file(const FileName& name) { engine_.output.add().mutable_remove_file()->set_file(name.hex()); }

void Files::remove_from_here(const FileRow& row) {
  remove_file(row.name);
  const bool is_there = row.server_until > engine_.connection.server_now();
  set_state(row.name, is_there ? FileState::kThere : FileState::kGone);
}

void Files::make_space() {
  const auto most = MediaSettings(engine_.store.settings).kept_files_max();
  for (uint64_t here = engine_.store.files.bytes_here(); here > most;) {
    const auto least = engine_.store.files.least_used(engine_.connection.server_now());
    if (!least || least->used.value + kJustUsedUs > engine_.clock.now().value) return;
    remove_from_here(*least);
    here -= std::min(here, least->file.size);
  }
}

void Files::remove_all(std::vector<client_api::Action>& actions) {
  FileName last;
  for (auto names = engine_.store.files.names(last, kPageMax); !names.empty();
       names = engine_.store.files.names(last, kPageMax)) {
    for (const FileName& name : names) actions.emplace_back().mutable_remove_file()->set_file(name.hex());
    last = names.back();
  }
}

void Files::connected(const wire::Limits& limits) {
  MediaSettings settings(engine_.store.settings);
  settings.hear(limits);
  limits_ = settings.limits();
  // Whatever waits to be tried again is tried now.
  std::erase_if(jobs_, [](const auto& each) { return !each.second.active; });
  look_ = true;
}

// ---------------------------------------------------------------- requests

Result<MessageRow, Refusal> Files::message_of(const std::string& id) {
  const auto known = MessageId::from_hex(id);
  if (!known) return Refuse(Failure::kInvalidArgument, "id: must be 32 hexadecimal digits");
  auto message = engine_.store.messages.find(*known);
  if (!message) return Refuse(Failure::kNoSuchMessage, "id");
  if (contents::was_opened(*message)) return Refuse(Failure::kFileGone, "id");
  if (message->file.is_none()) return Refuse(Failure::kInvalidArgument, "id: is of a message without a file");
  return std::move(*message);
}

void Files::fetch_media(uint32_t request, const client_api::FetchMediaRequest& what) {
  const auto message = message_of(what.id());
  if (!message) return engine_.output.fail(request, message.error().code, message.error().detail);
  if (const auto row = row_of(*message)) {
    if (!what.cancel()) {
      if (!row->is_moving() && row->state != FileState::kHere) set_state(row->name, FileState::kFetching);
      if (row->state == FileState::kFetching) end_job(row->name);  // at once
    } else if (row->is_moving()) {
      const bool waited = message->outgoing && message->tick == Tick::kPending;
      if (waited) {
        (void)engine_.store.messages.fail(message->id, FailureReason::kCancelled);
        engine_.changes.message_changed(message->id, message->conversation);
      }
      const bool is_fetched = row->state == FileState::kFetching;
      if ((is_fetched || waited) && waiting(row->name).empty()) {
        end_job(row->name);
        set_state(row->name, is_fetched ? FileState::kThere : FileState::kHere);
      }
      look_ = true;
    }
  }
  const auto now = engine_.store.messages.find(message->id);
  if (!now) return;  // the database failed: the commit answers
  client_api::Response response;
  response.set_id(request);
  *response.mutable_fetch_media() = MessagesView(engine_.store).build(*now);
  engine_.output.respond(std::move(response));
}

Result<client_api::OpenMediaResponse, Refusal> Files::open_media(const client_api::OpenMediaRequest& what) {
  const auto message = message_of(what.id());
  if (!message) return Fail(message.error());
  const auto row = row_of(*message);
  const auto media = contents::media_of(*message);
  if (!row || !media || row->state == FileState::kGone) return Refuse(Failure::kFileGone, "id");
  const uint64_t now_us = engine_.connection.server_now().value;
  const bool is_over = message->order.value + contents::kViewOnceUs < now_us;
  if (media->view_once() && (message->outgoing || is_over)) return Refuse(Failure::kFileGone, "id");
  const bool is_here = row->state == FileState::kHere || row->state == FileState::kSending;
  const bool can_come = row->state == FileState::kThere || row->state == FileState::kFetching;
  if (!is_here && (!can_come || !what.coming() || media->view_once())) return Refuse(Failure::kNoSuchFile, "id");
  const UnixMicros now = engine_.clock.now();
  if (now.value > row->used.value + kUsedAgainUs) engine_.store.files.set_used(row->name, now);
  client_api::OpenMediaResponse response;
  response.set_file(row->name.hex());
  *response.mutable_sealed() = shown(row->file);
  response.set_mime_type(media->mime_type());
  response.set_name(shown_file_name(media->name()));
  if (!is_here) {
    response.set_url(engine_.registration->server + path_of(row->file.id));
    response.set_bearer(to_base64url(engine_.registration->token));
    bring(*row);
  }
  if (media->view_once()) engine_.is_viewed(*message);
  return response;
}

void Files::bring(const FileRow& row) {
  const auto job = jobs_.find(row.name);
  if (job != jobs_.end() && !job->second.active) end_job(row.name);  // it doesn't wait any longer
  if (row.state == FileState::kThere) set_state(row.name, FileState::kFetching);
}

void Files::remove_media(uint32_t request, const client_api::RemoveMediaRequest& what) {
  const auto done = [&] { engine_.output.done(request, &client_api::Response::mutable_remove_media); };
  const auto remove = [this](const MessageRow& message) {
    const auto row = row_of(message);
    if (row && row->state == FileState::kHere) remove_from_here(*row);
  };
  if (what.conversation().empty()) {
    const auto message = message_of(what.id());
    if (!message) return engine_.output.fail(request, message.error().code, message.error().detail);
    remove(*message);
    return done();
  }
  const auto conversation = ConversationId::from_hex(what.conversation());
  if (!conversation || !what.id().empty())
    return engine_.output.fail(request, Failure::kInvalidArgument, "conversation, or id");
  if (!engine_.store.conversations.find(*conversation))
    return engine_.output.fail(request, Failure::kNoSuchConversation, "conversation");
  std::optional<MessageCursor> cursor;
  for (bool more = true; more;) {
    const MessagePage page = engine_.store.messages.with_files(*conversation, cursor, kPageMax);
    for (const MessageRow& message : page.messages) remove(message);
    more = page.more && !page.messages.empty();
    if (more) cursor = MessageCursor{page.messages.back().order, page.messages.back().id};
  }
  done();
}

}  // namespace kith::core
