// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_sending.h"

#include <algorithm>
#include <utility>

#include "content/content.pb.h"
#include "core/contents.h"
#include "core/store/store.h"
#include "crypto/group_signatures.h"
#include "crypto/padding.h"
#include "wire/group_state.h"

namespace kith::core {

using Kind = GroupSending::Outlook::Kind;

// What is known of a group's members, as of a revision and of all lists.
struct GroupSending::Members {
  Revision revision;
  uint64_t lists_version = 0;
  bool present = false;
  bool may_send = false;
  std::vector<AccountId> without_list;
  bool must_agree = false;
  crypto::GroupRoster roster{{}};
  Bytes lists_digest;
  uint32_t accounts = 0;  // that have a device on the roster

  bool hands_out = false;
  uint64_t told_ms = 0;
};

GroupSending::GroupSending(Ports ports) : ports_(std::move(ports)) {}
GroupSending::~GroupSending() = default;

GroupSending::Members* GroupSending::members_of(const GroupId& group) {
  Store& store = ports_.store;
  const auto row = store.groups.find(group);
  if (!row || !row->known() || row->stale()) return nullptr;
  std::unique_ptr<Members>& known = known_[group];
  if (known && known->revision == row->revision && known->lists_version == store.device_lists.version())
    return known.get();
  auto fresh = std::make_unique<Members>();
  fresh->revision = row->revision;
  fresh->lists_version = store.device_lists.version();
  if (known) fresh->hands_out = known->hands_out;
  const auto state = read_group_state(row->state);
  fresh->present = row->present;
  fresh->may_send = state && row->present && may_send(*state, ports_.registration->account);
  std::vector<crypto::MemberList> lists;
  std::vector<DeviceAddress> devices;
  for (const GroupMemberRow& member : store.groups.members(group)) {
    const auto list = store.device_lists.find(member.account);
    if (!list || !list->known()) {  // one that is newer by the server's word is fetched when it refuses for it
      fresh->without_list.push_back(member.account);
      continue;
    }
    fresh->must_agree = fresh->must_agree || store.device_lists.must_agree(member.account);
    lists.push_back({member.account, list->revision});
    const std::vector<DeviceId> targets = list->targets(*ports_.registration);
    for (const DeviceId device : targets) devices.push_back({member.account, device});
    if (!targets.empty()) ++fresh->accounts;
  }
  fresh->lists_digest = crypto::group_lists_digest(lists);
  fresh->roster = crypto::GroupRoster(std::move(devices));
  if (known_.size() > kGroupsKept) {
    known_.clear();
    known_[group] = std::move(fresh);
    return known_[group].get();
  }
  known = std::move(fresh);
  return known.get();
}

const GroupSending::Members* GroupSending::ready_members(const GroupId& group) const {
  const auto known = known_.find(group);
  return known == known_.end() ? nullptr : known->second.get();
}

GroupSending::Outlook GroupSending::prepare(const GroupId& group, bool again, const Done& done) {
  Members* const members = again ? nullptr : members_of(group);
  if (members == nullptr) {
    // An answer that brings it no further, as of a group that is not known to the server, is followed by a pause.
    ports_.fetch_group(group, [this, group, done](bool answered) {
      const auto row = ports_.store.groups.find(group);
      done(answered && row && row->known() && !row->stale());
    });
    return {.kind = Kind::kFetches};
  }
  if (!members->present) return {.kind = Kind::kFails, .why = FailureReason::kNotInGroup};
  if (!members->may_send) return {.kind = Kind::kFails, .why = FailureReason::kOnlyAdminsSend};
  std::vector<AccountId> wanted = members->without_list;
  if (const auto behind = behind_.find(group); behind != behind_.end())
    wanted.insert(wanted.end(), behind->second.begin(), behind->second.end());
  if (!wanted.empty()) {
    wanted.resize(std::min(wanted.size(), kListsAtOnce));
    return fetch_lists(group, wanted, done);
  }
  if (members->must_agree) return {.kind = Kind::kWaits};
  return hand_out(group, *members);
}

GroupSending::Outlook GroupSending::fetch_lists(const GroupId& group, const std::vector<AccountId>& accounts,
                                                const Done& done) {
  // All are there when the last has come, whatever the others said.
  struct Fetching {
    size_t open = 0;
    bool answered = true;
  };
  const auto fetching = std::make_shared<Fetching>(Fetching{.open = accounts.size()});
  for (const AccountId& account : accounts) {
    ports_.fetch_list(account, [this, group, account, fetching, done](bool answered) {
      if (const auto behind = behind_.find(group); behind != behind_.end()) {
        behind->second.erase(account);
        if (behind->second.empty()) behind_.erase(behind);
      }
      const auto list = ports_.store.device_lists.find(account);
      fetching->answered = fetching->answered && answered && list && list->known();
      if (--fetching->open == 0) done(fetching->answered);
    });
  }
  return {.kind = Kind::kFetches};
}

GroupSending::Outlook GroupSending::hand_out(const GroupId& group, Members& members) {
  crypto::Groups& cipher = ports_.cipher();
  auto key = cipher.hand_out(group, members.roster);
  if (!key) return {.kind = Kind::kWaits};  // the database failed: the commit will say so
  Outlook outlook;
  std::vector<DeviceAddress> handed;
  size_t left = 0;
  AccountId last;
  for (const DeviceAddress& device : key->to) {  // those of an account are side by side
    const bool is_new = device.account != last;
    last = device.account;
    if (is_new && outlook.keys.size() < kHandOutsAtOnce) {
      outlook.keys.push_back({device.account, contents::group_key(ports_.clock.now(), group, key->key)});
    } else if (is_new) {
      ++left;
    }
    if (left == 0) handed.push_back(device);
  }
  if (!handed.empty() && !cipher.handed(group, key->chain, handed)) return {.kind = Kind::kWaits};
  tell_progress(group, members, left + outlook.keys.size());
  if (!outlook.keys.empty()) outlook.kind = Kind::kHandsOut;
  return outlook;
}

void GroupSending::tell_progress(const GroupId& group, Members& members, size_t left) {
  if (left == 0 && !members.hands_out) return;
  const uint64_t now = ports_.clock.monotonic().value;
  if (left != 0 && members.hands_out && now - members.told_ms < kProgressMs) return;
  members.hands_out = left != 0;
  members.told_ms = now;
  const auto total = members.accounts;
  ports_.progress(group, total - std::min<uint32_t>(total, static_cast<uint32_t>(left)), total);
}

bool GroupSending::is_alone(const GroupId& group) const {
  const Members* const members = ready_members(group);
  return members != nullptr && members->roster.devices().empty();
}

bool GroupSending::seal(OutboxRow& item) {
  const GroupId group = item.target.group();
  Store& store = ports_.store;
  const Members* const members = ready_members(group);
  if (members == nullptr) return false;
  if (item.sealed && item.revision == members->revision && item.lists_digest == members->lists_digest) return true;
  if (item.receipt_number == 0)
    item.receipt_number = store.sent.add(item.target, ports_.registration->device, item.message_id, item.message_id);
  const Bytes content =
      contents::bound(item.content, item.message_id, item.receipt_number, contents::InGroup{group, members->revision});
  auto ciphertext = ports_.cipher().seal(group, members->roster, crypto::pad(content));
  if (!ciphertext) {
    store.outbox.set_receipt_number(item.sequence, item.receipt_number);
    return false;
  }
  content::Sealed sealed;
  sealed.set_scheme(content::Sealed::kSenderKey);
  sealed.set_ciphertext(std::move(*ciphertext));
  item.envelopes = {{DeviceId{}, sealed.SerializeAsString()}};
  item.revision = members->revision;
  item.lists_digest = members->lists_digest;
  item.sealed = true;
  store.outbox.seal(item);
  store.messages.set_group_revision(item.message_id, members->revision);
  return true;
}

void GroupSending::write(const OutboxRow& item, wire::Send& send) {
  if (item.kind == OutboxKind::kReadReceipt) {
    (void)send.mutable_read_in_group()->ParseFromString(item.content);
    return;
  }
  wire::ToGroup& to = *send.mutable_group();
  to.set_group_id(item.target.group().bytes());
  to.set_revision(item.revision.value);
  to.set_lists_digest(item.lists_digest);
  to.set_receipt_number(item.receipt_number);
  if (!item.envelopes.empty()) to.set_payload(item.envelopes.front().payload);
}

bool GroupSending::take(const GroupId& group, const wire::StaleGroup& stale) {
  Store& store = ports_.store;
  const auto row = store.groups.find(group);
  if (row && stale.revision() > row->revision.value) {
    store.groups.note_revision(group, {stale.revision()});
    return true;
  }
  bool news = false;
  for (const wire::StaleGroup::MemberList& each : stale.lists()) {
    const auto account = AccountId::from_bytes(each.account_id());
    const auto member = account ? store.groups.member(group, *account) : std::nullopt;
    if (!member || member->role == wire::kGroupRoleUnspecified) continue;  // of no member there is nothing to know
    const auto list = store.device_lists.find(*account);
    if (list && list->revision.value >= each.device_list_revision()) continue;
    behind_[group].insert(*account);
    news = true;
  }
  return news;
}

}  // namespace kith::core
