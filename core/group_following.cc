// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_following.h"

#include <algorithm>
#include <utility>

#include "core/conversations.h"
#include "core/engine.h"
#include "core/group_info.h"
#include "core/group_view.h"
#include "core/server_time.h"
#include "crypto/group_signatures.h"

namespace kith::core {

namespace {

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

struct GroupFollowing::Followed {
  GroupRow row;
  std::optional<wire::GroupState> state;  // absent: there is none yet
  std::vector<GroupTold> told;            // in the order of revisions; with a state: by own devices of later ones

  [[nodiscard]] Revision revision() const { return row.revision; }
};

wire::ReadGroupRequest GroupFollowing::ask(const GroupRow& row, const std::vector<GroupTold>& told, size_t in_vain) {
  asked_.clear();
  wire::ReadGroupRequest request;
  if (unproven_) {
    request.set_after_revision(unproven_->chain.revision().value);
  } else if (row.known()) {
    request.set_after_revision(row.revision.value);
  } else {
    at_most_ = told[in_vain % told.size()].revision;
    request.set_checkpoint_at_most(at_most_.value);
  }
  return request;
}

Revision GroupFollowing::reached(const Followed& followed) const {
  return unproven_ ? unproven_->chain.revision() : followed.revision();
}

GroupFollowing::Step GroupFollowing::take(GroupRow row, const wire::GroupAnswer& answer) {
  const AccountId& self = engine_.registration->account;
  Followed followed{std::move(row), std::nullopt, engine_.store.groups.told(group_)};
  if (followed.row.known()) {
    followed.state = read_group_state(followed.row.state);
    if (!followed.state) {
      begin_anew(engine_.store, std::move(followed.row), self);
      return {Step::Kind::kMore};
    }
    std::erase_if(followed.told, [&](const GroupTold& told) {
      return told.teller != self || told.until.value != 0 || told.revision <= followed.revision();
    });
  }
  const Revision before = reached(followed);
  if (const Step step = take_changes(followed, answer); step.kind != Step::Kind::kUpToDate) return step;
  const Revision here = reached(followed);
  // The rest comes with the next answer; one that brings nothing is none.
  if (here < Revision{answer.revision()}) return {here > before ? Step::Kind::kMore : Step::Kind::kInvalid};
  if (unproven_) return {Step::Kind::kTooEarly};
  return {engine_.store.groups.member(group_, self) ? Step::Kind::kUpToDate : Step::Kind::kNotIn};
}

GroupFollowing::Step GroupFollowing::take_changes(Followed& followed, const wire::GroupAnswer& answer) {
  if (!begin_unproven(followed, answer)) return {Step::Kind::kInvalid};
  for (const wire::SignedGroupChange& signed_change : answer.changes()) {
    const auto change = change_in(group_, signed_change);
    if (!change) return {Step::Kind::kInvalid};
    if (unproven_) {
      if (!take_unproven(followed, signed_change, *change)) {
        unproven_.reset();
        return {Step::Kind::kInvalid};
      }
      continue;
    }
    if (change->revision() <= followed.revision().value) continue;  // taken when this answer came first
    const GroupChain before{*followed.state, followed.row.change_digest};
    auto next = next_in_chain(&before, signed_change, *change);
    if (!next) return {Step::Kind::kInvalid};
    switch (check_signature(signed_change, *change)) {
      case Signature::kHolds: break;
      case Signature::kWaits: return {Step::Kind::kWaitsForList, *AccountId::from_bytes(change->author())};
      case Signature::kBroken: return {Step::Kind::kInvalid};
    }
    apply(followed, std::move(*next), signed_change, *change);
  }
  return {Step::Kind::kUpToDate};
}

// False: the answer begins with no state that can be followed.
bool GroupFollowing::begin_unproven(const Followed& followed, const wire::GroupAnswer& answer) {
  if (unproven_) return true;
  if (followed.row.known()) {
    if (!followed.told.empty()) unproven_ = Unproven{{*followed.state, followed.row.change_digest}, {}, 0};
    return true;
  }
  auto chain = begin_chain(group_, answer, at_most_);
  if (!chain) return false;
  unproven_ = Unproven{std::move(*chain), {}, 0};
  return true;
}

bool GroupFollowing::take_unproven(Followed& followed, const wire::SignedGroupChange& signed_change,
                                   const wire::GroupChange& change) {
  Unproven& unproven = *unproven_;
  const bool is_first = !followed.row.known() && change.revision() == unproven.chain.revision().value;
  if (!is_first) {
    auto next = next_in_chain(&unproven.chain, signed_change, change);
    unproven.bytes += signed_change.ByteSizeLong();
    if (!next || unproven.bytes > kGroupChainBytesMax) return false;
    unproven.chain = std::move(*next);
    if (followed.row.known()) unproven.changes.push_back(signed_change);
  }
  const bool is_last = followed.told.empty() || unproven.chain.revision() >= followed.told.back().revision;
  const GroupTold* const told = told_of(followed.told, unproven.chain);
  if (told == nullptr && !is_last) return true;
  const Unproven proven = std::move(*std::exchange(unproven_, std::nullopt));
  if (followed.row.known()) return lead_past(followed, proven, told);
  return told != nullptr && begin_with(followed, proven, *told, signed_change, change);
}

// What an own device has checked, and this one can't any more, is taken by its word.
bool GroupFollowing::lead_past(Followed& followed, const Unproven& proven, const GroupTold* told) {
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

bool GroupFollowing::begin_with(Followed& followed, Unproven proven, const GroupTold& told,
                                const wire::SignedGroupChange& last, const wire::GroupChange& change) {
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
  const FileName photo = row.photo_file;
  set(followed);
  engine_.group_info_came(row, *followed.state, photo, false);
  const auto* const own = member_of(*followed.state, engine_.registration->account);
  // Who came in by this very change sees it; of what was before it nobody is told.
  if (own != nullptr && own->joined_revision() == row.revision.value)
    show(followed, last, change, change.has_create() ? row.title : "");
  if (own != nullptr) engine_.group_began(row.id, bounded_time(last.server_time_us()));
  engine_.group_welcomes.tell_new(row, *followed.state, nullptr, change);
  return true;
}

GroupFollowing::Signature GroupFollowing::check_signature(const wire::SignedGroupChange& signed_change,
                                                          const wire::GroupChange& change) {
  const AccountId author = *AccountId::from_bytes(change.author());
  const auto key = engine_.store.device_lists.sender_key({author, {change.author_device()}});
  if (key && crypto::verify_group_change(*key, signed_change.change(), signed_change.state_digest(),
                                         signed_change.signature()))
    return Signature::kHolds;
  return asked_.insert(author).second ? Signature::kWaits : Signature::kBroken;
}

// ---- a change that holds

void GroupFollowing::apply(Followed& followed, GroupChain next, const wire::SignedGroupChange& signed_change,
                           const wire::GroupChange& change) {
  const wire::GroupState before = std::exchange(*followed.state, std::move(next.state));
  const std::string title = followed.row.title;
  const FileName photo = followed.row.photo_file;
  const AccountId& self = engine_.registration->account;
  followed.row.change_digest = std::move(next.digest);
  const bool was_in = member_of(before, self) != nullptr;
  if (was_in) followed.row.gone = bounded_time(signed_change.server_time_us());  // unless it stays
  set(followed);
  engine_.group_info_came(followed.row, *followed.state, photo, change.author() == self.view());
  if (was_in || followed.row.present) {
    const bool asked =
        change.has_join() && member_of(*followed.state, *AccountId::from_bytes(change.author())) == nullptr;
    const char* const said = asked                              ? kAskedText
                             : !change.has_set_info()           ? ""
                             : followed.row.title != title      ? followed.row.title.c_str()
                             : followed.row.photo_file != photo ? kPhotoText
                                                                : "";
    show(followed, signed_change, change, said);
  }
  if (followed.row.present && !was_in)
    engine_.group_began(followed.row.id, bounded_time(signed_change.server_time_us()));
  if (was_in && !followed.row.present) engine_.own_group_key_ends(followed.row.id);
  if (change.has_remove() || change.has_leave()) engine_.group_members_left(followed.row.id);
  engine_.group_welcomes.tell_new(followed.row, *followed.state, &before, change);
}

void GroupFollowing::set(Followed& followed) {
  GroupRow& row = followed.row;
  row.revision = {followed.state->revision()};
  row.newest = std::max(row.newest, row.revision);
  row.state = group_state_bytes(*followed.state);
  row.present = member_of(*followed.state, engine_.registration->account) != nullptr;
  if (row.present) row.gone = {};
  row.members_send = followed.state->permissions().members_send();
  GroupView::set_shown(row, *followed.state, *engine_.registration);
  engine_.store.groups.set(row, &*followed.state);
  engine_.store.groups.forget_told(row.id, engine_.registration->account, row.revision);
  for (const auto& applicant : followed.state->applicants())
    engine_.store.profiles.want(*AccountId::from_bytes(applicant.account_id()));
  engine_.profiles_may_be_new();
}

void GroupFollowing::show(const Followed& followed, const wire::SignedGroupChange& signed_change,
                          const wire::GroupChange& change, std::string said) {
  const UnixMicros order = bounded_time(signed_change.server_time_us());
  MessageRow row;
  row.id = *MessageId::from_bytes(BytesView(followed.row.change_digest).substr(0, MessageId::kBytes));
  row.conversation = Conversations(engine_.store).open(Target(followed.row.id), order, engine_.random).id;
  row.from = *AccountId::from_bytes(change.author());
  row.from_device = {change.author_device()};
  row.kind = MessageKind::kGroupEvent;
  row.raw = signed_change.change();
  row.text = std::move(said);
  row.sent_at = bounded_time(change.made_us());
  row.order = order;
  row.came = engine_.clock.now();
  engine_.changes.conversation(row.conversation);
  if (engine_.changes.add_message(row, Comes::kAgain)) return;
  // Its author, who alone knew the id before, may have given it to a message.
  const auto there = engine_.store.messages.find(row.id);
  if (there && there->conversation == row.conversation && there->kind == MessageKind::kGroupEvent) return;
  row.id = engine_.random.id<MessageId>();
  (void)engine_.changes.add_message(row, Comes::kAgain);
}

}  // namespace kith::core
