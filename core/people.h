// SPDX-License-Identifier: AGPL-3.0-or-later

// Who is behind a handle or an account: lookups, the address book, conversations with somebody new, blocking.
//
// Contacts whose account is unknown, and handles that were written to offline, are looked up when there is a
// connection, kLookupMax handles a call. Where the server allows fewer at a time each refusal halves that, and the rest
// waits as long as it says; after other failures kAgainMs.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/handle.h"
#include "base/limits.h"
#include "client_api/client_api.pb.h"
#include "core/http_calls.h"
#include "core/store/conversation_id.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class People {
 public:
  static constexpr size_t kFindersMax = 10000;  // requests that wait for the server's word on one handle
  static constexpr uint64_t kAgainMs = 60000;
  static constexpr uint64_t kLimitedMs = 1000;  // at least, after a refusal by rate
  static constexpr uint64_t kFreshDays = 1;     // an answer that a handle has no account is believed so long

  using Found = std::function<void(const AccountId&)>;

  explicit People(Engine& engine);

  // The account that a request names by handle, account id or conversation. When it can't be had, fails the request and
  // does not call.
  template <class What>
  void find(uint32_t request, const What& what, Found found) {
    find(request, what.handle(), what.account_id(), what.conversation(), std::move(found));
  }
  // To write to a handle, as people write it: while the server can't be asked whose it is, a provisional account stands
  // for it (HandlesTable).
  void find_addressee(uint32_t request, const std::string& handle, Found found);

  // The server says that this handle is this account's (IDENTITY-1). False, and nothing is believed: the handle is known
  // to be another account's, which is a change of identity, or the account has as many as there can be.
  bool take_handle(const Handle& handle, const AccountId& account);
  // The person agrees to what changed about this conversation's partner (IDENTITY-6): its key, or whose the handle is.
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
  void find(uint32_t request, const std::string& handle, const std::string& account_id, const std::string& conversation,
            Found found);
  enum class Unreachable { kFails, kProvisional };
  struct Finder {
    uint32_t request = 0;
    Unreachable unreachable = Unreachable::kFails;
    Found found;
  };
  void find_by_handle(const std::string& written, Finder finder);
  void answer(const Handle& handle, const Finder& finder, const HttpReply& reply);
  AccountId provisional_account(const Handle& handle);
  // The server has said whose handle it is that the provisional account stands for.
  void resolve(const AccountId& provisional, const AccountId& account);
  void handle_moved(const Handle& handle, const AccountId& known, const AccountId& account);
  // What a lookup says about a handle; `account` absent: that nobody has it. Whether a contact's account is new.
  bool take_answer(const Handle& handle, const std::optional<AccountId>& account);
  void respond_with(const ConversationId& conversation, client_api::Response response,
                    client_api::Conversation* (client_api::Response::*field)());
  // Asks the server for these handles and stores its answer; `done` gets the reply, from a later input.
  void look_up(std::vector<Handle> handles, HttpCalls::Done done);
  // Of a failed look-up: the rest waits.
  void wait_to_look(const HttpReply& reply);
  void look_up_all(std::shared_ptr<std::vector<Handle>> handles, size_t next, std::function<void()> done);

  Engine& engine_;
  // By handle, in the order in which they came: what was written first is sent first.
  std::map<Handle, std::vector<Finder>> finders_;
  bool look_ = true;
  bool looking_ = false;
  size_t batch_ = kLookupMax;  // handles a call
  Timer again_;
};

}  // namespace kith::core
