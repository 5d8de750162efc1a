// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/file_life.h"

#include <memory>

#include "core/sealed_file_view.h"
#include "core/testing/loopback_files.h"
#include "crypto/hash.h"
#include "sim/person.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Media;
using client_api::Message;
using client_api::Request;
using client_api::Response;

namespace {

bool is_the_one(BytesView sealed, const client_api::SealedFile& file) {
  crypto::RunningDigest digest;
  digest.add(sealed);
  return digest.finish() == file.digest();
}

// Anywhere where a message and its file may be.
bool knows_key(core::Database& database, BytesView key) {
  auto row = database.prepare(
      "SELECT EXISTS (SELECT 1 FROM messages WHERE instr(raw, ?1)) OR EXISTS (SELECT 1 FROM files WHERE key = ?1) OR "
      "EXISTS (SELECT 1 FROM outbox WHERE instr(content, ?1))");
  row.bind_blob(key);
  return row.step() && row.integer(0) != 0;
}

}  // namespace

void FileLife::attach(Seat& seat, client_api::SendMessageRequest& send) {
  if (!lives_ || !seat.device().runs() || !dice_.percent(35)) return;
  const Bytes content = FileLedger::content_of(send.text());
  client_api::Attachment& attachment = *send.mutable_attachment();
  *attachment.mutable_file() =
      core::testing::seal_file(seat.device().files(), content, static_cast<uint32_t>(dice_.below(UINT32_MAX)));
  on_.ledger.files().sends(send.text(), attachment.file());
  Media& about = *attachment.mutable_about();
  const bool is_photo = dice_.percent(60);
  about.set_kind(is_photo ? Media::kPhoto : Media::kDocument);
  about.set_mime_type(is_photo ? "image/jpeg" : "application/pdf");
  if (!is_photo) about.set_name("paper.pdf");
  about.set_view_once(is_photo && dice_.percent(40));
}

bool FileLife::deed() {
  if (!lives_ || dice_.percent(65)) return false;
  Seat& seat = person_.some_member();
  if (!seat.device().runs() || !seat.is_set_up()) return false;
  auto done = std::make_shared<bool>(false);
  list(seat, [this, &seat, done](const Messages& messages) {
    if (!messages.empty() && !std::exchange(*done, true)) act(seat, messages[dice_.below(messages.size())]);
  });
  return true;
}

void FileLife::act(Seat& seat, const Message& message) {
  if (!seat.is_set_up()) return;
  Request request;
  if (message.outgoing() && message.tick() == Message::kFailed) {
    if (dice_.percent(30)) return;
    request.mutable_retry_message()->set_id(message.id());
    return seat.device().request(std::move(request), {});
  }
  const Media::State state = message.media().state();
  const bool is_moving = state == Media::kSending || state == Media::kFetching;
  if (is_moving && dice_.percent(50)) {
    if (message.outgoing()) on_.ledger.files().gives_up(message.id());
    request.mutable_fetch_media()->set_id(message.id());
    request.mutable_fetch_media()->set_cancel(true);
  } else if (state == Media::kThere || state == Media::kBroken || is_moving) {
    request.mutable_fetch_media()->set_id(message.id());
  } else if (dice_.percent(40)) {
    return open(seat, message);
  } else if (dice_.percent(50)) {
    return send_on(seat, message);
  } else {
    request.mutable_remove_media()->set_id(message.id());
  }
  seat.device().request(std::move(request), {});
}

void FileLife::open(Seat& seat, const Message& message) {
  Request request;
  request.mutable_open_media()->set_id(message.id());
  const bool once = message.media().view_once();
  const bool known = once && on_.ledger.once().asks(seat.device().name(), message);
  seat.device().request(std::move(request),
                        [this, &device = seat.device(), message, once, known](const Response& response) {
                          if (response.has_failure()) return;
                          const client_api::OpenMediaResponse& what = response.open_media();
                          const Bytes content = core::testing::unseal_file(device.files(), what);
                          const auto broken = [this](std::string wrong) { on_.ledger.broken(std::move(wrong)); };
                          on_.ledger.files().opened(device.name(), message, what.file(), content, broken);
                          if (once) on_.ledger.once().opened(device.name(), message, known, broken);
                        });
}

void FileLife::send_on(Seat& seat, const Message& message) {
  const Person& to = *person_.peers()[dice_.below(person_.peers().size())];
  seat.send_on("on " + std::to_string(++texts_), to, message);
}

void FileLife::list(Seat& seat, std::function<void(const Messages&)> done) {
  Request conversations;
  conversations.mutable_list_conversations();
  seat.device().request(std::move(conversations), [&seat, done = std::move(done)](const Response& response) {
    for (const client_api::Conversation& each : response.list_conversations().conversations()) {
      Request request;
      request.mutable_list_media()->set_conversation(each.id());
      request.mutable_list_media()->set_limit(500);
      seat.device().request(std::move(request), [done](const Response& media) {
        done({media.list_media().messages().begin(), media.list_media().messages().end()});
      });
      // What was opened is listed as having no file any more.
      Request all;
      all.mutable_list_messages()->set_conversation(each.id());
      all.mutable_list_messages()->set_limit(500);
      seat.device().request(std::move(all), [done](const Response& messages) {
        Messages gone;
        for (const Message& message : messages.list_messages().messages()) {
          if (message.media().view_once() && message.media().opened()) gone.push_back(message);
        }
        done(gone);
      });
    }
  });
}

void FileLife::ask_for_everything(Seat& seat) {
  seat.device().ask_about_files();
  list(seat, [&seat](const Messages& messages) {
    for (const Message& message : messages) {
      if (message.media().state() == Media::kHere || message.media().state() == Media::kSending) continue;
      Request request;
      request.mutable_fetch_media()->set_id(message.id());
      seat.device().request(std::move(request), {});
    }
  });
}

void FileLife::open_everything(Seat& seat) {
  list(seat, [this, &seat](const Messages& messages) {
    for (const Message& message : messages) open(seat, message);
  });
}

void FileLife::check(Seat& seat) {
  auto all = std::make_shared<Messages>();
  list(seat, [all](const Messages& messages) { all->insert(all->end(), messages.begin(), messages.end()); });
  on_.scheduler.after(1'000'000, [this, &seat, all] {
    std::set<std::string> files;
    for (const auto& [name, bytes] : seat.device().files().whole) files.insert(name);
    for (const auto& [name, bytes] : seat.device().files().parts) files.insert(name);
    for (const Message& message : *all) {
      if (message.media().view_once()) check_once(seat, message, files);
      check_bytes(seat, message);
    }
    on_.ledger.check_files(seat.owner(), seat.device().name(), *all, {files.begin(), files.end()});
  });
}

void FileLife::check_bytes(Seat& seat, const Message& message) {
  const client_api::SealedFile* const file = on_.ledger.files().file_of(words_of(message));
  if (file == nullptr) return;
  const auto& whole = seat.device().files().whole;
  const auto there = whole.find(core::read_sealed_file(*file).name().hex());
  if (there != whole.end() && !is_the_one(there->second, *file))
    on_.ledger.broken("MEDIA-1: " + seat.device().name() + " keeps another file as that of " + words_of(message));
}

void FileLife::check_once(Seat& seat, const Message& message, std::set<std::string>& files) {
  const client_api::SealedFile* const file = on_.ledger.files().file_of(words_of(message));
  core::Database* const database = seat.device().database();
  if (file == nullptr || database == nullptr) return;  // it came with a history, and has no words
  if (!message.media().opened()) files.erase(core::read_sealed_file(*file).name().hex());
  on_.ledger.check_once(seat.device().name(), message, knows_key(*database, file->key()),
                        on_.server.disk.others.media.has(*FileId::from_hex(file->file_id())));
  if (!message.outgoing()) return;
  Request request;
  request.mutable_list_receipts()->set_message_id(message.id());
  seat.device().request(std::move(request), [this, device = seat.device().name(), message,
                                             all = seat.state().undecryptable() == 0](const Response& response) {
    on_.ledger.check_openers(device, all, message, response.list_receipts());
  });
}

}  // namespace kith::sim
