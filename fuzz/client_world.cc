// SPDX-License-Identifier: AGPL-3.0-or-later

#include "fuzz/client_world.h"

#include <algorithm>

#include "core/store/account_table.h"
#include "core/store/migrations.h"
#include "core/store/store.h"
#include "fuzz/targets.h"

namespace kith::fuzz {
namespace {

constexpr const char* kAna = "+491700000001";
constexpr const char* kBen = "+491700000002";
constexpr const char* kFile = "kith.db";
// A host carries out what the core wants; more than so many actions for one input would be a loop.
constexpr int kActionsMax = 10'000;

}  // namespace

// With a rollback journal and shared locking SQLite looks at the file's change counter when a transaction begins: what
// is put back below it is seen, and prepared statements stay, because the schema is the same.
KeptDatabase::KeptDatabase(const char* name, const Bytes& contents) : disk_(name) {
  if (contents.empty()) {
    auto made = core::Database::open(kFile, disk_.name());
    check(made.has_value() && core::migrate(**made).has_value(), "a new database is made");
    database_ = std::move(*made);
  } else {
    check(core::Database::open(kFile, disk_.name()).has_value(), "the file is there");
    *disk_.contents(kFile) = contents;
    disk_.sync(kFile);
    auto opened = core::Database::open(kFile, disk_.name());
    check(opened.has_value(), "the database opens");
    database_ = std::move(*opened);
  }
  check(database_->execute("PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = NORMAL; BEGIN IMMEDIATE; COMMIT;")
            .has_value(),
        "its log is gone");
  contents_ = *disk_.contents(kFile);
}

core::Database& KeptDatabase::put_back() {
  *disk_.contents(kFile) = contents_;
  disk_.sync(kFile);
  return *database_;
}

Meeting::Meeting() : ana(world.add("ana")), ben(world.add("ben")) {
  using namespace core::testing;
  sign_up(ana, kAna, "Ana");
  sign_up(ben, kBen, "Ben");
  to_ben = open_chat(ana, kBen);
  say(ana, to_ben, "ping");
  say(ben, open_chat(ben, kAna), "pong");
  world.advance(2000);
  auto& anas_account = *world.server->account_of(kAna);
  auto& bens_account = *world.server->account_of(kBen);
  anas = {anas_account.id, {world.server->device_of(kAna)->id}};
  bens = {bens_account.id, {world.server->device_of(kBen)->id}};
  bens_list = bens_account.list;
  const auto* const device = world.server->device_of(kBen);
  *bens_bundles.mutable_device_list() = bens_list;
  wire::PrekeyBundle& bundle = *bens_bundles.add_bundles();
  bundle.set_device_id(device->id);
  bundle.set_registration_id(device->keys.registration_id());
  bundle.set_identity_key(device->keys.identity_key());
  *bundle.mutable_signed_prekey() = device->keys.signed_prekey();
  *bundle.mutable_prekey() = device->prekeys.front();
  const auto* const anas_device = world.server->device_of(kAna);
  next_position = Position::of(anas_device->epoch, anas_device->sequence + 1).value;
  ana.crash();
  ben.crash();
  // Opened and closed once more: the log goes into the file.
  check(core::Database::open(kFile, ana.disk().name()).has_value(), "Ana's database opens");
  anas_database = std::make_unique<KeptDatabase>("anas", *ana.disk().contents(kFile));
  new_database = std::make_unique<KeptDatabase>("new", "");
  auto opened = core::Database::open(kFile, ben.disk().name());
  check(opened.has_value(), "Ben's database opens");
  bens_database = std::move(*opened);
  core::Transaction transaction(*bens_database);
  core::Store store(*bens_database);
  if (const auto registration = store.account.registration()) bens_key = registration->account_key;
  check(crypto::sign_device_list(bens_key, "").size() == 64, "Ben's account key is known");
}

Meeting& Meeting::get() {
  static Meeting meeting;
  return meeting;
}

ClientWorld::ClientWorld(bool registered) : random_(7) {
  Meeting& meeting = Meeting::get();
  clock_ = meeting.world.clock;
  position_ = meeting.next_position;
  core::Database& database = (registered ? meeting.anas_database : meeting.new_database)->put_back();
  auto client = core::Client::open(database, clock_, random_);
  check(client.has_value(), "the client opens");
  client_ = std::move(*client);
  if (!registered) return;
  client_api::Request connect;
  connect.mutable_connect();
  request(std::move(connect));
  check(socket_open_, "the client opens its connection");
  wire::ServerFrame welcome;
  welcome.mutable_welcome()->set_version(1);
  welcome.mutable_welcome()->set_server_time_us(clock_.unix_us);
  welcome.mutable_welcome()->set_prekeys_remaining(100);
  *welcome.mutable_welcome()->mutable_limits() = meeting.world.server->limits;
  welcome.mutable_welcome()->set_server_id(meeting.world.server->server_id.bytes());
  frame(welcome);
  wire::ServerFrame end;
  end.mutable_backlog_end()->set_position(0);
  frame(end);
}

ClientWorld::~ClientWorld() = default;

void ClientWorld::run() {
  int done = 0;
  while (host_.has_input()) {
    host_.hand_in(*client_);
    for (; host_.has_action(); host_.carry_out()) check(++done < kActionsMax, "the core comes to rest");
  }
}

void ClientWorld::open_socket(uint32_t socket, std::string /*url*/) {
  socket_ = socket;
  socket_open_ = true;
  host_.socket_opened(socket);
}

void ClientWorld::send_frame(uint32_t /*socket*/, Bytes frame) {
  check(wire::ClientFrame().ParseFromString(frame), "what the core sends is a frame");
}

void ClientWorld::frame(BytesView bytes) {
  if (!socket_open_) return;
  host_.socket_frame(socket_, Bytes(bytes));
  run();
}

MessageId ClientWorld::message_id(uint64_t index) {
  Bytes id(15, 'm');
  id.push_back(static_cast<char>(index));
  return *MessageId::from_bytes(id);
}

void ClientWorld::message(BytesView payload) {
  const Meeting& meeting = Meeting::get();
  wire::ServerFrame frame;
  wire::Entry& entry = *frame.mutable_deliver()->add_entries();
  entry.set_position(position_++);
  wire::IncomingMessage& message = *entry.mutable_message();
  message.set_message_id(message_id(messages_++).bytes());
  message.set_from_account(meeting.bens.account.bytes());
  message.set_from_device(meeting.bens.device.value);
  message.set_server_time_us(clock_.unix_us + messages_);
  message.set_payload(Bytes(payload));
  this->frame(frame);
}

uint32_t ClientWorld::request(client_api::Request request) {
  const uint32_t id = host_.request(std::move(request));
  run();
  return id;
}

bool ClientWorld::answer(uint32_t status, BytesView body) {
  if (calls_.empty()) return false;
  host_.http_response(calls_.front().call(), status, Bytes(body));
  calls_.pop_front();
  run();
  return true;
}

bool ClientWorld::skip_to(std::string_view ending) {
  for (int i = 0; i < 16 && !calls_.empty(); ++i) {
    if (calls_.front().url().ends_with(ending)) return true;
    answer(503, "");
  }
  return false;
}

void ClientWorld::pass(uint64_t ms) {
  clock_.monotonic_ms += ms;
  clock_.unix_us += ms * 1000;
  if (wake_at_ == 0 || wake_at_ > clock_.monotonic_ms) return;
  host_.tick();
  run();
}

void ClientWorld::check_state() {
  client_api::Request list;
  list.mutable_list_conversations();
  const uint32_t list_id = request(std::move(list));
  client_api::Request messages;
  messages.mutable_list_messages()->set_conversation(Meeting::get().to_ben);
  messages.mutable_list_messages()->set_limit(100);
  const uint32_t messages_id = request(std::move(messages));
  int answered = 0;
  for (const client_api::Response& response : responses_) {
    check(client_api::Response().ParseFromString(response.SerializeAsString()),
          "a response is well formed: text is UTF-8");
    if (response.id() == list_id || response.id() == messages_id) ++answered;
    if (response.id() != messages_id) continue;
    check(response.list_messages().messages_size() >= 2, "what was there is there");
  }
  check(answered == 2, "the core still answers");
}

}  // namespace kith::fuzz
