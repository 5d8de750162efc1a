// SPDX-License-Identifier: AGPL-3.0-or-later

// Writes the seeds: make_fuzz_corpus DIRECTORY makes DIRECTORY/TARGET/NAME. Small and few: one valid input of each
// shape, for the fuzzer to change.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "content/content.pb.h"
#include "core/contents.h"
#include "core/group_link.h"
#include "core/store/store.h"
#include "fuzz/client_world.h"
#include "fuzz/server_world.h"
#include "fuzz/targets.h"
#include "server/handlers/testing/test_device.h"
#include "server/node/config.h"
#include "wire/testing/group_changes.h"
#include "wire/websocket.h"

namespace kith::fuzz {
namespace {

std::filesystem::path root;

void seed(const char* target, const char* name, BytesView bytes) {
  std::filesystem::create_directories(root / target);
  std::ofstream(root / target / name, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}
template <class Message>
void seed_parts(const char* target, const char* name, std::initializer_list<Message> frames) {
  Bytes bytes;
  for (const Message& frame : frames) append_part(bytes, frame.SerializeAsString());
  seed(target, name, bytes);
}

void websocket_seeds() {
  const auto masked = [](wire::Opcode opcode, Bytes payload) {
    const uint8_t key[4] = {1, 2, 3, 4};
    Bytes frame;
    wire::append_frame_header(frame, opcode, payload.size(), key);
    wire::apply_mask(payload, key);
    return frame + payload;
  };
  const Bytes server("\x08", 1);  // masked, binary only, pieces of 3 bytes
  const Bytes text("\x0A", 1);    // with text
  const Bytes client("\x0B", 1);  // unmasked
  seed("websocket", "binary", server + masked(wire::Opcode::kBinary, "hello") + masked(wire::Opcode::kPing, "p"));
  seed("websocket", "longer",
       server + masked(wire::Opcode::kBinary, Bytes(200, 'x')) + masked(wire::Opcode::kPong, ""));
  seed("websocket", "close", server + masked(wire::Opcode::kClose, Bytes("\x03\xE8", 2) + "bye"));
  Bytes first = masked(wire::Opcode::kText, "caf\xC3");
  first[0] = static_cast<char>(first[0] & 0x7F);
  seed("websocket", "fragments",
       text + first + masked(wire::Opcode::kPing, "") + masked(wire::Opcode::kContinuation, "\xA9"));
  Bytes unmasked = client;
  wire::append_frame(unmasked, wire::Opcode::kText, "from a server");
  wire::append_close(unmasked, wire::CloseCode::kGoingAway, "away");
  seed("websocket", "unmasked", unmasked);
}

void http_seeds() {
  const std::string piece = "\x40";
  const std::string bearer = to_base64url(testing::HandlersWorld::token_of(ServerWorld::ana()));
  seed("http_request", "get",
       piece +
           "GET /healthz HTTP/1.1\r\nHost: kith\r\n\r\nGET /v1/profile HTTP/1.1\r\nHost: kith\r\nAuthorization: "
           "Bearer " +
           bearer + "\r\n\r\n");
  seed("http_request", "chunked",
       piece +
           "POST /v1/registration/code HTTP/1.1\r\nHost: kith\r\nContent-Type: application/json\r\nTransfer-Encoding: "
           "chunked\r\n\r\n"
           "27\r\n{\"handle\":{\"phone\":\"+4915112345678\"}}  \r\n0\r\n\r\n");
  seed("http_request", "body",
       piece +
           "POST /v1/accounts/lookup HTTP/1.1\r\nHost: kith\r\nExpect: 100-continue\r\nContent-Type: "
           "application/json\r\nAuthorization: Bearer " +
           bearer + "\r\nContent-Length: 40\r\n\r\n{\"handles\":[{\"phone\":\"+491701000001\"}]} ");
  seed("http_request", "upgrade",
       piece +
           "GET /v1/socket HTTP/1.1\r\nHost: kith\r\nUpgrade: websocket\r\nConnection: keep-alive, "
           "Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: kith.v1\r\n\r\nrest");
  seed("http_request", "metrics",
       piece +
           "GET /metrics HTTP/1.0\r\nX-Forwarded-For: 127.0.0.1\r\n\r\nOPTIONS /v1/keys HTTP/1.1\r\nHost: a\r\n\r\n");
}

void file_seeds() {
  const Bytes id(16, 'f');
  const Bytes path = "/" + to_hex(id);
  const Bytes made = "POST\t\t10\tfilename eA==,id ZmZmZmZmZmZmZmZmZmZmZg==\n";
  seed("file_calls", "upload",
       made + "PATCH\t" + path + "\t\t\t0\t\t01234\nHEAD\t" + path + "\nPATCH\t" + path + "\t\t\t5\t\t56789\nGET\t" +
           path + "\t\t\t\tbytes=2-5\n");
  seed("file_calls", "delete", made + "DELETE\t" + path + "\nGET\t" + path + "\n");
  seed("file_calls", "own_id", "POST\t\t104857600\nGET\t/Zm9v\n");
}

void api_seeds() {
  const auto route = [](int index, bool json) { return Bytes(1, static_cast<char>(index | (json ? 16 : 0))); };
  testing::HandlersWorld world;
  testing::TestDevice device(world, "+491511234567");
  if (!device.register_number()) std::fprintf(stderr, "the test device was not registered\n");
  wire::CodeRequest code;
  code.mutable_handle()->set_phone("+491511234567");
  seed("api_body", "code", route(0, false) + code.SerializeAsString());
  seed("api_body", "code_json", route(0, true) + R"({"handle":{"phone":"+491511234567"}})");
  seed(
      "api_body", "register_json",
      route(1, true) +
          R"({"handle":{"phone":"+491511234567"},"code":"123456","pin":"1234","requestId":"MDEyMzQ1Njc4OWFiY2RlZg=="})");
  seed("api_body", "keys", route(2, false) + device.keys(2).SerializeAsString());
  seed("api_body", "lookup_json",
       route(3, true) + R"({"handles":[{"phone":"+491701000001"},{"email":"a@b.org"},{"username":"ana"}]})");
  wire::PrekeyBundlesRequest bundles;
  bundles.add_device_ids(1);
  bundles.add_device_ids(2);
  seed("api_body", "prekeys", route(4, false) + bundles.SerializeAsString());
  seed("api_body", "profile_json", route(5, true) + R"({"name":"Ana","about":"Hello"})");
  wire::Privacy privacy;
  privacy.set_last_seen(wire::Privacy::kContacts);
  privacy.set_replace_contacts(true);
  privacy.add_contacts(ServerWorld::ben().account.bytes());
  privacy.set_replace_blocked(true);
  privacy.add_blocked(ServerWorld::ben().account.bytes());
  seed("api_body", "privacy", route(6, false) + privacy.SerializeAsString());
  wire::SignedGroupChange change;
  change.set_change(
      testing::FollowedGroup{*GroupId::from_bytes(Bytes(16, 'g'))}.creating(ServerWorld::ana()).SerializeAsString());
  change.set_signature(Bytes(64, 's'));
  change.set_state_digest(Bytes(32, 'd'));
  seed("api_body", "group", route(9, false) + change.SerializeAsString());
  seed("api_body", "group_read", route(10, false) + wire::ReadGroupRequest().SerializeAsString());
  seed("api_body", "group_read_json", route(10, true) + R"({"afterRevision":"1","linkSignature":"c3M="})");
  wire::LinkMessage link;
  link.set_slot(1);
  link.set_payload("commitment");
  seed("api_body", "new_device", route(8, false));
  seed("api_body", "link", route(7, false) + link.SerializeAsString());
  seed("api_body", "link_json", route(7, true) + R"({"slot":8,"payload":"ZG9uZQ=="})");
}

// Of Ana and Ben, with what each kind of change needs before it.
std::vector<wire::GroupChange> group_life(testing::FollowedGroup group) {
  const DeviceAddress ana = ServerWorld::ana(), ben = ServerWorld::ben();
  const AccountId cleo = *AccountId::from_bytes(Bytes(16, 'c'));
  std::vector<wire::GroupChange> changes;
  const auto take = [&](wire::GroupChange change) {
    auto after = apply_change(group.state, change);
    if (!after) std::fprintf(stderr, "a change of the seeds was not taken\n");
    if (after) group.state = std::move(*after);
    changes.push_back(std::move(change));
  };
  take(group.creating(ana, {ben.account}));
  take(group.linking(ana, Bytes(32, 'k'), true, 1'900'000'000'000'000));
  take(group.joining(cleo));
  take(group.answering(ana, {cleo}));
  take(group.naming(ana, "sealed"));
  take(group.permitting(ana, true, true, true));
  take(group.giving(ana, ben.account, wire::kGroupAdmin));
  take(group.removing(ben, {cleo}));
  take(group.adding(ben, {cleo}));
  take(group.unlinking(ana));
  take(group.leaving(ana));
  take(group.leaving(ben));
  take(group.leaving(cleo));
  return changes;
}

void group_seeds() {
  testing::FollowedGroup group{*GroupId::from_bytes(Bytes(16, 'g'))};
  const std::vector<wire::GroupChange> life = group_life(group);
  Bytes all, first;
  for (const wire::GroupChange& change : life) append_part(all, change.SerializeAsString());
  seed("group_changes", "life", all);
  for (size_t i = 0; i < 3; ++i) {
    append_part(first, life[i].SerializeAsString());
    group.state = *apply_change(group.state, life[i]);
  }
  append_part(first, group_state_bytes(*group.state));
  seed("group_changes", "state", first);
  Bytes announcements;
  wire::GroupChange makes = testing::FollowedGroup{group.id}.creating(ServerWorld::ana());
  makes.mutable_create()->clear_permissions();
  append_part(announcements, makes.SerializeAsString());
  seed("group_changes", "announcements", announcements);
}

void group_text_seeds() {
  core::GroupLink link;
  link.server = "https://kith.example";
  link.group = *GroupId::from_bytes(Bytes(GroupId::kBytes, 'g'));
  link.key.private_key = Bytes(64, 'p');
  link.info_key = Bytes(32, 'k');
  link.revision = {7};
  link.change_digest = Bytes(32, 'd');
  const std::string text = core::group_link_text(link);
  seed("group_link", "link", text);
  seed("group_link", "fragment", text.substr(text.find('#') + 1) + "\n");
  link.server.clear();
  seed("group_link", "no_server", core::group_link_text(link));
  content::GroupInfo info;
  info.set_title("Boats");
  seed("group_info", "title", info.SerializeAsString());
  info.set_title("Boats\n\xF0\x9F\x9B\xB6 on Sundays");
  info.set_description("At the pier.\nBring oars.");
  seed("group_info", "description", info.SerializeAsString());
  info.set_title("\xE2\x80\x8B");
  seed("group_info", "nothing_to_see", info.SerializeAsString());
}

void client_frame_seeds() {
  wire::ClientFrame send, confirm, redeliver, typing, available, subscribe, hello, ping;
  *send.mutable_send() =
      testing::HandlersWorld::send_of(*MessageId::from_bytes(Bytes(16, 'm')), ServerWorld::ben().account, {1, 2});
  wire::ClientFrame stale = send;
  stale.mutable_send()->mutable_account()->mutable_envelopes()->RemoveLast();
  wire::ClientFrame several;
  for (const wire::ClientFrame& each : {send, stale, send}) *several.mutable_sends()->add_sends() = each.send();
  confirm.mutable_confirm()->set_position(Position::of(1, 1).value);
  redeliver.mutable_redeliver()->set_after_position(0);
  typing.mutable_typing()->set_account(ServerWorld::ben().account.bytes());
  typing.mutable_typing()->set_active(true);
  available.mutable_availability()->set_available(false);
  subscribe.mutable_subscribe()->add_accounts(ServerWorld::ben().account.bytes());
  *hello.mutable_hello() = testing::HandlersWorld::hello_of(ServerWorld::ben());
  ping.mutable_ping()->set_nonce(7);
  seed_parts("client_frame", "send", {send, send, stale});
  seed_parts("client_frame", "sends", {several, several});
  seed_parts("client_frame", "inbox", {send, redeliver, confirm});
  seed_parts("client_frame", "presence", {subscribe, typing, available});
  seed_parts("client_frame", "hello", {hello, ping, send});
}

void server_frame_seeds() {
  const Meeting& meeting = Meeting::get();
  wire::ServerFrame receipt, changed, gap, end, typing, presence, low, draining, pong, error, accepted, refused,
      message;
  const auto entry = [](wire::ServerFrame& frame, uint64_t position) -> wire::Entry& {
    wire::Entry& entry = *frame.mutable_deliver()->add_entries();
    entry.set_position(position);
    return entry;
  };
  wire::DeliveryReceipt& delivered = *entry(receipt, meeting.next_position).mutable_delivery_receipt();
  delivered.set_from_account(meeting.bens.account.bytes());
  delivered.set_from_device(1);
  delivered.set_sender_device(1);
  delivered.set_first_number(1);
  delivered.set_last_number(2);
  delivered.set_marks(0x0102030405060708);
  wire::AccountChanged& list = *entry(changed, meeting.next_position + 1).mutable_account_changed();
  list.set_account_id(meeting.bens.account.bytes());
  list.set_device_list_revision(9);
  wire::IncomingMessage& unknown = *entry(message, meeting.next_position).mutable_message();
  unknown.set_message_id(Bytes(16, 'u'));
  unknown.set_from_account(Bytes(16, 'c'));
  unknown.set_from_device(1);
  unknown.set_payload("payload");
  entry(gap, meeting.next_position + 5);
  end.mutable_backlog_end()->set_position(meeting.next_position + 7);
  typing.mutable_typing()->set_from_account(meeting.bens.account.bytes());
  typing.mutable_typing()->set_active(true);
  presence.mutable_presence()->set_account_id(meeting.bens.account.bytes());
  presence.mutable_presence()->set_visibility(wire::PresenceNotice::kLastSeen);
  presence.mutable_presence()->set_last_seen_us(1'700'000'000'000'000);
  low.mutable_prekeys_low()->set_remaining(3);
  draining.mutable_draining()->set_reconnect_within_ms(1000);
  pong.mutable_pong()->set_nonce(1);
  pong.mutable_pong()->set_server_time_us(1'700'000'000'000'000);
  error.mutable_error()->set_code(wire::kRateLimited);
  error.mutable_error()->set_retry_after_ms(5000);
  accepted.mutable_accepted()->set_message_id(Bytes(16, 'm'));
  accepted.mutable_accepted()->set_server_time_us(1'700'000'000'000'000);
  refused.mutable_refused()->set_message_id(Bytes(16, 'm'));
  refused.mutable_refused()->set_code(wire::kStaleDevices);
  refused.mutable_refused()->mutable_stale_devices()->add_missing(2);
  seed_parts("server_frame", "entries", {receipt, changed});
  seed_parts("server_frame", "unknown_sender", {message});
  seed_parts("server_frame", "gap", {gap, end});
  seed_parts("server_frame", "ephemeral", {typing, presence, low, pong});
  seed_parts("server_frame", "end", {accepted, refused, draining});
  seed_parts("server_frame", "error", {error});
}

void answer_seeds() {
  const Meeting& meeting = Meeting::get();
  const auto call = [](int index, int status = 0) {
    return Bytes(1, static_cast<char>(index)) + Bytes(1, static_cast<char>(status));
  };
  wire::CodeResponse code;
  code.set_digits(6);
  code.set_expires_in_s(600);
  seed("http_answer", "code", call(0) + code.SerializeAsString());
  wire::RegistrationResponse registered;
  registered.set_account_id(Bytes(16, 'c'));
  registered.set_device_id(1);
  registered.set_token(Bytes(52, 't'));
  registered.set_device_list_revision(1);
  registered.set_server_id(Bytes(16, 's'));
  seed("http_answer", "registered", call(1) + registered.SerializeAsString());
  wire::LookupResponse found;
  found.add_found()->mutable_handle()->set_phone("+491700000003");
  found.mutable_found(0)->set_account_id(Bytes(16, 'c'));
  seed("http_answer", "lookup", call(2) + found.SerializeAsString());
  wire::Profile profile;
  profile.set_name("Ben");
  profile.add_handles()->set_phone("+491700000002");
  profile.set_account_id(meeting.bens.account.bytes());
  seed("http_answer", "profile", call(3) + profile.SerializeAsString());
  seed("http_answer", "own_profile", call(4) + profile.SerializeAsString());
  wire::ApiError error;
  error.set_code(wire::kRateLimited);
  error.set_retry_after_ms(1000);
  seed("http_answer", "refused", call(5, 9) + error.SerializeAsString());
  seed("http_answer", "list", call(6) + meeting.bens_list.SerializeAsString());
  wire::PublishKeysResponse published;
  published.set_prekeys_remaining(100);
  seed("http_answer", "published", call(7) + published.SerializeAsString());

  wire::DeviceList list;
  list.ParseFromString(meeting.bens_list.device_list());
  seed("device_list", "same", list.SerializeAsString());
  list.set_revision(1000);
  seed("device_list", "newer", list.SerializeAsString());
  wire::DeviceList::Device& second = *list.add_devices();
  second = list.devices(0);
  second.set_device_id(list.devices(0).device_id() + 1);
  seed("device_list", "two_devices", list.SerializeAsString());
  seed("prekey_bundle", "bundle", meeting.bens_bundles.SerializeAsString());
  wire::PrekeyBundlesResponse without = meeting.bens_bundles;
  without.mutable_bundles(0)->clear_prekey();
  seed("prekey_bundle", "without_one_time", without.SerializeAsString());
}

void message_seeds() {
  Meeting& meeting = Meeting::get();
  content::Content text;
  text.set_sent_at_us(1'700'000'000'000'000);
  text.mutable_text()->set_text("hello");
  text.mutable_text()->mutable_quote()->set_message_id(Bytes(16, 'q'));
  text.mutable_text()->mutable_quote()->set_author(meeting.anas.account.bytes());
  text.mutable_text()->mutable_quote()->set_excerpt("ping");
  seed("content", "text", text.SerializeAsString());
  content::Content resent = text;
  resent.set_resent_message_id(Bytes(16, 'r'));
  seed("content", "resent", resent.SerializeAsString());
  content::Content read, request, reset, changed;
  content::ReadReceipt::Run& run = *read.mutable_read_receipt()->add_runs();
  run.set_device_id(1);
  run.set_first_number(1);
  run.set_last_number(2);
  request.mutable_resend_request()->add_message_ids(Bytes(16, 'm'));
  reset.mutable_session_reset();
  changed.mutable_profile_changed();
  changed.set_profile_key(Bytes(32, 'k'));
  seed("content", "read", read.SerializeAsString());
  seed("content", "resend_request", request.SerializeAsString());
  seed("content", "reset", reset.SerializeAsString());
  seed("content", "profile_changed", changed.SerializeAsString());
  content::Content photo, opened;
  content::Media& media = *photo.mutable_media();
  media.set_kind(content::Media::kPhoto);
  media.mutable_caption()->set_text("look");
  media.set_name("../a photo.jpg");
  media.set_mime_type("image/jpeg");
  media.set_size(100'000);
  media.set_file_id(Bytes(16, 'f'));
  media.set_key(Bytes(32, 'k'));
  media.set_digest(Bytes(32, 'd'));
  media.set_thumbnail("\xFF\xD8\xFF");
  media.set_waveform(Bytes(64, 'w'));
  media.set_view_once(true);
  opened.mutable_media_opened()->add_message_ids(Bytes(16, 'm'));
  seed("content", "media", photo.SerializeAsString());
  seed("content", "media_opened", opened.SerializeAsString());
  content::Content reaction, edit, deletion;
  reaction.mutable_reaction()->set_message_id(Bytes(16, 'm'));
  reaction.mutable_reaction()->set_emoji("👍");
  reaction.mutable_reaction()->set_at_us(5);
  edit.mutable_edit()->set_message_id(Bytes(16, 'm'));
  edit.mutable_edit()->mutable_text()->set_text("other words");
  edit.mutable_edit()->set_at_us(5);
  deletion.mutable_deletion()->add_message_ids(Bytes(16, 'm'));
  seed("content", "reaction", reaction.SerializeAsString());
  seed("content", "edit", edit.SerializeAsString());
  seed("content", "deletion", deletion.SerializeAsString());

  core::Transaction transaction(*meeting.bens_database);
  core::Store store(*meeting.bens_database);
  crypto::SeededRandom random(11);
  crypto::Sessions sessions(store.signal, random);
  const Bytes bound = core::contents::bound(text.SerializeAsString(), ClientWorld::message_id(0), 0);
  seed("envelope", "in_session", *core::seal(sessions, meeting.anas, bound));
  // A session that begins: from the published bundle of Ana.
  const auto* const device = meeting.world.server->device_of("+491700000001");
  crypto::PrekeyBundle bundle;
  bundle.registration_id = device->keys.registration_id();
  bundle.identity_key = device->keys.identity_key();
  bundle.signed_prekey_id = device->keys.signed_prekey().id();
  bundle.signed_prekey = device->keys.signed_prekey().public_key();
  bundle.signed_prekey_signature = device->keys.signed_prekey().signature();
  bundle.prekey_id = device->prekeys.front().id();
  bundle.prekey = device->prekeys.front().public_key();
  if (sessions.open_session(meeting.anas, bundle)) {
    seed("envelope", "opens_session", *core::seal(sessions, meeting.anas, bound));
  }
}

void text_seeds() {
  seed("vcard", "v3",
       "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ana\\, Example\r\nN:Example;Ana;;;\r\nitem1.TEL;TYPE=CELL:+49 170 "
       "0000001\r\nEND:VCARD\r\n");
  seed("vcard", "v4",
       "BEGIN:VCARD\nVERSION:4.0\nFN:Ben\nTEL;VALUE=uri;TYPE=\"voice,home\":tel:+49-170-0000002;ext=5\nNOTE:long\n  "
       "line\nEND:VCARD\n");
  seed("vcard", "v21",
       "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=\r\n=F6rg\r\nTEL;HOME:"
       "0170 1\r\n"
       "PHOTO;ENCODING=BASE64;TYPE=GIF:R0lGODlh\r\n "
       "AQABAAAAACw=\r\n\r\nAGENT:BEGIN:VCARD\r\nFN:Inner\r\nEND:VCARD\r\nEND:VCARD\r\n");
  seed("rpc_line", "call",
       R"({"jsonrpc":"2.0","id":1,"method":"send_message","params":{"conversation":"00","text":"h\u00e9"}})"
       "\n");
  seed(
      "rpc_line", "batch",
      R"([{"jsonrpc":"2.0","id":"a","method":"get_state"},{"jsonrpc":"2.0","method":"search","params":{"query":"x"}},7])"
      "\n");
  seed("rpc_line", "unknown",
       R"({"jsonrpc":"2.0","id":null,"method":"none","params":[]})"
       "\n\nnot json\n");
  seed("config", "all", node::print_config(node::Config{}).substr(0, 4000));
  seed("config", "some",
       "[listen]\naddresses = [\"127.0.0.1:0\"]\n[limits]\nhttp_body_max = 1_000\n[rates]\n[data]\ndirectory = "
       "'x'\n[log]\nlevel = \"warn\"\n");
}

}  // namespace
}  // namespace kith::fuzz

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "make_fuzz_corpus DIRECTORY\n");
    return 2;
  }
  kith::fuzz::root = argv[1];
  kith::fuzz::websocket_seeds();
  kith::fuzz::http_seeds();
  kith::fuzz::api_seeds();
  kith::fuzz::file_seeds();
  kith::fuzz::group_seeds();
  kith::fuzz::group_text_seeds();
  kith::fuzz::client_frame_seeds();
  kith::fuzz::server_frame_seeds();
  kith::fuzz::answer_seeds();
  kith::fuzz::message_seeds();
  kith::fuzz::text_seeds();
  return 0;
}
