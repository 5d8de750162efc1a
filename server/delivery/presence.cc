// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/presence.h"

#include <algorithm>
#include <utility>

namespace kith {

// ---------------------------------------------------------------- the account's side

void Presence::set_available(Account& account, Device& device, bool available) {
  if (device.available == available) return;
  const bool was_online = account.online();
  device.available = available;
  available ? ++ports_.counters.available : --ports_.counters.available;
  const bool online = account.online();
  if (was_online == online) return;
  const UnixMicros now = ports_.clock.now();
  if (!online) ports_.last_seen.put(account.id, now);
  notify_all(account, now, false);
}

// EPHEMERAL-2: to whom the account's scope allows it, if the viewer shows itself as well.
Presence::Notice Presence::notice_for(const Account& account, const Subscriber& subscriber, UnixMicros last_seen) {
  Notice notice{account.id, subscriber.viewer, wire::PresenceNotice::kHidden, {}};
  if (!subscriber.viewer_shows || !account.shows_presence_to(subscriber.viewer.account)) return notice;
  if (account.online()) {
    notice.visibility = wire::PresenceNotice::kOnline;
  } else if (last_seen.value == 0) {
    notice.visibility = wire::PresenceNotice::kUnknown;
  } else {
    notice.visibility = wire::PresenceNotice::kLastSeen;
    notice.last_seen = last_seen;
  }
  return notice;
}

void Presence::notify_all(Account& account, UnixMicros last_seen, bool hidden_too) {
  if (!account.subscribers) return;
  std::vector<Notice> notices;
  for (const Subscriber& subscriber : *account.subscribers) {
    Notice notice = notice_for(account, subscriber, last_seen);
    if (hidden_too || notice.visibility != wire::PresenceNotice::kHidden) notices.push_back(notice);
  }
  ports_.accounts.send(std::move(notices));
}

Task<void> Presence::notify_all_later(AccountId id) {
  const auto last_seen = co_await ports_.last_seen.get(id);
  co_await enter(ports_.executor);
  if (Account* const account = ports_.accounts.in_memory(id))
    notify_all(*account, last_seen ? *last_seen : UnixMicros{}, true);
}

void Presence::privacy_changed(Account& account) {
  if (account.subscribers) ports_.scope.spawn(notify_all_later(account.id));
  std::vector<Change> changes;
  for (const Device& device : account.devices) {
    if (!device.subscriptions) continue;
    for (const AccountId& target : *device.subscriptions) {
      changes.push_back({target, {account.id, device.id}, ++version_, account.shows_presence_to(target), true});
    }
  }
  ports_.accounts.send(std::move(changes));
}

Task<void> Presence::apply(std::vector<Change> changes) {
  for (size_t i = 0; i < changes.size(); ++i) {
    const Change& change = changes[i];
    Account* account = ports_.accounts.in_memory(change.target);
    if (account == nullptr) {
      if (!change.subscribed) continue;  // one still on its way there is taken back by its first notice
      const auto loaded = co_await ports_.accounts.account(change.target);
      if (!loaded) {
        ports_.accounts.send(std::vector<Notice>{{change.target, change.viewer, wire::PresenceNotice::kUnknown, {}}});
        continue;
      }
      account = *loaded;
    }
    if (!account->subscribers) {
      if (!change.subscribed) continue;
      account->subscribers = std::make_unique<std::vector<Subscriber>>();
    }
    auto& subscribers = *account->subscribers;
    auto known = std::find_if(subscribers.begin(), subscribers.end(),
                              [&change](const Subscriber& one) { return one.viewer == change.viewer; });
    if (known != subscribers.end() && known->version > change.version) continue;
    if (!change.subscribed) {
      if (known != subscribers.end()) subscribers.erase(known);
      if (subscribers.empty()) account->subscribers.reset();
      continue;
    }
    if (known == subscribers.end()) known = subscribers.insert(subscribers.end(), Subscriber{change.viewer, 0, false});
    known->version = change.version;
    known->viewer_shows = change.viewer_shows;
    UnixMicros last_seen;
    if (!account->online()) {
      const auto stored = co_await ports_.last_seen.get(change.target);
      co_await enter(ports_.executor);
      if (stored) last_seen = *stored;
      account = ports_.accounts.in_memory(change.target);
      if (account == nullptr || !account->subscribers) continue;
    }
    for (const Subscriber& subscriber : *account->subscribers) {
      if (subscriber.viewer == change.viewer)
        ports_.accounts.send(std::vector<Notice>{notice_for(*account, subscriber, last_seen)});
    }
  }
}

// ---------------------------------------------------------------- the viewer's side

void Presence::subscribe(Account& account, Device& device, std::vector<AccountId> wanted) {
  std::sort(wanted.begin(), wanted.end());
  wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  const DeviceAddress viewer{account.id, device.id};
  std::vector<Change> changes;
  if (device.subscriptions) {
    for (const AccountId& target : *device.subscriptions) {
      if (!std::binary_search(wanted.begin(), wanted.end(), target))
        changes.push_back({target, viewer, ++version_, false, false});
    }
  }
  for (const AccountId& target : wanted)
    changes.push_back({target, viewer, ++version_, account.shows_presence_to(target), true});
  if (wanted.empty()) {
    device.subscriptions.reset();
  } else {
    wanted.shrink_to_fit();
    device.subscriptions = std::make_unique<std::vector<AccountId>>(std::move(wanted));
  }
  ports_.accounts.send(std::move(changes));
}

void Presence::unsubscribe_all(Account& account, Device& device) {
  if (device.subscriptions) subscribe(account, device, {});
}

void Presence::drop(Account& account, Device& device) {
  set_available(account, device, false);
  unsubscribe_all(account, device);
}

void Presence::take_notices(const std::vector<Notice>& notices) {
  std::vector<Change> unwanted;
  for (const Notice& notice : notices) {
    Account* const account = ports_.accounts.in_memory(notice.viewer.account);
    Device* const device = account != nullptr ? account->device(notice.viewer.device) : nullptr;
    Session* const session = device != nullptr && device->inbox ? device->inbox->started_session() : nullptr;
    if (session == nullptr || !device->subscriptions ||
        !std::binary_search(device->subscriptions->begin(), device->subscriptions->end(), notice.target)) {
      unwanted.push_back({notice.target, notice.viewer, ++version_, false, false});
      continue;
    }
    wire::ServerFrame frame;
    wire::PresenceNotice& presence = *frame.mutable_presence();
    presence.set_account_id(notice.target.bytes());
    presence.set_visibility(notice.visibility);
    presence.set_last_seen_us(notice.last_seen.value);
    session->send(frame);
  }
  ports_.accounts.send(std::move(unwanted));
}

}  // namespace kith
