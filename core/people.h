// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom a request is about: somebody named by handle, account or conversation; and conversations with somebody new.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/handle.h"
#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/http_calls.h"
#include "core/store/conversation_id.h"

namespace kith::core {

struct Engine;

class People {
 public:
  static constexpr size_t kFindersMax = 10000;  // requests that wait for the server's word on one handle

  using Found = std::function<void(const AccountId&)>;

  explicit People(Engine& engine);

  // The account that a request names by handle, account id or conversation. When it can't be had, fails the request and
  // does not call.
  template <class What>
  void find(uint32_t request, const What& what, Found found) {
    find(request, what.handle(), what.account_id(), what.conversation(), std::move(found));
  }
  // All whom a request names, each once and in the order of their ids; this account is not among them. When one can't
  // be had, as one whose handle the server has not given out yet, fails the request and does not call.
  void find_all(uint32_t request, const google::protobuf::RepeatedPtrField<client_api::Whom>& whom,
                std::function<void(std::vector<AccountId>)> found);
  // To write to a handle, as people write it: while the server can't be asked whose it is, a provisional account stands
  // for it (HandlesTable).
  void find_addressee(uint32_t request, const std::string& handle, Found found);

  void open_conversation(uint32_t request, const client_api::OpenConversationRequest& what);
  // The person agrees to what changed about this conversation's partner (IDENTITY-6): its key, or whose the handle is.
  void accept_identity(uint32_t request, const client_api::AcceptIdentityRequest& what);

 private:
  void find(uint32_t request, const std::string& handle, const std::string& account_id, const std::string& conversation,
            Found found);
  // While the server can't be asked: fails; a provisional account will do; fails, and none that is there will do.
  enum class Unreachable { kFails, kProvisional, kReal };
  struct Gathering;
  void gather(const std::shared_ptr<Gathering>& gathering);
  struct Finder {
    uint32_t request = 0;
    Unreachable unreachable = Unreachable::kFails;
    Found found;
  };
  void find_by_handle(const std::string& written, Finder finder);
  void answer(const Handle& handle, const Finder& finder, const HttpReply& reply);
  AccountId provisional_account(const Handle& handle);
  void respond_with(const ConversationId& conversation, client_api::Response response,
                    client_api::Conversation* (client_api::Response::*field)());

  Engine& engine_;
  // By handle, in the order in which they came: what was written first is sent first.
  std::map<Handle, std::vector<Finder>> finders_;
};

}  // namespace kith::core
