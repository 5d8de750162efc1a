// SPDX-License-Identifier: AGPL-3.0-or-later

// What one client consists of, and the ground that its parts share.
//
// A part is a class with a header of its own; it borrows the Engine and reaches the others through it: those of its own
// storey and of those below (tools/check_layers.py holds it). Where to look:
//   features   requests          every request of the user interface, and who answers it
//              sending           new messages
//              openings          recordings that are played, and files that are opened once
//              remarks           what people say about a message: with one emoji, and that it is pinned
//              corrections       that messages have another text, or are no more
//              message_state     what a person has made of messages: starred, deleted
//              forwarding        messages that are here, sent once more
//              files             what people send each other beside text: to the server, and from it
//              receiving         messages that come
//              receipts          delivered and read, by number
//              typing_presence   what is never stored (EPHEMERAL-1)
//              people            whom a request is about, and conversations with somebody new
//              handle_owners     whose a handle is: believed, or a change of identity
//              lookups           asking the server whose handles are
//              address_book      the requests about contacts
//              blocking          keeping somebody out
//              profiles          names and about texts
//              profile_photos    their photos
//              group_photos      those of groups
//              safety_numbers    comparing identities
//              privacy           settings that the server keeps as well
//              link_fetching     where links lead, by the server, for previews
//              registration      making this device a device of an account, by a code
//              joining           the same by a link; admitting is the side of the account's first device
//              own_copies        what this account's other devices are told
//              history_giving    messages from before, to a device that was let in; history_taking is its side, and
//                                history_progress how far it is
//              own_state         registers: what all devices of the account keep the same
//              group_changes     creating and changing groups; group_offers brings a change to the server
//              group_joining     links by which people come in
//              conversation_state  drafts, and what is archived, pinned, muted, unread
//              own_devices       which devices the account has
//              device_watch      when they were last there, what is new about them, and ending those that nobody uses
//   transport  connection        the socket: connecting, greeting, staying alive, reconnecting
//              inbox             entries of this device's inbox: order, decryption, confirming
//              outbox            what is to be sent: encrypting, sending, refusals
//              group_sending     what a message to a group needs, and its encryption; group_keys are those of others
//              repair            messages that could not be decrypted
//              devices           device lists and sessions: fetching, verifying, pinning
//              groups            which groups there are, and when each is read; group_following follows its signed
//                                changes, and group_welcomes tells others
//              prekeys           this device's own keys on the server
//   ground     changes           what became different, told as events
//              search_index      new messages into the full-text index, in quiet moments
//              http_calls, output, timers, and the store
// Within the transport arrows go one way too: the connection knows none of the others, then devices, the outbox,
// groups, repair, the inbox. What a part has for those that it does not know goes by a table (engine.cc: contents,
// frames), by a method of the Engine, or by its Ports: a part that has those knows no Engine, and is tested without the
// others (outbox_alone_test.cc).
//
// Life: one input is one transaction. client.cc opens it, lets the parts work, commits, and then lets the gathered
// actions out. When the commit fails the whole Engine is thrown away and made anew from the database, keeping only
// HostFacts: in memory nothing is half done, by the same path that serves after a crash.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "core/address_book.h"
#include "core/admitting.h"
#include "core/changes.h"
#include "core/connection.h"
#include "core/corrections.h"
#include "core/device_watch.h"
#include "core/devices.h"
#include "core/files.h"
#include "core/group_changes.h"
#include "core/group_joining.h"
#include "core/group_keys.h"
#include "core/group_offers.h"
#include "core/group_photos.h"
#include "core/group_sending.h"
#include "core/group_welcomes.h"
#include "core/groups.h"
#include "core/handle_owners.h"
#include "core/history_giving.h"
#include "core/history_taking.h"
#include "core/http_calls.h"
#include "core/inbox.h"
#include "core/joining.h"
#include "core/link_fetching.h"
#include "core/lookups.h"
#include "core/openings.h"
#include "core/outbox.h"
#include "core/output.h"
#include "core/own_copies.h"
#include "core/own_devices.h"
#include "core/own_state.h"
#include "core/people.h"
#include "core/prekeys.h"
#include "core/privacy.h"
#include "core/profile_photos.h"
#include "core/profiles.h"
#include "core/receipts.h"
#include "core/receiving.h"
#include "core/registration.h"
#include "core/remarks.h"
#include "core/repair.h"
#include "core/search_index.h"
#include "core/sending.h"
#include "core/store/rebuild.h"
#include "core/store/store.h"
#include "core/timers.h"
#include "core/typing_presence.h"
#include "crypto/groups.h"
#include "crypto/sessions.h"

namespace kith::core {

// What outlives an Engine: facts between this client and its host.
struct HostFacts {
  uint32_t last_socket = 0;
  uint32_t last_call = 0;
  bool wants_connection = false;
  bool available = false;
  uint32_t failed_connections = 0;
  uint32_t open_socket = 0;  // 0: none
  std::vector<ConversationId> watched;
  std::optional<Rebuilt> rebuilt;                                 // when this run began with it
  FailureCode::Code storage_failure = FailureCode::kUnspecified;  // as State has it
  bool removed = false;  // this device was, and everything that it had is deleted
};

struct Engine {
  // Reads the state from the database, inside a transaction. `clock` stands still while an input is worked on.
  Engine(Database& database, Clock& clock, RandomSource& random, Output& output, const HostFacts& facts);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  [[nodiscard]] HostFacts facts() const;
  // After an engine was thrown away: does away with what the host still has of it, and goes on.
  void resume(const HostFacts& facts);
  // The connection greets the server; has been greeted; is gone.
  void connection_greets() { devices.greets(); }
  void connection_ready(const wire::Welcome& welcome);
  void connection_gone();

  // ---- what parts say to those that they do not know: of the features, or of the transport itself, where arrows from
  // part to part go one way as well
  void frame_came(wire::ServerFrame& frame);
  // By a newer list of its account's, a device has other keys or is no more; or the account has another key.
  void keys_changed(const AccountId& account) {
    outbox.remove_all(account, OutboxKind::kResendAnswer);
    groups.keys_changed(account);
  }
  void identity_changed(const AccountId& account);
  // The first list of this account.
  void identity_known(const AccountId& account) { own_state.apply_again(content::OwnState::kVerified, account.view()); }
  // The person agrees to the account's identity without having compared it.
  void agreed_to(const AccountId& account);
  // A register of the account's is another one now; how many kinds of them this version knows.
  void apply_state(uint32_t kind, BytesView subject, const content::StateValue& value);
  [[nodiscard]] static size_t kinds_of_state();
  // Another device of the account's has joined, or missed something.
  void device_knows_nothing(DeviceId device) {
    own_state.tell(device);
    group_welcomes.tell(device);
  }
  // Entries of this device's inbox are gone, unread.
  void entries_expired() {
    own_state.ask_for_all();
    groups.look_at_all();
  }
  // The account is in a group of which the account's other devices may know what it is.
  void own_devices_are_asked() { own_state.ask_for_all(); }
  // Whether the account has other devices, as far as is known.
  [[nodiscard]] bool may_have_other_devices() const { return own_copies.may_have_others(); }
  // This account is in the group now: its conversation is there, made at this time if it was not.
  void group_began(const GroupId& group, UnixMicros at);
  // Nobody waits any more for those who were members.
  void group_members_left(const GroupId& group) {
    receipts.look_at(group);
    openings.look_at(group);
  }
  // This device's key of the group is not to be used any more (GROUP-6).
  void own_group_key_ends(const GroupId& group);
  // There may be people to be named of whom there is no profile.
  void profiles_may_be_new() { profiles.look_again(); }
  void delivered(const wire::DeliveryReceipt& receipt) { receipts.on_delivered(receipt); }
  void delivered(const wire::GroupReceipt& receipt) { receipts.on_delivered(receipt); }
  // The file of this message is being opened, which can be viewed once.
  void is_viewed(const MessageRow& message) { openings.opened(message); }
  // The file of this message, which waited for it, is on the server.
  void file_is_there(const MessageRow& message) { sending.file_is_there(message); }
  void profile_changed(const AccountId& account) { profiles.changed(account); }
  // With what it has said the account has said its profile key.
  void profile_key_came(const AccountId& account, BytesView key) { profile_photos.take_key(account, key); }
  // A file that may be the photo of profiles or groups: where it is has changed; it is on the server; it can't get
  // there.
  void photo_moved(const FileName& name) {
    profile_photos.moved(name);
    group_photos.moved(name);
  }
  void photo_is_there(const FileName& name) {
    profile_photos.is_there(name);
    group_photos.is_there(name);
  }
  void photo_failed(const FileName& name, FailureReason why) {
    profile_photos.failed(name);
    group_photos.failed(name, why);
  }
  [[nodiscard]] bool is_awaited_photo(const FileName& name) const { return group_photos.is_awaited(name); }
  // The group's row is written with what this state says; before, it had that photo.
  void group_info_came(const GroupRow& row, const wire::GroupState& state, const FileName& photo_before,
                       bool is_own_change) {
    group_photos.follow(row, state, photo_before, is_own_change);
  }
  // The own profile is another one now; else another device has changed it, and has sent it if all goes well.
  void own_profile_changed(bool here) { profiles.own_changed(here); }
  // With a device list that was checked, or a profile, the server says that this is the account's handle.
  void handle_said(const Handle& handle, const AccountId& account) { (void)handle_owners.take(handle, account); }
  // With its refusal the server shows the account's list.
  void own_list_shown(const wire::SignedDeviceList& list) { devices.look_at_shown(list); }
  // Of the own account there is another list.
  void own_list_changed() {
    changes.devices();
    own_copies.look_at_list();
    device_watch.look_at_list();
    history_giving.look_at_list();
  }
  // What came can't be read, and has a row that says so. False: somebody has said that it was deleted, and the row says
  // that.
  bool is_unreadable(const MessageRow& message) {
    corrections.came(message);
    const auto shown = store.messages.find(message.id);
    return shown && shown->kind == MessageKind::kUndecryptable;
  }
  // Somebody's first message came, as far as the inbox can tell.
  void conversation_may_be_new() { profiles.look_again(); }
  void read_receipts_are_due() { receipts.look_again(); }
  // Something without text did not arrive at this device of the account.
  void own_device_missed(DeviceId device) {
    own_copies.say_again(device);
    openings.say_again(device);
    history_giving.missed(device);
  }
  // ----

  // Puts what is said of messages, silently, into the outbox: for those who have their conversation, and for the own
  // devices. False: there is no room.
  bool say_beside_messages(const MessageId& item, const Target& to, OutboxKind kind, const Bytes& content);

  // After the work of every input: pumps what can move now, and tells what changed.
  void settle();

  [[nodiscard]] bool registered() const { return registration && progress.keys_published; }
  // The keys of groups, of this device. There is a registration, in both.
  crypto::Groups& group_cipher();
  [[nodiscard]] bool is_self(const AccountId& account) const {
    return registration && registration->account == account;
  }
  [[nodiscard]] MonotonicMs in_ms(uint64_t delay) const { return {clock.monotonic().value + delay}; }
  [[nodiscard]] client_api::State state();

  Database& database;
  Clock& clock;
  RandomSource& random;
  Output& output;
  Store store;
  crypto::Sessions sessions;
  Timers timers;

  // As in the database; whoever changes one writes both.
  std::optional<Registration> registration;
  Progress progress;
  std::optional<Rebuilt> rebuilt;
  FailureCode::Code storage_failure;  // until something is written, or the server has been caught up with
  bool was_removed = false;           // HostFacts::removed
  // The account's key has signed that this linked device is none of the account's any more (LINK-6): client.cc deletes
  // what it has.
  bool is_removed = false;

  HttpCalls http;
  SearchIndex search_index;
  Changes changes;
  Connection connection;
  Devices devices;
  Groups groups;
  GroupWelcomes group_welcomes;
  Prekeys prekeys;
  RegistrationSteps registering;
  Joining joining;
  OwnDevices own_devices;
  DeviceWatch device_watch;
  Admitting admitting;
  GroupSending group_sending;
  GroupKeys group_keys;
  Outbox outbox;
  OwnCopies own_copies;
  HistoryGiving history_giving;
  HistoryTaking history_taking;
  OwnState own_state;
  Files files;
  Openings openings;
  Remarks remarks;
  Corrections corrections;
  Sending sending;
  Receiving receiving;
  Inbox inbox;
  Repair repair;
  Receipts receipts;
  TypingPresence typing_presence;
  HandleOwners handle_owners;
  Lookups lookups;
  People people;
  GroupOffers group_offers;
  GroupChanges group_changes;
  GroupJoining group_joining;
  AddressBook address_book;
  ProfilePhotos profile_photos;
  GroupPhotos group_photos;
  Profiles profiles;
  PrivacySync privacy;
  LinkFetching link_fetching;

 private:
  struct Cipher {
    Cipher(GroupKeyTables& keys, const DeviceAddress& self_, RandomSource& random)
        : self(self_), groups(keys, self_, random) {}
    DeviceAddress self;
    crypto::Groups groups;
  };
  std::unique_ptr<Cipher> cipher_;
};

}  // namespace kith::core
