// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/groups.h"

#include <algorithm>

#include "base/limits.h"
#include "core/engine.h"
#include "core/group_info.h"
#include "core/group_view.h"
#include "core/group_welcomes.h"
#include "crypto/aead.h"
#include "crypto/group_signatures.h"

namespace kith::core {

namespace {

// What was sent to a group that this account has left can't come any more.
constexpr uint64_t kKeysOfLeftUs = (kInboxLifeSeconds + 24 * 3600) * uint64_t{1'000'000};

std::string path_of(const GroupId& group) { return "/v1/groups/" + group.hex(); }

bool is_known_no_more(const HttpReply& reply) {
  const wire::ErrorCode code = reply.error().code();
  return code == wire::kNoSuchGroup || code == wire::kNotFound;
}

}  // namespace

Groups::Groups(Engine& engine)
    : engine_(engine),
      tellings_(engine.store.groups, engine.registration),
      again_(engine.timers),
      list_again_(engine.timers),
      answer_(engine.timers) {}

// ---- what is heard

bool Groups::has_room() { return engine_.store.groups.unknown_count() < kUnknownMax; }

void Groups::note_revision(const GroupId& group, Revision revision) {
  if (group.is_none() || revision.value == 0 || revision.value > kRevisionMax) return;  // there will be no such change
  const auto row = engine_.store.groups.find(group);
  if (row ? row->newest >= revision : !has_room()) return;
  engine_.store.groups.note_revision(group, revision);
  heard_of(group);
}

void Groups::heard_of(const GroupId& group) {
  pauses_.erase(group);
  look_ = true;
  if (const auto under_way = reading_.find(group); under_way != reading_.end()) under_way->second.outdated = true;
}

bool Groups::up_to(const GroupId& group, Revision revision) {
  const Revision here = engine_.store.groups.revision_of(group);
  return here.value != 0 && here >= revision;
}

bool Groups::may_be_member(const GroupId& group, const AccountId& account) {
  if (engine_.store.groups.member(group, account)) return true;
  const auto row = engine_.store.groups.find(group);
  return row && row->stale();
}

void Groups::forget(const GroupId& group) {
  engine_.store.groups.remove(group);
  engine_.group_cipher().forget(group);
}

void Groups::expect(const GroupId& group, Revision revision, BytesView change_digest, BytesView info_key) {
  const auto row = engine_.store.groups.find(group);
  if (row && row->known()) return;
  tellings_.note_offer({group, engine_.registration->account, revision, Bytes(change_digest), Bytes(info_key)},
                       engine_.clock.now());
  not_answered_.insert(group);
}

void Groups::expected_is_answered(const GroupId& group) {
  not_answered_.erase(group);
  heard_of(group);
}

void Groups::read_soon(const GroupId& group) {
  to_read_.insert(group);
  heard_of(group);
}

void Groups::watch(const GroupId& group) {
  read_soon(group);
  if (!up_to(group, {1})) return;  // as long as it may come it is read again anyway
  watched_[group] = {engine_.clock.monotonic().value + kAgainMs, kAgainMs};
}

void Groups::look_at_watched(uint64_t now, uint64_t& next_ms) {
  for (auto each = watched_.begin(); each != watched_.end();) {
    auto& [group, watch] = *each;
    if (now >= watch.next_ms) {
      to_read_.insert(group);
      watch.pause_ms *= 2;
      watch.next_ms = now + watch.pause_ms;
      if (watch.pause_ms > kWatchMs) {
        each = watched_.erase(each);
        continue;
      }
    }
    next_ms = std::min(next_ms, watch.next_ms);
    ++each;
  }
}

void Groups::expect_no_more(const GroupId& group, BytesView change_digest) {
  not_answered_.erase(group);
  const auto row = engine_.store.groups.find(group);
  if (!row || row->known()) return;
  engine_.store.groups.forget_told(group, engine_.registration->account, change_digest);
  if (!engine_.store.groups.told(group).empty()) return read_soon(group);
  forget(group);
  pauses_.erase(group);
}

bool Groups::take(const IncomingContent& incoming) {
  int left = engine_.is_self(incoming.sender.account) ? INT_MAX : GroupWelcomes::kGroupsOfStranger;
  for (const content::GroupWelcome::Group& said : incoming.content.group_welcome().groups()) {
    if (left-- == 0) break;
    take_welcome(incoming.sender.account, said);
  }
  return true;
}

void Groups::take_welcome(const AccountId& teller, const content::GroupWelcome::Group& said) {
  const auto group = GroupId::from_bytes(said.group_id());
  const Revision revision{said.revision()};
  const bool is_one = group && !group->is_none() && revision.value >= 1 && revision.value <= kRevisionMax &&
                      said.change_digest().size() == crypto::kGroupDigestBytes &&
                      said.info_key().size() == crypto::kAeadKeyBytes;
  if (!is_one) return;
  const bool is_own = engine_.is_self(teller);
  const GroupTold told{*group, teller, revision, said.change_digest(), said.info_key()};
  auto row = engine_.store.groups.find(*group);
  if (!row || !row->known()) {
    if (!row && !is_own && !has_room()) return;
    if (!is_own && !tellings_.note_by_other(told)) return;
    if (is_own) tellings_.note_own(told);
    begun_.erase(*group);
    return heard_of(*group);
  }
  const auto state = read_group_state(row->state);
  // The key that opens what is there is the one.
  if (state && row->title.empty() && open_group_info(row->id, said.info_key(), state->sealed_info())) {
    row->info_key = said.info_key();
    const FileName photo = row->photo_file;
    GroupView::set_shown(*row, *state, *engine_.registration);
    engine_.store.groups.set(*row, nullptr);
    engine_.group_info_came(*row, *state, photo, false);
    if (const auto conversation = engine_.store.conversations.with(row->id))
      engine_.changes.conversation(*conversation);
  }
  if (is_own && revision > row->revision) {
    tellings_.note_own(told);
    engine_.store.groups.note_revision(*group, revision);
  }
  heard_of(*group);
}

void Groups::keys_changed(const AccountId& account) {
  for (const GroupId& group : engine_.store.group_keys.held_by(account)) engine_.own_group_key_ends(group);
}

void Groups::look_at_all() {
  list_is_due_ = true;
  list_again_.cancel();
  look_ = true;
}

void Groups::connection_gone() {
  // Now and then: a connection lasts for days at most.
  const uint64_t now = engine_.connection.server_now().value;
  if (now > kKeysOfLeftUs) engine_.store.group_keys.forget_gone({now - kKeysOfLeftUs});
  if (!engine_.store.groups.with(engine_.registration->account).empty()) list_is_due_ = true;
}

// ---- reading

void Groups::later(Done done, Outcome outcome) {
  if (!done) return;
  answered_.emplace_back(std::move(done), outcome);
  answer_.set(engine_.in_ms(0), [this] {
    for (const auto& [each, outcome_of] : std::exchange(answered_, {})) each(outcome_of);
  });
}

void Groups::fetch(const GroupId& group, Done done) {
  if (const auto under_way = reading_.find(group); under_way != reading_.end()) {
    if (done) under_way->second.waiting.push_back(std::move(done));
    return;
  }
  const auto row = engine_.store.groups.find(group);
  if (!row || (!row->known() && engine_.store.groups.told(group).empty()))
    return later(std::move(done), Outcome::kNoGroup);
  Reading& reading = reading_.emplace(group, Reading{GroupFollowing(engine_, group)}).first->second;
  if (done) reading.waiting.push_back(std::move(done));
  read(group);
}

void Groups::read(const GroupId& group) {
  Reading& reading = reading_.at(group);
  reading.outdated = false;
  const auto row = engine_.store.groups.find(group);
  const auto told = engine_.store.groups.told(group);
  if (!row || (!row->known() && told.empty())) return finish(group, Outcome::kNoGroup);
  const wire::ReadGroupRequest request = reading.following.ask(*row, told, begun_[group]);
  engine_.http.call("POST", path_of(group) + "/read", request.SerializeAsString(),
                    [this, group](const HttpReply& reply) { on_answer(group, reply); });
}

void Groups::on_answer(const GroupId& group, const HttpReply& reply) {
  if (!reply.ok()) {
    if (reply.is_temporary() || !is_known_no_more(reply)) return finish(group, Outcome::kUnavailable);
    if (reading_.at(group).outdated) return read(group);
    if (not_answered_.contains(group)) return finish(group, Outcome::kUnavailable);
    auto row = engine_.store.groups.find(group);
    if (row && row->known()) {
      row->newest = row->revision;
      engine_.store.groups.set(*row, nullptr);
    } else if (row && !tellings_.may_still_come(group, engine_.clock.now())) {
      forget(group);
    }
    return finish(group, Outcome::kNoGroup);
  }
  auto answer = reply.parse<wire::GroupAnswer>();
  if (!answer) return finish(group, Outcome::kUnavailable);
  follow(group, std::make_shared<const wire::GroupAnswer>(std::move(*answer)));
}

void Groups::follow(const GroupId& group, const Answer& answer) {
  GroupFollowing& following = reading_.at(group).following;
  auto row = engine_.store.groups.find(group);
  if (!row) return finish(group, Outcome::kNoGroup);
  using Kind = GroupFollowing::Step::Kind;
  const auto [kind, author] = following.take(std::move(*row), *answer);
  switch (kind) {
    case Kind::kUpToDate: return finish(group, Outcome::kDone);
    case Kind::kMore: return read(group);
    case Kind::kWaitsForList:
      return engine_.devices.fetch(author, [this, group, answer](Devices::Outcome outcome) {
        if (!reading_.contains(group)) return;
        if (outcome == Devices::Outcome::kUnavailable) return finish(group, Outcome::kUnavailable);
        follow(group, answer);
      });
    case Kind::kNotIn: forget(group); return finish(group, Outcome::kNoGroup);
    case Kind::kTooEarly: return finish(group, Outcome::kUnavailable);
    case Kind::kInvalid: return finish(group, Outcome::kInvalid);
  }
}

void Groups::finish(const GroupId& group, Outcome outcome) {
  auto ended = reading_.extract(group);
  if (ended.empty()) return;
  look_ = true;
  const auto row = engine_.store.groups.find(group);
  if (row && !row->known()) {
    ++begun_[group];
  } else {
    begun_.erase(group);
  }
  if (!row || (row->known() && !row->stale())) {
    pauses_.erase(group);
  } else {
    Pause& pause = pauses_[group];
    pause.ms = std::clamp(2 * pause.ms, kAgainMs, kAgainMaxMs);
    pause.not_before_ms = engine_.clock.monotonic().value + pause.ms;
    // An author may have other keys by now: then a device that has checked the change leads past it.
    if (outcome == Outcome::kInvalid && pause.ms == kAgainMs && engine_.may_have_other_devices())
      engine_.own_devices_are_asked();
  }
  for (const Done& done : ended.mapped().waiting) done(outcome);
}

void Groups::pump() {
  if (!engine_.connection.ready()) return;
  if (list_is_due_ && !listing_ && !list_again_.is_set() && engine_.connection.state() == client_api::State::kOnline)
    list();
  if (!look_) return;
  look_ = false;
  const uint64_t now = engine_.clock.monotonic().value;
  uint64_t next_ms = UINT64_MAX;
  look_at_watched(now, next_ms);
  for (auto next = to_read_.begin(); next != to_read_.end() && reading_.size() < kReadAtOnce;) {
    const auto group = next++;
    // What is being read was asked for before.
    if (!reading_.contains(*group)) fetch(to_read_.extract(group).value(), {});
  }
  std::vector<GroupId> groups = engine_.store.groups.stale(kStaleAtOnce);
  const std::vector<GroupId> expected = engine_.store.groups.expected();
  groups.insert(groups.end(), expected.begin(), expected.end());
  for (const GroupId& group : groups) {
    if (reading_.size() >= kReadAtOnce) break;  // the end of one looks again
    if (reading_.contains(group) || not_answered_.contains(group)) continue;
    if (const auto pause = pauses_.find(group); pause != pauses_.end() && now < pause->second.not_before_ms) {
      next_ms = std::min(next_ms, pause->second.not_before_ms);
      continue;
    }
    if (engine_.store.groups.revision_of(group).value != 0 || !engine_.store.groups.told(group).empty())
      fetch(group, {});
  }
  if (next_ms != UINT64_MAX) again_.set({next_ms}, [this] { look_ = true; });
}

// ---- which there are

void Groups::list() {
  listing_ = true;
  engine_.http.call("GET", "/v1/groups", "", [this](const HttpReply& reply) {
    listing_ = false;
    on_list(reply);
  });
}

void Groups::on_list(const HttpReply& reply) {
  const auto groups = reply.parse<wire::OwnGroups>();
  if (!groups) {
    list_again_.set(engine_.in_ms(kAgainMs), [this] { look_ = true; });
    return;
  }
  list_is_due_ = false;
  list_again_.set(engine_.in_ms(kListedMs), [this] { look_ = true; });
  std::set<GroupId> named;
  bool asks = false;
  for (const wire::OwnGroups::OwnGroup& each : groups->groups()) {
    const auto group = GroupId::from_bytes(each.group_id());
    if (!group) continue;
    named.insert(*group);
    note_revision(*group, {each.revision()});
    const auto row = engine_.store.groups.find(*group);
    asks = asks || !row || (!row->known() && engine_.store.groups.told(*group).empty());
  }
  // What has become of those that it does not name their changes say.
  for (const GroupId& group : engine_.store.groups.with(engine_.registration->account)) {
    if (!named.contains(group)) to_read_.insert(group);
  }
  for (const GroupId& group : engine_.store.groups.expected()) {
    if (!named.contains(group)) to_read_.insert(group);
  }
  look_ = true;
  if (asks && engine_.may_have_other_devices()) engine_.own_devices_are_asked();
}

}  // namespace kith::core
