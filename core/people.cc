// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/people.h"

#include <algorithm>
#include <utility>

#include "core/contacts.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "wire/handle.h"

namespace kith::core {

namespace {
constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1000000;
}

People::People(Engine& engine) : engine_(engine), again_(engine.timers) {}

void People::find(uint32_t request, const std::string& handle, const std::string& account_id,
                  const std::string& conversation, Found found) {
  if (!conversation.empty()) {
    const auto id = Conversations(engine_.store).resolve(conversation);
    if (!id) return engine_.output.fail(request, id.error().code, id.error().detail);
    if (const auto row = engine_.store.conversations.find(*id)) found(row->peer);
    return;  // else the database failed: the commit answers
  }
  if (!account_id.empty()) {
    const auto account = AccountId::from_hex(account_id);
    if (!account)
      return engine_.output.fail(request, FailureCode::kInvalidArgument, "account_id: must be 32 hexadecimal digits");
    return found(*account);
  }
  find_by_handle(handle, {request, Unreachable::kFails, std::move(found)});
}

void People::find_addressee(uint32_t request, const std::string& handle, Found found) {
  find_by_handle(handle, {request, Unreachable::kProvisional, std::move(found)});
}

void People::find_by_handle(const std::string& written, Finder finder) {
  const uint32_t request = finder.request;
  const bool may_be_provisional = finder.unreachable == Unreachable::kProvisional;
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
  const bool asks = !known || (may_be_provisional && engine_.store.handles.provisional(*known));
  if (!asks) return finder.found(*known);
  if (!engine_.connection.wanted()) {
    if (may_be_provisional) return finder.found(provisional_account(*handle));
    return engine_.output.fail(request, FailureCode::kOffline, "handle: not known on this device, and not connected");
  }
  finders_[*handle].push_back(std::move(finder));
  look_up({*handle}, [this, handle = *handle](const HttpReply& reply) {
    const auto waiting = finders_.extract(handle);
    for (const Finder& each : waiting.mapped()) answer(handle, each, reply);
  });
}

void People::answer(const Handle& handle, const Finder& finder, const HttpReply& reply) {
  if (finder.unreachable == Unreachable::kProvisional && reply.is_temporary())
    return finder.found(provisional_account(handle));
  if (!reply.ok()) {
    const CallFailure failure = failure_of(reply);
    return engine_.output.fail(finder.request, failure.code, failure.detail, failure.retry_after_ms);
  }
  const auto account = engine_.store.handles.known_account_of(handle);
  if (!account) {
    return engine_.output.fail(finder.request, FailureCode::kNoSuchAccount,
                               "handle: nobody on this server has " + handle.text());
  }
  finder.found(*account);
}

AccountId People::provisional_account(const Handle& handle) {
  look_ = true;
  if (const auto known = engine_.store.handles.account_of(handle)) return *known;
  const AccountId account = engine_.random.id<AccountId>();
  engine_.store.handles.add_provisional(account, handle);
  return account;
}

void People::resolve(const AccountId& provisional, const AccountId& account) {
  const bool merged = engine_.store.handles.adopt(provisional, account);
  engine_.outbox.redirect(provisional, account);
  engine_.profiles.look_again();
  engine_.changes.partner(account);
  if (merged) engine_.changes.resync();  // there is no event for a conversation that is gone
}

bool People::take_handle(const Handle& handle, const AccountId& account) {
  HandlesTable& handles = engine_.store.handles;
  if (engine_.is_self(account) || handle == engine_.registration->handle)
    return engine_.is_self(account) && handle == engine_.registration->handle;
  const auto known = handles.account_of(handle);
  if (known == account) {
    handles.remove_claim(handle);
  } else {
    if (known && !handles.provisional(*known)) {
      handle_moved(handle, *known, account);
      return false;
    }
    if (handles.of(account).size() >= kHandlesMax) return false;
    if (known) resolve(*known, account);
  }
  handles.set(handle, account);
  return true;
}

void People::handle_moved(const Handle& handle, const AccountId& known, const AccountId& account) {
  if (engine_.store.handles.claim_on(handle) == account) return;  // it was said before
  engine_.store.handles.set_claim(handle, account);
  engine_.store.device_lists.set_must_agree(account, true);
  engine_.changes.contacts();
  const bool shown = engine_.store.conversations.with(known).has_value();
  for (const AccountId& each : {known, account}) {
    auto conversation = engine_.store.conversations.with(each);
    if (!conversation && !shown) continue;
    if (!conversation)
      conversation = Conversations(engine_.store).open(each, engine_.connection.server_now(), engine_.random).id;
    engine_.changes.notice(*conversation, each, MessageKind::kHandleMoved, engine_.connection.server_now());
    engine_.changes.conversation(*conversation);
  }
  engine_.profiles.look_again();
}

void People::agree(const AccountId& account) {
  HandlesTable& handles = engine_.store.handles;
  for (Handle handle = handles.claimed_by(account); !handle.is_none(); handle = handles.claimed_by(account)) {
    const auto before = handles.account_of(handle);
    handles.remove_claim(handle);
    handles.set(handle, account);
    if (engine_.store.contacts.find(handle)) {
      engine_.store.contacts.set_account(handle, account, engine_.clock.now());
      engine_.privacy.contacts_changed();
    }
    if (before) engine_.changes.partner(*before);
  }
  engine_.store.device_lists.set_must_agree(account, false);
  engine_.outbox.release_all(account);
  engine_.repair.look_again();
  engine_.changes.partner(account);
  engine_.changes.contacts();
}

void People::accept_identity(uint32_t request, const client_api::AcceptIdentityRequest& what) {
  Conversations conversations(engine_.store);
  const auto conversation = conversations.resolve(what.conversation());
  if (!conversation) return engine_.output.fail(request, conversation.error().code, conversation.error().detail);
  const auto row = engine_.store.conversations.find(*conversation);
  if (!row) return;  // the database failed: the commit answers
  AccountId account = row->peer;
  // In the conversation with the account before, it is the one that has the handle now that is agreed to.
  if (const auto claim = engine_.store.handles.claim_on_any_of(account)) account = *claim;
  const ConversationId id = conversations.open(account, engine_.connection.server_now(), engine_.random).id;
  agree(account);
  client_api::Response response;
  response.set_id(request);
  respond_with(id, std::move(response), &client_api::Response::mutable_accept_identity);
}

bool People::take_answer(const Handle& handle, const std::optional<AccountId>& said) {
  std::optional<AccountId> account = said;
  if (account && !take_handle(handle, *account)) account.reset();
  const auto known = engine_.store.handles.account_of(handle);
  // A row that can't be found by its handle would have none, whatever the server says.
  if (account && known != account && !engine_.is_self(*account)) engine_.database.found_damage();
  if (known) {
    if (engine_.store.handles.provisional(*known)) {
      engine_.outbox.fail_all(*known, FailureReason::kNoAccount);
    } else {
      account = known;
    }
  }
  const auto contact = engine_.store.contacts.find(handle);
  if (!contact) return false;
  // No answer about a handle is one, but never takes an account away: a handle keeps it.
  engine_.store.contacts.set_account(handle, account.value_or(contact->account), engine_.clock.now());
  return account && contact->account != *account;
}

void People::look_up(std::vector<Handle> handles, HttpCalls::Done done) {
  wire::LookupRequest body;
  for (const Handle& handle : handles) *body.add_handles() = to_wire(handle);
  engine_.http.call("POST", "/v1/accounts/lookup", body.SerializeAsString(),
                    [this, handles = std::move(handles), done = std::move(done)](const HttpReply& reply) {
                      const auto response = reply.parse<wire::LookupResponse>();
                      if (!response) return done(reply);
                      std::map<Handle, AccountId> found;
                      for (const auto& each : response->found()) {
                        const auto handle = read_handle(each.handle());
                        const auto account = AccountId::from_bytes(each.account_id());
                        if (handle && account) found.emplace(*handle, *account);
                      }
                      bool accounts = false;
                      for (const Handle& handle : handles) {
                        const auto entry = found.find(handle);
                        accounts = take_answer(handle, entry == found.end() ? std::optional<AccountId>()
                                                                            : std::optional(entry->second)) ||
                                   accounts;
                      }
                      if (accounts) {
                        engine_.changes.contacts();
                        engine_.privacy.contacts_changed();
                      }
                      done(reply);
                    });
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
  find(request, what, [this, request](const AccountId& account) {
    const auto [id, is_new] =
        Conversations(engine_.store).open(account, engine_.connection.server_now(), engine_.random);
    if (is_new) {
      engine_.changes.conversation(id);
      engine_.profiles.look_again();
    }
    client_api::Response response;
    response.set_id(request);
    respond_with(id, std::move(response), &client_api::Response::mutable_open_conversation);
  });
}

void People::list_contacts(uint32_t request) {
  client_api::Response response;
  response.set_id(request);
  *response.mutable_list_contacts() = Contacts(engine_.store).list();
  engine_.output.respond(std::move(response));
}

void People::set_contact(uint32_t request, const client_api::SetContactRequest& what) {
  auto contact = Contacts(engine_.store).set(what);
  if (!contact) return engine_.output.fail(request, contact.error().code, contact.error().detail);
  engine_.changes.contacts();
  engine_.privacy.contacts_changed();
  const Handle handle = contact->handle;
  if (const auto account = engine_.store.handles.account_of(handle); account) engine_.changes.partner(*account);
  const auto answer = [this, request, handle, removed = what.remove()] {
    client_api::Response response;
    response.set_id(request);
    const auto row = engine_.store.contacts.find(handle);
    if (row && !removed) {
      *response.mutable_set_contact() = Contacts(engine_.store).build(*row);
    } else {
      *response.mutable_set_contact()->mutable_handle() = shown(handle);
    }
    engine_.output.respond(std::move(response));
  };
  if (what.remove() || !contact->account.is_none()) return answer();
  if (!engine_.connection.ready()) {
    look_ = true;
    return answer();
  }
  look_up({handle}, [answer](const HttpReply&) { answer(); });
}

void People::import_contacts(uint32_t request, const client_api::ImportContactsRequest& what) {
  const auto imported = Contacts(engine_.store).import(what);
  if (!imported) return engine_.output.fail(request, imported.error().code, imported.error().detail);
  if (imported->imported > 0) {
    engine_.changes.contacts();
    engine_.privacy.contacts_changed();
  }
  const auto handles = std::make_shared<std::vector<Handle>>(imported->handles);
  const auto answer = [this, request, handles, counts = std::pair(imported->imported, imported->skipped)] {
    client_api::Response response;
    response.set_id(request);
    response.mutable_import_contacts()->set_imported(counts.first);
    response.mutable_import_contacts()->set_skipped(counts.second);
    const Contacts::Counts known = Contacts(engine_.store).count(*handles);
    response.mutable_import_contacts()->set_with_account(known.with_account);
    response.mutable_import_contacts()->set_not_asked(known.not_asked);
    engine_.output.respond(std::move(response));
  };
  if (!engine_.connection.ready()) {
    look_ = true;
    return answer();
  }
  look_up_all(handles, 0, answer);
}

void People::look_up_all(std::shared_ptr<std::vector<Handle>> handles, size_t next, std::function<void()> done) {
  if (next >= handles->size()) return done();
  const size_t end = std::min(handles->size(), next + batch_);
  std::vector<Handle> batch(handles->begin() + static_cast<ptrdiff_t>(next),
                            handles->begin() + static_cast<ptrdiff_t>(end));
  look_up(std::move(batch), [this, handles, end, done = std::move(done)](const HttpReply& reply) {
    if (!reply.ok()) {
      wait_to_look(reply);
      return done();
    }
    look_up_all(handles, end, done);
  });
}

void People::wait_to_look(const HttpReply& reply) {
  look_ = true;
  const bool limited = reply.error().code() == wire::kRateLimited;
  if (limited) batch_ = std::max<size_t>(1, batch_ / 2);
  const uint64_t least_ms = limited ? kLimitedMs : kAgainMs;
  again_.set(engine_.in_ms(std::max<uint64_t>(least_ms, reply.error().retry_after_ms())), [this] { look_ = true; });
}

void People::set_blocked(uint32_t request, const client_api::SetBlockedRequest& what) {
  find(request, what, [this, request, blocked = what.blocked()](const AccountId& account) {
    if (engine_.is_self(account))
      return engine_.output.fail(request, FailureCode::kInvalidArgument, "one's own account can't be blocked");
    if (engine_.store.contacts.blocked(account) != blocked) {
      engine_.store.contacts.set_blocked(account, blocked);
      engine_.typing_presence.message_came(account);
      engine_.changes.partner(account);
      engine_.changes.contacts();
      engine_.privacy.changed();
    }
    engine_.output.done(request, &client_api::Response::mutable_set_blocked);
  });
}

void People::pump() {
  if (!look_ || looking_ || again_.is_set() || !engine_.connection.ready()) return;
  look_ = false;
  const uint64_t now = engine_.clock.now().value;
  const UnixMicros old{now > kFreshDays * kDayUs ? now - kFreshDays * kDayUs : 1};
  std::vector<Handle> handles = engine_.store.handles.waiting(static_cast<int64_t>(batch_));
  for (const ContactRow& contact :
       engine_.store.contacts.to_look_up(old, static_cast<int64_t>(batch_ - handles.size()))) {
    // A row that can't be found by its key would never be marked as looked up.
    if (!engine_.store.contacts.find(contact.handle)) engine_.database.found_damage();
    handles.push_back(contact.handle);
  }
  if (handles.empty()) return;
  looking_ = true;
  look_up(std::move(handles), [this](const HttpReply& reply) {
    looking_ = false;
    look_ = true;
    if (!reply.parse<wire::LookupResponse>()) return wait_to_look(reply);
    batch_ = std::min(kLookupMax, batch_ * 2);
  });
}

}  // namespace kith::core
