// SPDX-License-Identifier: AGPL-3.0-or-later

// The files of messages on their way: from this device to the server, and from the server here. Their bytes pass
// between the server and the host's files (proto/client_api/host.proto); this says which, and what became of them.
//
//   to be sent      kSending ── made room ──▶ parts of kFilePartBytesMax ──▶ kHere: its messages go to the outbox
//   to be fetched   kFetching ── FetchFile ──▶ kHere
//
// Both are rows of the database (files_table.h), and nothing else has to survive: how far an upload is the server says
// when it is asked for room again, how far a download is the host sees. What breaks off goes on by itself, after 1 s
// to 5 min, doubling, and at each new connection.
//
// A message whose file is not on the server yet is shown, kPending, and in no lane of the outbox: nothing waits behind
// it (MEDIA-5). It goes there when the file is whole on the server. A file whose time there is not over is not sent
// again.
//
// What is fetched without being asked for, and how much is kept, say the settings (media_settings.h); not what comes
// with a history. Beyond that what the server still has and nobody has opened for the longest time goes.
//
// Security: what is said of a file is its sender's word (MEDIA-6), and names it (crypto::SealedFile::name): nobody can
//           put another file in its place, the server neither, for the host holds it against the digest.
// Limits:   kAtOnce transfers either way. Whom the host does not hear from for kPatienceMs is given up.
// Source:   MEDIA-1, MEDIA-5 to MEDIA-7 in docs/protocol.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "client_api/host.pb.h"
#include "core/refusal.h"
#include "core/store/files_table.h"
#include "core/store/messages_table.h"
#include "core/timers.h"
#include "wire/frames.pb.h"

namespace kith::core {

struct Engine;
struct HttpReply;

class Files {
 public:
  static constexpr size_t kAtOnce = 3;
  static constexpr uint64_t kPatienceMs = 60'000;
  static constexpr uint64_t kPauseMinMs = 1000;
  static constexpr uint64_t kPauseMaxMs = 300'000;

  explicit Files(Engine& engine);

  // ---- messages
  // The message is there now, with a file or without. `fetch`: it may be fetched at once.
  void came(const MessageRow& message, bool fetch);
  // The host has sealed the message's file on this device.
  void is_here(const MessageRow& message);
  // The message is to be sent, and its file before it. True: the server keeps the file for this account, and nothing
  // has to be waited for; or it has none. One that is not on this device, as of what is forwarded, is fetched first
  // (FORWARD-2).
  bool send(const MessageRow& message);
  // Its file was opened, which was to be viewed once: the message has none any more, and nor does the server if it is
  // one's own.
  void viewed(const MessageRow& message);
  // Removes what is on this device of a file that nobody needs any more.
  void remove_unneeded(const FileName& name);
  // It is no more, or has no file any more; `for_all`: for nobody, so that the server need not have one's own.
  void gone(const MessageRow& message, bool for_all = false);

  // ---- photos of profiles (profile_photos.h) and groups (group_photos.h), each the file of their rows
  // The host has sealed it, and it goes to the server.
  void send_photo(const crypto::SealedFile& file);
  // It is to be on this device.
  void want_photo(const crypto::SealedFile& file);
  // It is theirs no more, and goes if nobody else has it; one's own also from the server. Nothing for none.
  void drop_photo(const FileName& name, bool is_own);

  // ---- requests
  void fetch_media(uint32_t request, const client_api::FetchMediaRequest& what);
  Result<client_api::OpenMediaResponse, Refusal> open_media(const client_api::OpenMediaRequest& what);
  void remove_media(uint32_t request, const client_api::RemoveMediaRequest& what);

  // ---- from the host
  // False: the call is none of a file's.
  bool on_response(const client_api::HttpResponse& response);
  void on_progress(const client_api::HttpProgress& progress);
  void on_fetched(const client_api::FileFetched& fetched);
  void on_found(const client_api::FilesFound& found);

  void look_again() { look_ = true; }
  // The server has said what it takes.
  void connected(const wire::Limits& limits);
  [[nodiscard]] const client_api::MediaLimits& limits() const { return limits_; }
  // Less may be kept than before.
  void make_space();
  void pump();
  // Messages that wait for their files.
  [[nodiscard]] uint32_t unsent_messages() const { return unsent_; }
  // Of a device that is none any more.
  void remove_all(std::vector<client_api::Action>& actions);

 private:
  // One that is under way, or waits to be tried again.
  struct Job {
    explicit Job(Timers& timers) : timer(timers) {}
    uint32_t call = 0;  // 0: it waits, or the server is asked for room
    bool active = false;
    uint64_t offset = 0;  // of an upload: what the server has
    uint32_t failures = 0;
    Timer timer;  // of its patience while it is active, else of its pause
  };

  void start(const FileRow& row);
  void make_room(const FileRow& row);
  void on_room(const FileName& name, const HttpReply& reply);
  void send_part(const FileRow& row, Job& job);
  void uploaded(const FileRow& row);
  // Nobody needs it: its row goes, and with `from_server` what the server has.
  void let_go(const FileName& name, bool from_server);
  void remove_from_server(const FileRow& row);
  void fetch(const FileRow& row, Job& job);
  // Somebody wants it now.
  void bring(const FileRow& row);
  void await_host(const FileName& name, Job& job);
  // It is tried again later.
  void pause(const FileName& name, client_api::Failure::Code trouble, uint64_t at_least_ms = 0);
  // What the server has answered to an upload. Whether it is over, or paused.
  void upload_refused(const FileName& name, const HttpReply& reply);
  // Every message that waits for it fails.
  void fail(const FileRow& row, FailureReason why);
  void fail_waiting(const FileName& name, FailureReason why);
  // It does not come.
  void lost(const FileName& name, FileState state);
  void set_state(const FileName& name, FileState state);
  void tell(const FileName& name);
  void end_job(const FileName& name);
  std::optional<FileName> with_call(uint32_t call) const;
  Job& job_of(const FileName& name);
  // As the database has it; one that damage has taken is made of the message again.
  std::optional<FileRow> row_of(const MessageRow& message);
  // By a message, or as the photo of a profile or a group.
  [[nodiscard]] bool is_needed(const FileName& name);
  // Whether this account has sent it to somebody.
  [[nodiscard]] bool was_sent(const FileName& name);
  [[nodiscard]] bool is_wanted(const MessageRow& message);
  [[nodiscard]] std::vector<MessageRow> waiting(const FileName& name);
  void remove_file(const FileName& name);
  void remove_from_here(const FileRow& row);
  Result<MessageRow, Refusal> message_of(const std::string& id);

  Engine& engine_;
  std::map<FileName, Job> jobs_;
  client_api::MediaLimits limits_;  // as in the database: they are told with each change of state
  bool look_ = true;
  uint32_t unsent_ = 0;  // as of the last pump()
};

}  // namespace kith::core
