// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/engine.h"

#include "core/clearing.h"
#include "core/conversation_state.h"
#include "core/conversations.h"
#include "core/lists.h"
#include "core/message_state.h"
#include "core/person_view.h"
#include "core/safety_numbers.h"

namespace kith::core {

namespace {

// Which part takes which kind of content. A new kind is a row.
struct ContentRow {
  content::Content::KindCase kind;
  ContentHandler& (*part)(Engine&);
  bool in_groups = false;  // it may be for a group; what is said to devices one by one is said in their sessions
};
constexpr ContentRow kContents[] = {
    {content::Content::kText, [](Engine& engine) -> ContentHandler& { return engine.receiving; }, true},
    {content::Content::kMedia, [](Engine& engine) -> ContentHandler& { return engine.receiving; }, true},
    {content::Content::kMediaOpened, [](Engine& engine) -> ContentHandler& { return engine.openings; }},
    {content::Content::kReaction, [](Engine& engine) -> ContentHandler& { return engine.remarks; }, true},
    {content::Content::kPin, [](Engine& engine) -> ContentHandler& { return engine.remarks; }, true},
    {content::Content::kEdit, [](Engine& engine) -> ContentHandler& { return engine.corrections; }, true},
    {content::Content::kDeletion, [](Engine& engine) -> ContentHandler& { return engine.corrections; }, true},
    {content::Content::kReadReceipt, [](Engine& engine) -> ContentHandler& { return engine.receipts; }},
    {content::Content::kResendRequest, [](Engine& engine) -> ContentHandler& { return engine.repair; }},
    {content::Content::kSessionReset, [](Engine& engine) -> ContentHandler& { return engine.repair; }},
    {content::Content::kProfileChanged, [](Engine& engine) -> ContentHandler& { return engine.profiles; }},
    {content::Content::kOwnRead, [](Engine& engine) -> ContentHandler& { return engine.own_copies; }},
    {content::Content::kOwnSent, [](Engine& engine) -> ContentHandler& { return engine.own_copies; }},
    {content::Content::kHistory, [](Engine& engine) -> ContentHandler& { return engine.history_taking; }},
    {content::Content::kHistoryTaken, [](Engine& engine) -> ContentHandler& { return engine.history_giving; }},
    {content::Content::kGroupKey, [](Engine& engine) -> ContentHandler& { return engine.group_keys; }},
    {content::Content::kOwnState, [](Engine& engine) -> ContentHandler& { return engine.own_state; }},
    {content::Content::kGroupWelcome, [](Engine& engine) -> ContentHandler& { return engine.groups; }},
    // Of a later version
    {content::Content::KIND_NOT_SET, [](Engine& engine) -> ContentHandler& { return engine.receiving; }, true},
};

// The same for what comes from the server, but for what concerns the connection alone.
struct FrameRow {
  wire::ServerFrame::KindCase kind;
  void (*take)(Engine&, wire::ServerFrame&);
};
constexpr FrameRow kFrames[] = {
    {wire::ServerFrame::kAccepted, [](Engine& engine, auto& frame) { engine.outbox.on_accepted(frame.accepted()); }},
    {wire::ServerFrame::kRefused, [](Engine& engine, auto& frame) { engine.outbox.on_refused(frame.refused()); }},
    {wire::ServerFrame::kDeliver,
     [](Engine& engine, auto& frame) { engine.inbox.on_deliver(*frame.mutable_deliver()); }},
    {wire::ServerFrame::kBacklogEnd,
     [](Engine& engine, auto& frame) { engine.inbox.on_backlog_end(frame.backlog_end()); }},
    {wire::ServerFrame::kTyping, [](Engine& engine, auto& frame) { engine.typing_presence.on_typing(frame.typing()); }},
    {wire::ServerFrame::kPresence,
     [](Engine& engine, auto& frame) { engine.typing_presence.on_presence(frame.presence()); }},
    {wire::ServerFrame::kPrekeysLow,
     [](Engine& engine, auto& frame) { engine.prekeys.on_remaining(frame.prekeys_low().remaining()); }},
};

// Whose feature a register is, which applies it. The subject and the value are another device's word; a value that is
// not set is one that was removed. A new kind is a row.
struct StateRow {
  content::OwnState::Kind kind;
  void (*apply)(Engine&, BytesView subject, const content::StateValue&);
};
constexpr StateRow kStates[] = {
    {content::OwnState::kContact,
     [](Engine& engine, BytesView subject, const auto& value) { engine.address_book.apply(subject, value); }},
    {content::OwnState::kDraft, &apply_draft},
    {content::OwnState::kArchived, &apply_archived},
    {content::OwnState::kPinned, &apply_pinned},
    {content::OwnState::kMuted, &apply_muted},
    {content::OwnState::kMarkedUnread, &apply_marked_unread},
    {content::OwnState::kCleared, &apply_cleared},
    {content::OwnState::kList, &apply_list},
    {content::OwnState::kListed, &apply_listed},
    {content::OwnState::kVerified, &apply_verified},
    {content::OwnState::kBlocked,
     [](Engine& engine, BytesView subject, const auto& value) { engine.privacy.apply_blocked(subject, value); }},
    {content::OwnState::kSetting,
     [](Engine& engine, BytesView subject, const auto& value) { engine.privacy.apply_setting(subject, value); }},
    {content::OwnState::kStarred, &apply_starred},
    {content::OwnState::kRemoved, &apply_removed},
    {content::OwnState::kProfile,
     [](Engine& engine, BytesView subject, const auto& value) { engine.profiles.apply(subject, value); }},
};

}  // namespace

Engine::Engine(Database& opened, Clock& the_clock, RandomSource& the_random, Output& the_output, const HostFacts& facts)
    : database(opened),
      clock(the_clock),
      random(the_random),
      output(the_output),
      store(opened),
      sessions(store.signal, the_random),
      http(output, timers, clock, registration, progress, facts.last_call),
      search_index(store.messages, timers, clock),
      changes(store, clock, random, output, search_index,
              {[this] { return state(); }, [this] { return privacy.settings(); },
               [this](const ConversationId& id, client_api::Conversation& conversation) {
                 typing_presence.describe(id, conversation);
               }}),
      connection(*this),
      devices(*this),
      groups(*this),
      group_welcomes(*this),
      prekeys(*this),
      registering(*this),
      joining(*this),
      own_devices(*this),
      device_watch(*this),
      admitting(*this),
      group_sending({store, clock, random, registration, [this]() -> crypto::Groups& { return group_cipher(); },
                     [this](const AccountId& account, const GroupSending::Done& done) {
                       devices.fetch(account, [done](Devices::Outcome outcome) { done(Devices::is_answer(outcome)); });
                     },
                     [this](const GroupId& group, const GroupSending::Done& done) {
                       groups.fetch(group, [done](Groups::Outcome outcome) { done(Groups::is_answer(outcome)); });
                     },
                     [this](const GroupId& group, uint32_t done, uint32_t total) {
                       if (const auto conversation = store.conversations.with(group))
                         changes.group_progress(*conversation, done, total);
                     }}),
      group_keys(*this),
      outbox({store, sessions, timers, clock, registration, connection,
              [this](const AccountId& account, Devices::Done done) { devices.fetch(account, std::move(done)); },
              [this](const AccountId& account, std::vector<DeviceId> of, Devices::Done done) {
                devices.open_sessions(account, std::move(of), std::move(done));
              },
              group_sending,
              [this](const MessageId& id, const ConversationId& where) { changes.message_changed(id, where); },
              [this](const MessageId& id, const Target& target, UnixMicros time) {
                own_copies.on_accepted(id, target, time);
              },
              [this](const AccountId& peer, const MessageId& id, UnixMicros time) {
                repair.on_request_accepted(peer, id, time);
              },
              [this](const AccountId& peer) { repair.on_request_dropped(peer); },
              [this](const MessageId& id) {
                remarks.dropped(id);
                corrections.dropped(id);
              },
              [this](const AccountId& peer, OutboxKind kind) { return profile_photos.key_for(peer, kind); }}),
      own_copies(*this),
      history_giving(*this),
      history_taking(*this),
      own_state(*this),
      files(*this),
      openings(*this),
      remarks(*this),
      corrections(*this),
      sending(*this),
      receiving(*this),
      inbox(*this),
      repair(*this),
      receipts(*this),
      typing_presence(*this),
      handle_owners(*this),
      lookups(*this),
      people(*this),
      group_offers(*this),
      group_changes(*this),
      group_joining(*this),
      address_book(*this),
      profile_photos(*this),
      group_photos(*this),
      profiles(*this),
      privacy(*this),
      link_fetching(*this) {
  for (const ContentRow& row : kContents) inbox.set_handler(row.kind, row.part(*this), row.in_groups);
  rebuilt = facts.rebuilt;
  storage_failure = facts.storage_failure;
  was_removed = facts.removed;
  registration = store.account.registration();
  progress = store.account.progress();
  profiles.load();
  own_copies.look_at_list();
  device_watch.load();
  outbox.load();
  history_giving.load();
  history_taking.load();
  receiving.take_kept(std::size(kContents));
  own_state.load();
  files.look_again();
}

crypto::Groups& Engine::group_cipher() {
  const DeviceAddress self{registration->account, registration->device};
  if (!cipher_ || cipher_->self != self) cipher_ = std::make_unique<Cipher>(store.group_keys, self, random);
  return cipher_->groups;
}

HostFacts Engine::facts() const {
  HostFacts facts;
  facts.last_socket = connection.last_socket();
  facts.last_call = http.last_call();
  facts.wants_connection = connection.wanted();
  facts.available = connection.available();
  facts.failed_connections = connection.failures();
  facts.watched = typing_presence.watched();
  facts.rebuilt = rebuilt;
  facts.storage_failure = storage_failure;
  facts.removed = was_removed;
  return facts;
}

void Engine::resume(const HostFacts& facts) {
  connection.set_available(facts.available);
  typing_presence.set_watched(facts.watched);
  connection.resume(facts.last_socket, facts.failed_connections, facts.wants_connection);
}

void Engine::frame_came(wire::ServerFrame& frame) {
  for (const FrameRow& row : kFrames) {
    if (row.kind == frame.kind_case()) return row.take(*this, frame);
  }
  // a kind of a later version
}

void Engine::connection_ready(const wire::Welcome& welcome) {
  if (connection.doubts_own_list() || !own_copies.knows_list()) devices.look_at_own_list();
  inbox.on_welcome(Position{welcome.first_position()});
  prekeys.on_remaining(welcome.prekeys_remaining());
  devices.hear_own_revision(Revision{welcome.device_list_revision()});
  typing_presence.on_connection_ready();
  devices.look_again();
  groups.look_again();
  device_watch.look_again();
  receipts.look_again();
  repair.look_again();
  lookups.look_again();
  profiles.look_again();
  profile_photos.look_again();
  group_photos.look_again();
  privacy.look_again();
  history_giving.look_again();
  files.connected(welcome.limits());
  link_fetching.connected(welcome.limits());
}

void Engine::identity_changed(const AccountId& account) {
  outbox.hold_all(account);
  compared_identity_changed(*this, account);
}

size_t Engine::kinds_of_state() { return std::size(kStates) + PrivacySync::kSharedSettings; }

void Engine::apply_state(uint32_t kind, BytesView subject, const content::StateValue& value) {
  for (const StateRow& row : kStates) {
    if (static_cast<uint32_t>(row.kind) == kind) return row.apply(*this, subject, value);
  }
  // a kind of a later version
}

void Engine::agreed_to(const AccountId& account) {
  agreed_to_identity(*this, account);
  group_welcomes.tell(account);
}

void Engine::group_began(const GroupId& group, UnixMicros at) {
  const auto opened = Conversations(store).open(Target(group), at, random);
  if (opened.is_new) changes.conversation(opened.id);
  conversation_began(*this, group);
}

void Engine::own_group_key_ends(const GroupId& group) { group_cipher().refresh(group); }

void Engine::connection_gone() {
  inbox.on_connection_gone();
  outbox.on_connection_gone();
  typing_presence.on_connection_gone();
  groups.connection_gone();
  files.look_again();
}

bool Engine::say_beside_messages(const MessageId& item, const Target& to, OutboxKind kind, const Bytes& content) {
  OutboxRow row;
  row.message_id = item;
  row.target = to;
  row.kind = kind;
  row.content = content;
  const bool is_note = !to.is_group() && is_self(to.account());
  if (!is_note && !outbox.add(row)) return false;
  // In a group they are told as everybody else.
  const bool tells_own = !to.is_group() && may_have_other_devices();
  return !tells_own || outbox.add_own(item, kind, content) || !is_note;
}

void Engine::settle() {
  search_index.pump();
  if (registered()) {
    devices.pump();
    groups.pump();
    device_watch.pump();
    receipts.pump();
    repair.pump();
    lookups.pump();
    profiles.pump();
    profile_photos.pump();
    group_photos.pump();
    privacy.pump();
    history_giving.pump();
    own_state.pump();
    files.pump();
    outbox.pump();
  }
  if (database.has_written() || connection.state() == client_api::State::kOnline)
    storage_failure = FailureCode::kUnspecified;  // told only when the transaction is committed
  changes.flush();
}

client_api::State Engine::state() {
  client_api::State state;
  state.set_registered(registered());
  state.set_removed(was_removed && !registered());
  if (registration) {
    state.set_server(registration->server);
    if (!registration->handle.is_none()) *state.add_handles() = shown(registration->handle);
    state.set_account_id(registration->account.hex());
    state.set_device_id(registration->device.value);
    state.set_name(profiles.own_name());
    state.set_photo(profile_photos.own_photo().shown);
    state.set_first_device(registration->is_first());
  }
  if (const auto& linking = registered() ? admitting.linking() : joining.linking()) *state.mutable_linking() = *linking;
  for (const DeviceNoticeRow& row : device_watch.notices()) {
    client_api::DeviceNotice& notice = *state.add_device_notices();
    notice.set_kind(static_cast<client_api::DeviceNotice::Kind>(row.kind));
    notice.set_device_id(row.device.value);
    notice.set_name(row.name);
    notice.set_time_us(row.time.value);
  }
  state.set_connection(connection.state());
  state.set_unsent_messages(outbox.unsent_messages() + files.unsent_messages());
  state.set_undecryptable(progress.undecryptable);
  state.set_changes_unsent(outbox.has_silent() || receipts.gathering() ||
                           store.settings.integer(setting::kProfileToSend, 0) != 0 ||
                           (registered() && profile_photos.own_photo().is_sending) ||
                           store.settings.integer(setting::kPrivacyToSend, 0) != 0);
  state.set_storage_failure(storage_failure);
  *state.mutable_media_limits() = files.limits();
  state.set_link_fetching(link_fetching.is_possible());
  if (rebuilt) {
    state.mutable_rebuilt()->set_messages_kept(static_cast<uint64_t>(rebuilt->messages_kept));
    state.mutable_rebuilt()->set_messages_missing(static_cast<uint64_t>(rebuilt->messages_missing));
    state.mutable_rebuilt()->set_keys_lost(static_cast<uint64_t>(rebuilt->keys_lost));
  }
  return state;
}

}  // namespace kith::core
