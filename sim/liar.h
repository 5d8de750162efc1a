// SPDX-License-Identifier: AGPL-3.0-or-later

// A server that lies about who is who: the moves of docs/threat-model.md against identities. It sits between the true
// server and what leaves it: changes answers to HTTP calls, takes sends that are for an impostor, turns devices away,
// says that lists have changed, and writes as an impostor or repeats what others wrote.
//
//   mild    lies that clients see through: when they end, everything comes to rest as if they had never been told
//   grave   a number is somebody else's, whoever that is, or an account has an impostor's key. What was written to it
//           may wait for ever; what matters is who reads what (Ledger)
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/task.h"
#include "client_api/host.pb.h"
#include "sim/impostor.h"
#include "sim/ledger.h"
#include "sim/scheduler.h"
#include "sim/surroundings.h"
#include "sim/trace.h"
#include "wire/api.pb.h"
#include "wire/frames.pb.h"

namespace kith::sim {

class Server;
class ServerProcess;

class Liar {
 public:
  explicit Liar(Surroundings surroundings) : on_(surroundings) {}

  struct Account {
    std::string name;
    std::string phone;
    AccountId id;
  };
  // Begins to lie about these; `linked`: they have linked devices, or will.
  void start(std::vector<Account> accounts, bool grave, bool linked, uint64_t seed);
  // Tells a lie about one of them, for a while.
  void lie();
  // Is honest again, but for what an impostor has taken.
  void rest();
  // The impostor asks for nothing more.
  void fall_silent() { silent_ = true; }
  // And that.
  void stop();

  // ---- the server asks
  void change(const client_api::HttpCall& call, uint32_t& status, Bytes& body);
  // What is answered instead of letting the true server take it.
  std::optional<wire::ServerFrame> take(ServerProcess& process, const DeviceAddress& from, const wire::Send& send);
  // Gives messages on their way to the account out under other names than their senders'.
  [[nodiscard]] bool renames(const AccountId& to) const { return names_.contains(to); }
  void rename(const AccountId& to, std::span<wire::Entry> entries);
  // What a connection of the account ends with.
  [[nodiscard]] std::optional<wire::ErrorCode> turns_away(const AccountId& account) const;

 private:
  enum class ListLie : uint8_t { kOneMoreDevice, kOtherAccount, kOlder, kHugeRevision, kOtherKey };
  enum class BundleLie : uint8_t { kOtherIdentity, kImpostor, kOtherSignedPrekey, kOtherPrekey, kOlder };
  enum class OwnListLie : uint8_t { kOneMoreDevice, kOther, kOlder };
  enum class NameLie : uint8_t { kOtherId, kOtherNumber, kSwapped, kAsEarlier };

  void lie_about_list(const Account& account);
  void lie_to_itself(const Account& account);
  void lie_about_bundles(const Account& account);
  void lie_about_links();
  void replay_list(const Account& account);
  void turn_away(const Account& account);
  void deny_number(const Account& account);
  void repeat_something();
  void lie_about_names(const Account& account);
  void give_number_away(const Account& account);
  void take_over(const Account& account);
  void seize(const Account& account);
  // Everybody is told that the account's list has changed.
  void shout(const Account& account, uint64_t revision);
  // The impostor asks everybody for what they wrote before, and says that it has read it.
  void press();
  static Task<void> ask_for_all(Liar& liar, ServerProcess& process, AccountId whom);
  // Somebody writes as an account that a number was given to: its list, which names the number, is fetched for it.
  void introduce(const AccountId& as);
  // Sends one content after the other as that device, which is the impostor's.
  static Task<void> write_as(Liar& liar, ServerProcess& process, DeviceAddress from, AccountId whom,
                             std::vector<Bytes> contents);
  static Task<void> send_again(ServerProcess& process, DeviceAddress from, wire::Send send);
  void later(std::move_only_function<void()> undo, uint64_t most_us);

  Bytes change_link(const Bytes& body);
  // What is answered about an account that is the impostor's.
  Bytes invent(const client_api::HttpCall& call, const AccountId& account, const std::string& phone);
  [[nodiscard]] std::optional<wire::DeviceList> true_list(const AccountId& account) const;
  wire::SignedDeviceList change_list(const AccountId& asker, const AccountId& account, wire::SignedDeviceList list);
  wire::SignedDeviceList change_own_list(const AccountId& account, const wire::SignedDeviceList& signed_list,
                                         const wire::DeviceList& list) const;
  // Of every device of the list that it is shown: the impostor's.
  Bytes own_bundles(const AccountId& account);
  wire::PrekeyBundlesResponse change_bundles(const AccountId& asker, const AccountId& account,
                                             wire::PrekeyBundlesResponse response);

  // What was written to an account before it was taken over.
  struct Written {
    DeviceAddress from;
    MessageId id;
    uint64_t number = 0;
  };

  Surroundings on_;
  Dice dice_;
  uint64_t ticket_ = 0;  // of what is undone later
  bool lies_ = false;
  bool grave_ = false;
  bool linked_ = false;
  bool links_ = false;  // changes what is in mailboxes of links
  bool silent_ = false;
  bool taking_ = false;  // an account is taken over, or will be
  std::vector<Account> accounts_;
  std::unique_ptr<Impostor> impostor_;
  std::map<AccountId, ListLie> lists_;
  std::map<AccountId, BundleLie> bundles_;
  std::map<std::string, AccountId> numbers_;   // that were given to others
  std::map<AccountId, std::string> invented_;  // accounts of the impostor's → which number they were given
  std::set<std::string> denied_;               // numbers that nobody has
  std::map<AccountId, OwnListLie> own_lists_;
  std::map<AccountId, wire::ErrorCode> unknown_;
  struct Renaming {
    NameLie lie{};
    int left = 0;  // messages
  };
  std::map<AccountId, Renaming> names_;
  std::map<AccountId, wire::SignedDeviceList> oldest_lists_;
  std::map<AccountId, wire::PrekeyBundlesResponse> oldest_bundles_;
  std::map<uint32_t, Bytes> link_slots_;  // what was first seen in each
  std::deque<std::pair<DeviceAddress, wire::Send>> sends_;
  std::optional<Account> taken_;
  std::vector<Written> written_;
};

}  // namespace kith::sim
