// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/groups.h"

#include <algorithm>

#include "base/limits.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/group_info.h"
#include "core/group_view.h"
#include "core/group_welcomes.h"
#include "core/server_time.h"
#include "crypto/aead.h"
#include "crypto/group_signatures.h"

namespace kith::core {

namespace {

// What was sent to a group that this account has left can't come any more.
constexpr uint64_t kKeysOfLeftUs = (kInboxLifeSeconds + 24 * 3600) * uint64_t{1'000'000};

std::string path_of(const GroupId& group) { return "/v1/groups/" + group.hex(); }

void set_texts(GroupRow& row, const wire::GroupState& state, const Registration& own) {
  auto texts = open_group_info(row.id, row.info_key, state.sealed_info()).value_or(GroupTexts{});
  row.title = std::move(texts.title);
  row.description = std::move(texts.description);
  row.shown = GroupView::shown_of(row, state, own);
}

bool is_known_no_more(const HttpReply& reply) {
  const wire::ErrorCode code = reply.error().code();
  return code == wire::kNoSuchGroup || code == wire::kNotFound;
}

// A damaged database has lost the state: the digest that goes with it leads there again.
void begin_anew(Store& store, GroupRow row, const AccountId& self) {
  store.groups.tell(
      {row.id, self, std::exchange(row.revision, {}), std::exchange(row.change_digest, {}), row.info_key});
  row.state.clear();
  row.shown.clear();
  store.groups.set(row, nullptr);
}

// The first that was told of exactly this change. Null: nobody has.
const GroupTold* told_of(const std::vector<GroupTold>& told, const GroupChain& chain) {
  for (const GroupTold& each : told) {
    if (each.revision == chain.revision() && each.change_digest == chain.digest) return &each;
  }
  return nullptr;
}

}  // namespace

struct Groups::Followed {
  GroupRow row;
  std::optional<wire::GroupState> state;  // absent: there is none yet
  std::vector<GroupTold> told;            // in the order of revisions; with a state: by own devices of later ones

  [[nodiscard]] Revision revision() const { return row.revision; }
};

Groups::Groups(Engine& engine)
    : engine_(engine), again_(engine.timers), list_again_(engine.timers), answer_(engine.timers) {}

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
  const UnixMicros until{engine_.clock.now().value + kExpectedMs * 1000};
  note_told({group, engine_.registration->account, revision, Bytes(change_digest), Bytes(info_key), until});
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

// Whether this device has offered what makes it, and the server may not have taken it yet. A clock that was set back
// makes nothing last.
bool Groups::may_still_come(const GroupId& group) {
  const uint64_t now = engine_.clock.now().value;
  const auto told = engine_.store.groups.told(group);
  return std::any_of(told.begin(), told.end(), [now](const GroupTold& each) {
    return each.until.value >= now && each.until.value <= now + kExpectedMs * 1000;
  });
}

// By this device, or another one of its account's: what these say last, and what this one has offered last.
void Groups::note_told(const GroupTold& told) {
  GroupsTable& groups = engine_.store.groups;
  std::vector<GroupTold> own;
  for (const GroupTold& each : groups.told(told.group)) {
    if (each.teller == told.teller && (each.until.value == 0) == (told.until.value == 0)) own.push_back(each);
  }
  std::sort(own.begin(), own.end(),
            [](const GroupTold& one, const GroupTold& other) { return one.until < other.until; });
  const size_t most = told.until.value == 0 ? 1 : kOffersMax;
  for (size_t i = 0; i + most <= own.size(); ++i) groups.forget_told(told.group, told.teller, own[i].change_digest);
  groups.tell(told);
  groups.note_revision(told.group, {});
}

bool Groups::note_told_by_other(const GroupTold& told) {
  GroupsTable& groups = engine_.store.groups;
  size_t others = 0;
  std::optional<Bytes> before;
  for (const GroupTold& each : groups.told(told.group)) {
    if (each.teller == told.teller) {
      before = each.change_digest;
    } else if (!engine_.is_self(each.teller)) {
      ++others;
    }
  }
  if (!before && (others >= kTellersMax || groups.told_by(told.teller) >= kToldOfAccount)) return false;
  if (before) groups.forget_told(told.group, told.teller, *before);
  groups.tell(told);
  groups.note_revision(told.group, {});
  return true;
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
    if (!is_own && !note_told_by_other(told)) return;
    if (is_own) note_told(told);
    begun_.erase(*group);
    return heard_of(*group);
  }
  const auto state = read_group_state(row->state);
  // The key that opens what is there is the one.
  if (state && row->title.empty() && open_group_info(row->id, said.info_key(), state->sealed_info())) {
    row->info_key = said.info_key();
    set_texts(*row, *state, *engine_.registration);
    engine_.store.groups.set(*row, nullptr);
    if (const auto conversation = engine_.store.conversations.with(row->id))
      engine_.changes.conversation(*conversation);
  }
  if (is_own && revision > row->revision) {
    note_told(told);
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
  Reading& reading = reading_[group];
  if (done) reading.waiting.push_back(std::move(done));
  read(group);
}

void Groups::read(const GroupId& group) {
  Reading& reading = reading_.at(group);
  reading.asked.clear();
  reading.outdated = false;
  const auto row = engine_.store.groups.find(group);
  const auto told = engine_.store.groups.told(group);
  if (!row || (!row->known() && told.empty())) return finish(group, Outcome::kNoGroup);
  wire::ReadGroupRequest request;
  if (reading.unproven) {
    request.set_after_revision(reading.unproven->chain.revision().value);
  } else if (row->known()) {
    request.set_after_revision(row->revision.value);
  } else {
    reading.at_most = told[begun_[group] % told.size()].revision;
    request.set_checkpoint_at_most(reading.at_most.value);
  }
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
    } else if (row && !may_still_come(group)) {
      forget(group);
    }
    return finish(group, Outcome::kNoGroup);
  }
  auto answer = reply.parse<wire::GroupAnswer>();
  if (!answer) return finish(group, Outcome::kUnavailable);
  follow(group, std::make_shared<const wire::GroupAnswer>(std::move(*answer)));
}

void Groups::follow(const GroupId& group, const Answer& answer) {
  Reading& reading = reading_.at(group);
  auto row = engine_.store.groups.find(group);
  if (!row) return finish(group, Outcome::kNoGroup);
  const AccountId& self = engine_.registration->account;
  Followed followed{std::move(*row), std::nullopt, engine_.store.groups.told(group)};
  if (followed.row.known()) {
    followed.state = read_group_state(followed.row.state);
    if (!followed.state) {
      begin_anew(engine_.store, std::move(followed.row), self);
      return read(group);
    }
    std::erase_if(followed.told, [&](const GroupTold& told) {
      return told.teller != self || told.until.value != 0 || told.revision <= followed.revision();
    });
  }
  const Revision before = reading.unproven ? reading.unproven->chain.revision() : followed.revision();
  const auto outcome = take_changes(followed, reading, answer);
  if (!outcome) return;
  if (*outcome != Outcome::kDone) return finish(group, *outcome);
  const Revision reached = reading.unproven ? reading.unproven->chain.revision() : followed.revision();
  const Revision last{answer->revision()};
  if (reached < last) {
    // The rest comes with the next answer; one that brings nothing is none.
    return reached > before ? read(group) : finish(group, Outcome::kInvalid);
  }
  // What was told is later than what the server shows.
  if (reading.unproven) return finish(group, Outcome::kUnavailable);
  if (!engine_.store.groups.member(group, self)) {
    forget(group);
    return finish(group, Outcome::kNoGroup);
  }
  finish(group, Outcome::kDone);
}

std::optional<Groups::Outcome> Groups::take_changes(Followed& followed, Reading& reading, const Answer& answer) {
  if (!begin_unproven(followed, reading, *answer)) return Outcome::kInvalid;
  for (const wire::SignedGroupChange& signed_change : answer->changes()) {
    const auto change = change_in(followed.row.id, signed_change);
    if (!change) return Outcome::kInvalid;
    if (reading.unproven) {
      if (!take_unproven(followed, reading, signed_change, *change)) {
        reading.unproven.reset();
        return Outcome::kInvalid;
      }
      continue;
    }
    if (change->revision() <= followed.revision().value) continue;  // taken when this answer came first
    const GroupChain before{*followed.state, followed.row.change_digest};
    auto next = next_in_chain(&before, signed_change, *change);
    if (!next) return Outcome::kInvalid;
    switch (check_signature(followed.row.id, reading, signed_change, *change, answer)) {
      case Signature::kHolds: break;
      case Signature::kWaits: return std::nullopt;
      case Signature::kBroken: return Outcome::kInvalid;
    }
    apply(followed, std::move(*next), signed_change, *change);
  }
  return Outcome::kDone;
}

// False: the answer begins with no state that can be followed.
bool Groups::begin_unproven(const Followed& followed, Reading& reading, const wire::GroupAnswer& answer) {
  if (reading.unproven) return true;
  if (followed.row.known()) {
    if (!followed.told.empty()) reading.unproven = Unproven{{*followed.state, followed.row.change_digest}, {}, 0};
    return true;
  }
  auto chain = begin_chain(followed.row.id, answer, reading.at_most);
  if (!chain) return false;
  reading.unproven = Unproven{std::move(*chain), {}, 0};
  return true;
}

bool Groups::take_unproven(Followed& followed, Reading& reading, const wire::SignedGroupChange& signed_change,
                           const wire::GroupChange& change) {
  Unproven& unproven = *reading.unproven;
  const bool is_first = !followed.row.known() && change.revision() == unproven.chain.revision().value;
  if (!is_first) {
    auto next = next_in_chain(&unproven.chain, signed_change, change);
    unproven.bytes += signed_change.ByteSizeLong();
    if (!next || unproven.bytes > kChainBytesMax) return false;
    unproven.chain = std::move(*next);
    if (followed.row.known()) unproven.changes.push_back(signed_change);
  }
  const bool is_last = followed.told.empty() || unproven.chain.revision() >= followed.told.back().revision;
  const GroupTold* const told = told_of(followed.told, unproven.chain);
  if (told == nullptr && !is_last) return true;
  const Unproven proven = std::move(*std::exchange(reading.unproven, std::nullopt));
  if (followed.row.known()) return lead_past(followed, proven, told);
  return told != nullptr && begin_with(followed, proven, *told, signed_change, change);
}

// What an own device has checked, and this one can't any more, is taken by its word.
bool Groups::lead_past(Followed& followed, const Unproven& proven, const GroupTold* told) {
  GroupRow& row = followed.row;
  const bool holds = told != nullptr;
  // If not, then by the signatures, when it is read again.
  engine_.store.groups.forget_told(row.id, engine_.registration->account, proven.chain.revision());
  followed.told.clear();
  if (!holds) return false;
  for (const wire::SignedGroupChange& each : proven.changes) {
    const auto one = change_in(row.id, each);
    const GroupChain before{*followed.state, row.change_digest};
    auto next = one ? next_in_chain(&before, each, *one) : std::nullopt;
    if (!next) return false;
    apply(followed, std::move(*next), each, *one);
  }
  return true;
}

bool Groups::begin_with(Followed& followed, Unproven proven, const GroupTold& told, const wire::SignedGroupChange& last,
                        const wire::GroupChange& change) {
  GroupRow& row = followed.row;
  followed.state = std::move(proven.chain.state);
  row.change_digest = std::move(proven.chain.digest);
  row.info_key = told.info_key;
  // Who tells the truth of the change may not of its title.
  for (const GroupTold& each : followed.told) {
    if (each.until.value != 0) engine_.store.groups.forget_told(row.id, each.teller, each.change_digest);
    if (open_group_info(row.id, each.info_key, followed.state->sealed_info())) row.info_key = each.info_key;
  }
  followed.told.clear();
  begun_.erase(row.id);
  set(followed);
  const auto* const own = member_of(*followed.state, engine_.registration->account);
  // Who came in by this very change sees it; of what was before it nobody is told.
  if (own != nullptr && own->joined_revision() == row.revision.value)
    show(followed, last, change, false, change.has_create());
  if (own != nullptr) engine_.group_began(row.id, bounded_time(last.server_time_us()));
  engine_.group_welcomes.tell_new(row, *followed.state, nullptr, change);
  return true;
}

Groups::Signature Groups::check_signature(const GroupId& group, Reading& reading,
                                          const wire::SignedGroupChange& signed_change, const wire::GroupChange& change,
                                          const Answer& answer) {
  const AccountId author = *AccountId::from_bytes(change.author());
  const auto key = engine_.store.device_lists.sender_key({author, {change.author_device()}});
  if (key && crypto::verify_group_change(*key, signed_change.change(), signed_change.state_digest(),
                                         signed_change.signature()))
    return Signature::kHolds;
  if (!reading.asked.insert(author).second) return Signature::kBroken;
  engine_.devices.fetch(author, [this, group, answer](Devices::Outcome outcome) {
    if (!reading_.contains(group)) return;
    if (outcome == Devices::Outcome::kUnavailable) return finish(group, Outcome::kUnavailable);
    follow(group, answer);
  });
  return Signature::kWaits;
}

// ---- a change that holds

void Groups::apply(Followed& followed, GroupChain next, const wire::SignedGroupChange& signed_change,
                   const wire::GroupChange& change) {
  const wire::GroupState before = std::exchange(*followed.state, std::move(next.state));
  const std::string title = followed.row.title;
  const AccountId& self = engine_.registration->account;
  followed.row.change_digest = std::move(next.digest);
  const bool was_in = member_of(before, self) != nullptr;
  if (was_in) followed.row.gone = bounded_time(signed_change.server_time_us());  // unless it stays
  set(followed);
  if (was_in || followed.row.present) {
    const bool asked =
        change.has_join() && member_of(*followed.state, *AccountId::from_bytes(change.author())) == nullptr;
    show(followed, signed_change, change, asked, change.has_set_info() && followed.row.title != title);
  }
  if (followed.row.present && !was_in)
    engine_.group_began(followed.row.id, bounded_time(signed_change.server_time_us()));
  if (was_in && !followed.row.present) engine_.own_group_key_ends(followed.row.id);
  if (change.has_remove() || change.has_leave()) engine_.group_members_left(followed.row.id);
  engine_.group_welcomes.tell_new(followed.row, *followed.state, &before, change);
}

void Groups::set(Followed& followed) {
  GroupRow& row = followed.row;
  row.revision = {followed.state->revision()};
  row.newest = std::max(row.newest, row.revision);
  row.state = group_state_bytes(*followed.state);
  row.present = member_of(*followed.state, engine_.registration->account) != nullptr;
  if (row.present) row.gone = {};
  row.members_send = followed.state->permissions().members_send();
  set_texts(row, *followed.state, *engine_.registration);
  engine_.store.groups.set(row, &*followed.state);
  engine_.store.groups.forget_told(row.id, engine_.registration->account, row.revision);
  for (const auto& applicant : followed.state->applicants())
    engine_.store.profiles.want(*AccountId::from_bytes(applicant.account_id()));
  engine_.profiles_may_be_new();
}

void Groups::show(const Followed& followed, const wire::SignedGroupChange& signed_change,
                  const wire::GroupChange& change, bool asked, bool titled) {
  const UnixMicros order = bounded_time(signed_change.server_time_us());
  MessageRow row;
  row.id = *MessageId::from_bytes(BytesView(followed.row.change_digest).substr(0, MessageId::kBytes));
  row.conversation = Conversations(engine_.store).open(Target(followed.row.id), order, engine_.random).id;
  row.from = *AccountId::from_bytes(change.author());
  row.from_device = {change.author_device()};
  row.kind = MessageKind::kGroupEvent;
  row.raw = signed_change.change();
  if (asked) row.text = kAskedText;
  if (titled) row.text = followed.row.title;
  row.sent_at = bounded_time(change.made_us());
  row.order = order;
  row.came = engine_.clock.now();
  engine_.changes.conversation(row.conversation);
  if (engine_.changes.add_message(row)) return;
  // Its author, who alone knew the id before, may have given it to a message.
  const auto there = engine_.store.messages.find(row.id);
  if (there && there->conversation == row.conversation && there->kind == MessageKind::kGroupEvent) return;
  row.id = engine_.random.id<MessageId>();
  (void)engine_.changes.add_message(row);
}

void Groups::finish(const GroupId& group, Outcome outcome) {
  auto ended = reading_.extract(group);
  if (ended.empty()) return;
  look_ = true;
  const auto row = engine_.store.groups.find(group);
  if (!row || (row->known() && !row->stale())) {
    pauses_.erase(group);
    begun_.erase(group);
  } else {
    if (!row->known()) ++begun_[group];
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
