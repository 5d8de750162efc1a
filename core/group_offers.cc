// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_offers.h"

#include <utility>

#include "core/conversations.h"
#include "core/engine.h"
#include "crypto/group_signatures.h"
#include "wire/group_state.h"

namespace kith::core {

namespace {

using client_api::Response;

Refusal refusal_of(GroupError error) {
  switch (error) {
    case GroupError::kNotAllowed: return {FailureCode::kNotAllowed, "the role of this account does not do"};
    case GroupError::kNoSuchMember: return {FailureCode::kNoSuchMember, "somebody is no member"};
    case GroupError::kAlreadyMember: return {FailureCode::kAlreadyMember, "somebody is a member"};
    case GroupError::kTooManyMembers: return {FailureCode::kTooManyMembers, "the group is full"};
    case GroupError::kNotMember:
    case GroupError::kNoLink: return {FailureCode::kNoSuchGroup, "this account is no member, or there is no link"};
    case GroupError::kTooLarge: return {FailureCode::kTooLarge, "the change is too large"};
    case GroupError::kMalformed:
    case GroupError::kOtherRevision:
    case GroupError::kNothing: break;
  }
  return {FailureCode::kInvalidArgument, "the change is none"};
}

}  // namespace

std::string GroupOffers::path_of(const GroupId& group) { return "/v1/groups/" + group.hex(); }

CallFailure GroupOffers::failure_of_outcome(Groups::Outcome outcome) {
  switch (outcome) {
    case Groups::Outcome::kUnavailable: return {FailureCode::kOffline, "the group can't be read now", 0};
    case Groups::Outcome::kNoGroup: return {FailureCode::kNoSuchGroup, "the server has no such group", 0};
    case Groups::Outcome::kDone:
    case Groups::Outcome::kInvalid: break;
  }
  return {FailureCode::kServer, "what the server says of the group does not verify", 0};
}

std::optional<GroupId> GroupOffers::group_of(uint32_t request, const std::string& conversation) {
  const auto id = Conversations(engine_.store).resolve(conversation);
  if (!id) {
    engine_.output.fail(request, id.error().code, id.error().detail);
    return std::nullopt;
  }
  const auto row = engine_.store.conversations.find(*id);
  const auto group = row ? row->group() : std::nullopt;
  if (!group) engine_.output.fail(request, FailureCode::kNoSuchConversation, "conversation: is no group's");
  return group;
}

GroupOffers::Wished GroupOffers::wish(uint32_t request, const std::string& conversation, Field field, Decide decide) {
  const auto group = group_of(request, conversation);
  if (!group) return nullptr;
  auto wished = std::make_shared<Wish>(Wish{request, *group, field, std::move(decide)});
  attempt(wished);
  return wished;
}

void GroupOffers::attempt(const Wished& wish) {
  const auto row = engine_.store.groups.find(wish->group);
  const auto state = row && row->known() ? read_group_state(row->state) : std::nullopt;
  if (!state || !row->present) {
    if (wish->made > 0) return respond(wish->request, wish->group, wish->field);
    return engine_.output.fail(wish->request, FailureCode::kNoSuchGroup, "conversation: this account is no member");
  }
  wire::GroupChange change;
  const auto wants = wish->decide(*row, *state, change, wish->made);
  if (!wants) return engine_.output.fail(wish->request, wants.error().code, wants.error().detail);
  if (!*wants) return respond(wish->request, wish->group, wish->field);
  change.set_group_id(wish->group.bytes());
  const GroupChain before{*state, row->change_digest};
  const auto offered = offer(&before, std::move(change));
  if (!offered) return engine_.output.fail(wish->request, offered.error().code, offered.error().detail);
  const Revision revision = offered->after.revision();
  engine_.http.call("POST", path_of(wish->group), offered->parts.SerializeAsString(),
                    [this, wish, revision](const HttpReply& reply) { answered(wish, revision, reply); });
}

Result<GroupOffers::Offer, Refusal> GroupOffers::offer(const GroupChain* before, wire::GroupChange change) {
  const Registration& own = *engine_.registration;
  change.set_revision(before != nullptr ? before->revision().value + 1 : 1);
  if (before != nullptr) change.set_previous(before->digest);
  change.set_author(own.account.bytes());
  change.set_author_device(own.device.value);
  change.set_made_us(engine_.clock.now().value);
  auto after = apply_change(before != nullptr ? std::optional(before->state) : std::nullopt, change);
  if (!after) return std::unexpected(refusal_of(after.error()));
  Offer offered;
  offered.parts.set_change(change.SerializeAsString());
  if (offered.parts.change().size() > kGroupChangeBytesMax) return std::unexpected(refusal_of(GroupError::kTooLarge));
  offered.parts.set_state_digest(crypto::group_state_digest(group_state_bytes(*after)));
  offered.parts.set_signature(
      crypto::sign_group_change(own.identity, engine_.random, offered.parts.change(), offered.parts.state_digest()));
  offered.after = {std::move(*after), crypto::group_change_digest(offered.parts.change(), offered.parts.state_digest(),
                                                                  offered.parts.signature())};
  return offered;
}

void GroupOffers::answered(const Wished& wish, Revision revision, const HttpReply& reply) {
  if (reply.ok()) {
    return settle(wish->request, wish->group, revision, [this, wish] {
      ++wish->made;
      attempt(wish);
    });
  }
  if (reply.error().code() == wire::kInvalidRevision) return decide_anew(wish);
  // Whether it was taken, or will be, nobody knows where there is no answer; where there is one, the state may be
  // another.
  if (reply.is_temporary()) {
    engine_.groups.watch(wish->group);
  } else {
    engine_.groups.read_soon(wish->group);
  }
  engine_.output.fail(wish->request, failure_of(reply));
}

void GroupOffers::decide_anew(const Wished& wish) {
  if (++wish->tries > kTriesMax)
    return engine_.output.fail(wish->request, FailureCode::kGroupBusy, "others change the group all the time");
  engine_.groups.fetch(wish->group, [this, wish](Groups::Outcome outcome) {
    if (outcome == Groups::Outcome::kDone) return attempt(wish);
    engine_.output.fail(wish->request, failure_of_outcome(outcome));
  });
}

void GroupOffers::settle(uint32_t request, const GroupId& group, Revision revision, std::function<void()> done,
                         int tries) {
  engine_.groups.note_revision(group, revision);
  engine_.groups.fetch(group, [this, request, group, revision, tries, done = std::move(done)](Groups::Outcome outcome) {
    if (engine_.groups.up_to(group, revision)) return done();
    // One that was under way before may have brought what was before.
    if (outcome == Groups::Outcome::kDone && tries < kTriesMax)
      return settle(request, group, revision, done, tries + 1);
    engine_.output.fail(request, failure_of_outcome(outcome));
  });
}

void GroupOffers::respond(uint32_t request, const GroupId& group, Field field) {
  const auto id = engine_.store.conversations.with(group);
  auto conversation = id ? Conversations(engine_.store).build(*id) : std::nullopt;
  if (!conversation) return engine_.output.fail(request, FailureCode::kNoSuchGroup, "this account is no member");
  engine_.typing_presence.describe(*id, *conversation);
  Response response;
  response.set_id(request);
  *(response.*field)() = std::move(*conversation);
  engine_.output.respond(std::move(response));
}

}  // namespace kith::core
