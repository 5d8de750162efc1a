// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/lookups.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/engine.h"
#include "wire/handle.h"

namespace kith::core {

namespace {
constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1000000;
}

Lookups::Lookups(Engine& engine) : engine_(engine), again_(engine.timers) {}

bool Lookups::take_answer(const Handle& handle, const std::optional<AccountId>& said) {
  std::optional<AccountId> account = said;
  if (account && !engine_.handle_owners.take(handle, *account)) account.reset();
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

void Lookups::ask(std::vector<Handle> handles, HttpCalls::Done done) {
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

void Lookups::ask_from(std::shared_ptr<std::vector<Handle>> handles, size_t next, std::function<void()> done) {
  if (next >= handles->size()) return done();
  const size_t end = std::min(handles->size(), next + batch_);
  std::vector<Handle> batch(handles->begin() + static_cast<ptrdiff_t>(next),
                            handles->begin() + static_cast<ptrdiff_t>(end));
  ask(std::move(batch), [this, handles, end, done = std::move(done)](const HttpReply& reply) {
    if (!reply.ok()) {
      wait_to_look(reply);
      return done();
    }
    ask_from(handles, end, done);
  });
}

void Lookups::wait_to_look(const HttpReply& reply) {
  look_ = true;
  const bool limited = reply.error().code() == wire::kRateLimited;
  if (limited) batch_ = std::max<size_t>(1, batch_ / 2);
  const uint64_t least_ms = limited ? kLimitedMs : kAgainMs;
  again_.set(engine_.in_ms(std::max<uint64_t>(least_ms, reply.error().retry_after_ms())), [this] { look_ = true; });
}

void Lookups::pump() {
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
  ask(std::move(handles), [this](const HttpReply& reply) {
    looking_ = false;
    look_ = true;
    if (!reply.parse<wire::LookupResponse>()) return wait_to_look(reply);
    batch_ = std::min(kLookupMax, batch_ * 2);
  });
}

}  // namespace kith::core
