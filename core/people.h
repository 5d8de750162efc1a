// SPDX-License-Identifier: AGPL-3.0-or-later

// Who is behind a number or an account: lookups, the address book, conversations with somebody new, blocking.
//
// Contacts whose account is unknown, and numbers that were written to offline, are looked up when there is a
// connection, kLookupMax numbers a call. Where the server allows fewer at a time each refusal halves that, and the rest
// waits as long as it says; after other failures kAgainMs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "client_api/client_api.pb.h"
#include "core/http_calls.h"
#include "core/store/conversation_id.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class People {
 public:
  static constexpr size_t kFindersMax = 10000;  // requests that wait for the server's word on one number
  static constexpr uint64_t kAgainMs = 60000;
  static constexpr uint64_t kLimitedMs = 1000;  // at least, after a refusal by rate
  static constexpr uint64_t kFreshDays = 1;     // an answer that a number has no account is believed so long

  using Found = std::function<void(const AccountId&)>;

  explicit People(Engine& engine);

  // The account that a request names by phone, account id or conversation. When it can't be had, fails the request and
  // does not call.
  template <class What>
  void find(uint32_t request, const What& what, Found found) {
    find(request, what.phone(), what.account_id(), what.conversation(), std::move(found));
  }
  // To write to a number: while the server can't be asked whose it is, a provisional account stands for it
  // (ProfilesTable).
  void find_addressee(uint32_t request, const std::string& phone, Found found);

  // The server says that this number is this account's (IDENTITY-1). False, and nothing is believed: the number is known
  // to be another account's, which is a change of identity, or the account is known under another number.
  bool take_number(const std::string& phone, const AccountId& account);
  // The person agrees to what changed about this conversation's partner (IDENTITY-6): its key, or whose the number is.
  void accept_identity(uint32_t request, const client_api::AcceptIdentityRequest& what);
  void agree(const AccountId& account);

  void open_conversation(uint32_t request, const client_api::OpenConversationRequest& what);
  void list_contacts(uint32_t request);
  void set_contact(uint32_t request, const client_api::SetContactRequest& what);
  void import_contacts(uint32_t request, const client_api::ImportContactsRequest& what);
  void set_blocked(uint32_t request, const client_api::SetBlockedRequest& what);

  void look_again() { look_ = true; }
  void pump();

 private:
  void find(uint32_t request, const std::string& phone, const std::string& account_id, const std::string& conversation,
            Found found);
  enum class Unreachable { kFails, kProvisional };
  struct Finder {
    uint32_t request = 0;
    Unreachable unreachable = Unreachable::kFails;
    Found found;
  };
  void find_by_phone(const std::string& phone, Finder finder);
  void answer(const std::string& number, const Finder& finder, const HttpReply& reply);
  AccountId provisional_account(const std::string& phone);
  // The server has said whose number it is that the provisional account stands for.
  void resolve(const AccountId& provisional, const AccountId& account);
  void number_moved(const std::string& phone, const AccountId& known, const AccountId& account);
  // What a lookup says about a number; `account` absent: that nobody has it. Whether a contact's account is new.
  bool take_answer(const std::string& phone, const std::optional<AccountId>& account);
  void respond_with(const ConversationId& conversation, client_api::Response response,
                    client_api::Conversation* (client_api::Response::*field)());
  // Asks the server for these numbers and stores its answer; `done` gets the reply, from a later input.
  void look_up(std::vector<std::string> phones, HttpCalls::Done done);
  // Of a failed look-up: the rest waits.
  void wait_to_look(const HttpReply& reply);
  void look_up_all(std::shared_ptr<std::vector<std::string>> phones, size_t next, std::function<void()> done);

  Engine& engine_;
  // By number, in the order in which they came: what was written first is sent first.
  std::map<std::string, std::vector<Finder>> finders_;
  bool look_ = true;
  bool looking_ = false;
  size_t batch_ = kLookupMax;  // numbers a call
  Timer again_;
};

}  // namespace kith::core
