// SPDX-License-Identifier: AGPL-3.0-or-later

// A server for tests of the client core: the wire protocol over any number of clients, in memory, in one thread,
// without time of its own.
//
// Honest: it keeps the rules of docs/protocol.md that a client can see (SEND-1, INBOX-1, INBOX-3, ORDER-1, DEVICE-1,
// RECEIPT-1, TICK-1, EPHEMERAL-1). What overrides a virtual function can lie: withhold, repeat, reorder and change what
// goes to a device, refuse sends, hand out other lists and keys.
//
// Links: the owner opens one per socket, hands in the frames that the device sends, and takes the frames for it from
// `outgoing`.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/random.h"
#include "core/testing/loopback_files.h"
#include "wire/api.pb.h"
#include "wire/frames.pb.h"
#include "wire/groups.pb.h"
#include "wire/receipt_run.h"

namespace kith::core::testing {

class LoopbackServer {
 public:
  using Link = uint64_t;
  static constexpr const char* kCode = "123456";

  struct Device {
    uint32_t id = 0;
    Bytes token;
    bool active = false;
    bool linking = false;           // made for a link
    wire::PublishKeysRequest keys;  // identity key, registration id, signed prekey
    std::deque<wire::Prekey> prekeys;
    std::set<uint32_t> known_prekeys;  // that were ever added
    std::deque<wire::Entry> inbox;
    uint32_t epoch = 1;
    uint64_t sequence = 0;
    std::map<MessageId, uint64_t> seen;  // messages taken, and their server time
    Link link = 0;                       // 0: not connected
    bool available = false;
    uint64_t last_active_us = 0;  // when its connection ended last
    std::set<AccountId> subscriptions;
  };
  struct Account {
    AccountId id;
    std::vector<std::string> handles;  // texts; the first is what others are told
    [[nodiscard]] std::string handle() const { return handles.empty() ? "" : handles.front(); }
    std::string pin;
    uint32_t last_device = 0;
    uint64_t revision = 0;
    wire::SignedDeviceList list;
    std::map<uint32_t, Device> devices;
    wire::Profile profile;
    wire::Privacy privacy;
    std::set<AccountId> blocked;
    std::set<AccountId> partners;
    uint64_t last_seen_us = 0;
  };
  struct Outgoing {
    Link link = 0;
    std::optional<wire::ServerFrame> frame;  // absent: the link is closed
  };
  struct HttpReply {
    uint32_t status = 200;
    std::string body;
  };

  struct Group {
    std::vector<wire::SignedGroupChange> changes;  // the first is of revision 1
    std::map<uint64_t, wire::GroupState> checkpoints;
    std::optional<wire::GroupState> state;
    Bytes digest;  // of the last change
    std::map<AccountId, uint64_t> left;
    std::map<std::pair<DeviceAddress, MessageId>, uint64_t> seen;  // messages taken, and their server time
  };

  LoopbackServer(Clock& clock, RandomSource& random) : clock_(clock), random_(random) {}
  virtual ~LoopbackServer() = default;

  // ---- what a client does
  Link open_link();
  void close_link(Link link);  // by the device, or because the network is gone
  void take_frame(Link link, const std::string& bytes);
  virtual HttpReply http(const std::string& method, const std::string& path, const std::string& body,
                         const std::string& bearer);

  // The same of calls about files; `body` may be a part of the host's.
  HttpReply file_call(const client_api::HttpCall& call, BytesView body);

  std::deque<Outgoing> outgoing;

  // ---- what a test does
  // Stops and starts again: connections end, entries that come from now on are of a new epoch.
  void restart();
  // Starts again on the other of two data directories, of which the second is empty: as another server (IDENTITY-7).
  void change_data_directory();
  ServerId server_id{{1}};
  ServerId other_server_id{{2}};
  Account* account_of(const std::string& handle);
  Device* device_of(const std::string& handle);  // the first active one
  // Sends of devices that were taken, in order, repetitions included.
  std::vector<wire::Send> sends;
  std::vector<uint64_t> confirms;
  std::vector<wire::Redeliver> redelivers;
  std::vector<wire::ClientFrame> ephemeral;                    // Typing, Availability, Subscribe
  bool hides_activity = false;                                 // of devices, from their account
  std::map<std::string, int> calls;                            // "PUT /v1/keys" → how often
  std::vector<Bytes> registration_requests;                    // ids of those that were let in, in order
  std::map<std::string, std::map<uint32_t, Bytes>> mailboxes;  // of links, by the id in hexadecimal digits
  wire::Limits limits;
  std::function<bool(const std::string& path)> refuse_http;  // with 503
  LoopbackFiles files;
  // What is on the web, for devices of this server; absent: it has no such route.
  std::function<HttpReply(const wire::FetchLinkRequest& request)> fetch_link;
  std::map<GroupId, Group> groups;
  uint64_t group_checkpoint_every = 256;
  size_t group_page = 100;             // changes of an answer
  uint32_t lookups_left = UINT32_MAX;  // numbers that may be looked up before that is refused by rate

 protected:
  // ---- what a lying server overrides
  // A frame leaves for a device.
  virtual void put(Link link, wire::ServerFrame frame) { outgoing.push_back({link, std::move(frame)}); }
  // Absent: the send is treated honestly.
  virtual std::optional<wire::Refused> refuse(const DeviceAddress& from, const wire::Send& send);
  virtual wire::SignedDeviceList device_list(const Account& account) { return account.list; }
  virtual wire::PrekeyBundlesResponse bundles(Account& account, const wire::PrekeyBundlesRequest& request);

  // What a device gets to read of a group.
  virtual void look_at(const DeviceAddress&, const GroupId&, wire::GroupAnswer&) {}

  std::optional<DeviceAddress> authenticate(const Bytes& token) const;
  // Of a token that is not authentic.
  wire::ErrorCode refusal_of(const Bytes& token) const;
  Device* find(const DeviceAddress& address);
  void append(const DeviceAddress& address, wire::Entry entry);
  uint64_t next_time();

  Clock& clock_;
  RandomSource& random_;
  std::map<AccountId, Account> accounts_;
  std::map<Link, std::optional<DeviceAddress>> links_;  // absent until Hello

 private:
  void hello(Link link, const wire::Hello& hello);
  void send(const DeviceAddress& from, Link link, const wire::Send& send);
  using Withheld = google::protobuf::RepeatedField<uint64_t>;
  void confirm(const DeviceAddress& from, Position position, const Withheld& withheld);
  void deliver_from(const DeviceAddress& address, Position after);
  void receipt(const DeviceAddress& by, const DeviceAddress& sender, const wire::ReceiptRun& run);
  // kErrorUnspecified: it is taken.
  wire::Refused refusal_in_group(const DeviceAddress& from, const wire::ToGroup& to);
  void send_to_group(const DeviceAddress& from, Link link, const wire::Send& send);
  void append_to_members(const Group& group, const wire::Entry& entry, const DeviceAddress& but);
  void read_in_group(const DeviceAddress& from, Link link, const wire::Send& send);
  void group_receipt(const GroupId& group, const AccountId& by, const DeviceAddress& sender,
                     const wire::ReceiptRun& run, bool read);
  void error(Link link, wire::ErrorCode code, const wire::SignedDeviceList* list = nullptr);
  void typing(const DeviceAddress& from, const wire::Typing& typing);
  wire::PresenceNotice presence_of(const AccountId& account, const AccountId& viewer);
  void presence_changed(const AccountId& account);

  HttpReply registration_call(const std::string& method, const std::string& path, const std::string& body,
                              const std::string& bearer);
  HttpReply account_call(const DeviceAddress& caller, const std::string& method, const std::string& path,
                         const std::string& body);
  HttpReply groups_call(const DeviceAddress& caller, const std::string& path, const std::string& body);
  HttpReply change_group(const DeviceAddress& caller, const GroupId& group, const std::string& body);
  HttpReply read_group(const DeviceAddress& caller, const GroupId& group, const wire::ReadGroupRequest& request);
  wire::GroupAnswer changes_after(const Group& group, uint64_t revision, uint64_t until = UINT64_MAX) const;
  HttpReply link_call(const std::string& method, const std::string& path, const std::string& body);
  HttpReply new_device(Account& account);
  wire::OwnDevices own_devices(const Account& account);
  Device& add_device(Account& account);
  void tell_of_list(const DeviceAddress& whom, const Account& account);
  HttpReply publish(const DeviceAddress& caller, const std::string& body);

  std::map<AccountId, Account> other_accounts_;
  Link last_link_ = 0;
  uint64_t last_time_us_ = 0;
};

}  // namespace kith::core::testing
