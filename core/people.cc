// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/people.h"

#include <algorithm>
#include <utility>

#include "core/conversations.h"
#include "core/engine.h"

namespace kith::core {

People::People(Engine& engine) : engine_(engine) {}

void People::find(uint32_t request, const std::string& handle, const std::string& account_id,
                  const std::string& conversation, Found found) {
  if (!conversation.empty()) {
    const auto id = Conversations(engine_.store).resolve(conversation);
    if (!id) return engine_.output.fail(request, id.error().code, id.error().detail);
    const auto row = engine_.store.conversations.find(*id);
    if (!row) return;  // the database failed: the commit answers
    if (row->peer.is_group())
      return engine_.output.fail(request, FailureCode::kInvalidArgument, "conversation: is a group's");
    return found(row->peer.account());
  }
  if (!account_id.empty()) {
    const auto account = AccountId::from_hex(account_id);
    if (!account)
      return engine_.output.fail(request, FailureCode::kInvalidArgument, "account_id: must be 32 hexadecimal digits");
    return found(*account);
  }
  find_by_handle(handle, {request, Unreachable::kFails, std::move(found)});
}

struct People::Gathering {
  uint32_t request = 0;
  std::vector<client_api::Whom> left;  // the next one last
  std::vector<AccountId> accounts;
  std::function<void(std::vector<AccountId>)> found;
};

void People::find_all(uint32_t request, const google::protobuf::RepeatedPtrField<client_api::Whom>& whom,
                      std::function<void(std::vector<AccountId>)> found) {
  gather(std::make_shared<Gathering>(Gathering{request, {whom.rbegin(), whom.rend()}, {}, std::move(found)}));
}

void People::gather(const std::shared_ptr<Gathering>& gathering) {
  while (!gathering->left.empty()) {
    const client_api::Whom whom = std::move(gathering->left.back());
    gathering->left.pop_back();
    if (whom.account_id().empty() == whom.handle().empty()) {
      return engine_.output.fail(gathering->request, FailureCode::kInvalidArgument,
                                 "whom: by a handle, or by an account_id");
    }
    std::optional<AccountId> known = AccountId::from_hex(whom.account_id());
    if (!whom.account_id().empty() && (!known || known->is_none())) {
      return engine_.output.fail(gathering->request, FailureCode::kInvalidArgument,
                                 "account_id: must be 32 hexadecimal digits");
    }
    if (const auto handle = Handle::parse(whom.handle(), engine_.registration->handle.as_phone()); handle) {
      known = engine_.store.handles.account_of(*handle);
      if (known && engine_.store.handles.provisional(*known)) known.reset();
    }
    if (!known) {
      return find_by_handle(whom.handle(),
                            {gathering->request, Unreachable::kReal, [this, gathering](const AccountId& account) {
                               gathering->accounts.push_back(account);
                               gather(gathering);
                             }});
    }
    gathering->accounts.push_back(*known);
  }
  std::vector<AccountId>& accounts = gathering->accounts;
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  std::erase(accounts, engine_.registration->account);
  gathering->found(std::move(accounts));
}

void People::find_addressee(uint32_t request, const std::string& handle, Found found) {
  find_by_handle(handle, {request, Unreachable::kProvisional, std::move(found)});
}

void People::find_by_handle(const std::string& written, Finder finder) {
  const uint32_t request = finder.request;
  const bool may_be_provisional = finder.unreachable == Unreachable::kProvisional;
  const bool stays_provisional = finder.unreachable == Unreachable::kFails;
  const Handle& own = engine_.registration->handle;
  const auto handle = Handle::parse(written, own.as_phone());
  if (!handle) return engine_.output.fail(request, FailureCode::kInvalidHandle, about_handle(handle.error()));
  if (*handle == own) return finder.found(engine_.registration->account);
  if (const auto waiting = finders_.find(*handle); waiting != finders_.end()) {
    if (waiting->second.size() >= kFindersMax)
      return engine_.output.fail(request, FailureCode::kOutboxFull, "too many requests wait for this handle");
    return waiting->second.push_back(std::move(finder));
  }
  const auto known = engine_.store.handles.account_of(*handle);
  const bool asks = !known || (!stays_provisional && engine_.store.handles.provisional(*known));
  if (!asks) return finder.found(*known);
  if (!engine_.connection.wanted()) {
    if (may_be_provisional) return finder.found(provisional_account(*handle));
    return engine_.output.fail(request, FailureCode::kOffline, "handle: not known on this device, and not connected");
  }
  finders_[*handle].push_back(std::move(finder));
  engine_.lookups.ask({*handle}, [this, handle = *handle](const HttpReply& reply) {
    const auto waiting = finders_.extract(handle);
    for (const Finder& each : waiting.mapped()) answer(handle, each, reply);
  });
}

void People::answer(const Handle& handle, const Finder& finder, const HttpReply& reply) {
  if (finder.unreachable == Unreachable::kProvisional && reply.is_temporary())
    return finder.found(provisional_account(handle));
  if (!reply.ok()) return engine_.output.fail(finder.request, failure_of(reply));
  const auto account = engine_.store.handles.known_account_of(handle);
  if (!account) {
    return engine_.output.fail(finder.request, FailureCode::kNoSuchAccount,
                               "handle: nobody on this server has " + handle.text());
  }
  finder.found(*account);
}

AccountId People::provisional_account(const Handle& handle) {
  engine_.lookups.look_again();
  if (const auto known = engine_.store.handles.account_of(handle)) return *known;
  const AccountId account = engine_.random.id<AccountId>();
  engine_.store.handles.add_provisional(account, handle);
  return account;
}

void People::accept_identity(uint32_t request, const client_api::AcceptIdentityRequest& what) {
  Conversations conversations(engine_.store);
  const auto conversation = conversations.resolve(what.conversation());
  if (!conversation) return engine_.output.fail(request, conversation.error().code, conversation.error().detail);
  const auto row = engine_.store.conversations.find(*conversation);
  if (!row) return;  // the database failed: the commit answers
  if (row->peer.is_group())
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "conversation: is a group's");
  AccountId account = row->peer.account();
  // In the conversation with the account before, it is the one that has the handle now that is agreed to.
  if (const auto claim = engine_.store.handles.claim_on_any_of(account)) account = *claim;
  const ConversationId id = conversations.open(account, engine_.connection.server_now(), engine_.random).id;
  engine_.handle_owners.agree(account);
  engine_.agreed_to(account);
  client_api::Response response;
  response.set_id(request);
  respond_with(id, std::move(response), &client_api::Response::mutable_accept_identity);
}

void People::respond_with(const ConversationId& conversation, client_api::Response response,
                          client_api::Conversation* (client_api::Response::*field)()) {
  std::optional<client_api::Conversation> built = Conversations(engine_.store).build(conversation);
  if (!built) return;  // the database failed: the commit answers
  engine_.typing_presence.describe(conversation, *built);
  *(response.*field)() = std::move(*built);
  engine_.output.respond(std::move(response));
}

void People::open_conversation(uint32_t request, const client_api::OpenConversationRequest& what) {
  if (!what.conversation().empty()) {
    // It is there, whatever it is with.
    const auto there = Conversations(engine_.store).resolve(what.conversation());
    if (!there) return engine_.output.fail(request, there.error().code, there.error().detail);
    client_api::Response response;
    response.set_id(request);
    return respond_with(*there, std::move(response), &client_api::Response::mutable_open_conversation);
  }
  find(request, what, [this, request](const AccountId& account) {
    const auto [id, is_new] =
        Conversations(engine_.store).open(account, engine_.connection.server_now(), engine_.random);
    if (is_new) engine_.profiles.look_again();
    const auto row = engine_.store.conversations.find(id);
    if (row && row->gone) engine_.store.conversations.set_gone(id, false);
    if (is_new || (row && row->gone)) engine_.changes.conversation(id);
    client_api::Response response;
    response.set_id(request);
    respond_with(id, std::move(response), &client_api::Response::mutable_open_conversation);
  });
}

}  // namespace kith::core
