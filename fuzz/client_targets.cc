// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/contents.h"
#include "core/sealing.h"
#include "core/store/store.h"
#include "crypto/padding.h"
#include "fuzz/client_world.h"
#include "fuzz/targets.h"

namespace kith::fuzz {
namespace {

constexpr const char* kCarl = "+491700000003";

client_api::Request open_conversation(const char* handle) {
  client_api::Request request;
  request.mutable_open_conversation()->set_handle(handle);
  return request;
}

// Makes the client ask for Ben's device list.
bool ask_for_list(ClientWorld& client) {
  wire::ServerFrame frame;
  wire::Entry& entry = *frame.mutable_deliver()->add_entries();
  entry.set_position(Meeting::get().next_position);
  entry.mutable_account_changed()->set_account_id(Meeting::get().bens.account.bytes());
  entry.mutable_account_changed()->set_device_list_revision(1000);
  client.frame(frame);
  return client.skip_to("/devices");
}

}  // namespace

void server_frame(BytesView input) {
  ClientWorld client;
  int frames = 0;
  for (const BytesView part : parts(input)) {
    if (++frames > 16) break;
    client.frame(part);
    if (part.empty()) client.pass(1000);
  }
  client.pass(60'000);
  client.check_state();
}

void http_answer(BytesView input) {
  if (input.size() < 2) return;
  const auto choice = static_cast<uint8_t>(input[0]);
  static constexpr uint32_t kStatus[] = {200, 200, 200, 0, 400, 401, 403, 404, 409, 429, 500, 503};
  const uint32_t status = kStatus[static_cast<uint8_t>(input[1]) % std::size(kStatus)];
  input.remove_prefix(2);
  ClientWorld client(choice % 8 > 1);
  client_api::Request request;
  switch (choice % 8) {
    case 0:
      request.mutable_request_code()->set_server("http://server:1/");
      request.mutable_request_code()->set_handle(kCarl);
      break;
    case 1:
      request.mutable_register_()->set_server("http://server:1/");
      request.mutable_register_()->set_handle(kCarl);
      request.mutable_register_()->set_code("123456");
      request.mutable_register_()->set_name("Carl");
      break;
    case 2: request = open_conversation(kCarl); break;
    case 3: request.mutable_get_profile(); break;
    case 4: request.mutable_set_profile()->set_name("Ana"); break;
    case 5: request.mutable_set_pin()->set_pin("1234"); break;
    case 6:
    case 7: break;
  }
  if (choice % 8 == 6) {
    ask_for_list(client);
  } else if (choice % 8 == 7) {
    wire::ServerFrame low;
    low.mutable_prekeys_low()->set_remaining(1);
    client.frame(low);
  } else {
    client.request(std::move(request));
  }
  // The same bytes answer whatever comes of the first answer.
  for (int i = 0; i < 4 && client.answer(status, input); ++i) {}
  client.pass(20'000);
  if (choice % 8 > 1) client.check_state();
}

void device_list(BytesView input) {
  const Meeting& meeting = Meeting::get();
  wire::SignedDeviceList list;
  list.set_device_list(Bytes(input));
  list.set_signature(crypto::sign_device_list(meeting.bens_key, input));
  ClientWorld client;
  check(ask_for_list(client), "the client asks for the list");
  client.answer(200, list.SerializeAsString());
  client_api::Request say;
  say.mutable_send_message()->set_conversation(meeting.to_ben);
  say.mutable_send_message()->set_text("hello");
  client.request(std::move(say));
  while (client.skip_to("/prekeys")) client.answer(200, meeting.bens_bundles.SerializeAsString());
  client.pass(40'000);
  client.check_state();
}

void prekey_bundle(BytesView input) {
  const Meeting& meeting = Meeting::get();
  // The bundles are the input's; the list above them verifies, so that they are looked at.
  wire::PrekeyBundlesResponse response;
  if (!response.ParseFromArray(input.data(), static_cast<int>(input.size()))) response.Clear();
  *response.mutable_device_list() = meeting.bens_list;
  ClientWorld client;
  client.message("no message");  // the session is opened anew when a message can't be read
  client.pass(5'000);
  while (client.skip_to("/prekeys")) client.answer(200, response.SerializeAsString());
  client.pass(60'000);
  while (client.skip_to("/prekeys")) client.answer(200, input);
  client.check_state();
}

void envelope(BytesView input) {
  ClientWorld client;
  client.message(input);
  client.pass(5'000);
  while (client.skip_to("/prekeys")) client.answer(200, Meeting::get().bens_bundles.SerializeAsString());
  client.check_state();
}

void content(BytesView input) {
  Meeting& meeting = Meeting::get();
  Bytes payload;
  {
    // Ben's ratchet moves on and is put back: the transaction is never committed.
    core::Transaction transaction(*meeting.bens_database);
    core::Store store(*meeting.bens_database);
    crypto::SeededRandom random(11);
    crypto::Sessions sessions(store.signal, random);
    const auto sealed =
        core::seal(sessions, meeting.anas, core::contents::bound(Bytes(input), ClientWorld::message_id(0), 0));
    check(sealed.has_value(), "Ben has a session with Ana");
    payload = *sealed;
  }
  ClientWorld client;
  client.message(payload);
  client.pass(5'000);
  while (client.skip_to("/prekeys")) client.answer(200, meeting.bens_bundles.SerializeAsString());
  client.check_state();
}

}  // namespace kith::fuzz
