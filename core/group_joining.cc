// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_joining.h"

#include <utility>

#include "core/conversations.h"
#include "core/engine.h"
#include "core/group_info.h"
#include "crypto/group_signatures.h"
#include "wire/group_state.h"

namespace kith::core {

using client_api::Response;

std::optional<GroupLink> GroupJoining::link_in(uint32_t request, const std::string& text) {
  auto link = read_group_link(text);
  if (!link) {
    engine_.output.fail(request, FailureCode::kInvalidArgument, "link: is none to a group");
  } else if (!link->server.empty() && link->server != engine_.registration->server) {
    engine_.output.fail(request, FailureCode::kNoSuchGroup, "link: is of another server");
    link.reset();
  }
  return link;
}

void GroupJoining::look(const std::shared_ptr<Look>& look) {
  const GroupLink& link = look->link;
  wire::ReadGroupRequest body;
  if (look->chain) {
    body.set_after_revision(look->chain->revision().value);
  } else {
    body.set_checkpoint_at_most(link.revision.value);
  }
  body.set_link_signature(
      crypto::sign_with_group_link(link.key, read_statement(link.group, engine_.registration->account)));
  engine_.http.call("POST", GroupOffers::path_of(link.group) + "/read", body.SerializeAsString(),
                    [this, look](const HttpReply& reply) {
                      if (!reply.ok()) return look->done(std::unexpected(failure_of(reply)));
                      const auto answer = reply.parse<wire::GroupAnswer>();
                      if (!answer) return look->done(std::unexpected(failure_of(reply)));
                      looked(look, *answer);
                    });
}

void GroupJoining::looked(const std::shared_ptr<Look>& look, const wire::GroupAnswer& answer) {
  const GroupLink& link = look->link;
  const auto broken = [&look] {
    look->done(std::unexpected(CallFailure{FailureCode::kLinkBroken, "what the link leads to does not verify", 0}));
  };
  const Revision before = look->chain ? look->chain->revision() : Revision{};
  if (!look->chain) look->chain = begin_chain(link.group, answer, link.revision);
  if (!look->chain) return broken();
  look->bytes += answer.ByteSizeLong();
  for (const wire::SignedGroupChange& each : answer.changes()) {
    const auto change = change_in(link.group, each);
    if (!change || look->bytes > kGroupChainBytesMax) return broken();
    if (change->revision() > look->chain->revision().value) {
      auto next = next_in_chain(&*look->chain, each, *change);
      if (!next) return broken();
      look->chain = std::move(next);
    }
    if (look->chain->revision() != link.revision) continue;
    if (look->chain->digest != link.change_digest) return broken();
    look->proven = true;
  }
  if (look->chain->revision().value < answer.revision())
    return look->chain->revision() > before ? this->look(look) : broken();
  if (!look->proven) return broken();
  look->done(*look->chain);
}

void GroupJoining::open_link(uint32_t request, const client_api::OpenGroupLinkRequest& what) {
  const auto link = link_in(request, what.link());
  if (!link) return;
  const auto looking = std::make_shared<Look>();
  looking->link = *link;
  looking->done = [this, request, link = *link](const Result<GroupChain, CallFailure>& chain) {
    if (!chain) return engine_.output.fail(request, chain.error());
    const auto texts = open_group_info(link.group, link.info_key, chain->state.sealed_info());
    if (!texts) return engine_.output.fail(request, FailureCode::kLinkBroken, "what it is called can't be read");
    Response response;
    response.set_id(request);
    client_api::GroupPreview& preview = *response.mutable_open_group_link();
    preview.set_title(texts->title);
    preview.set_description(texts->description);
    preview.set_members(static_cast<uint32_t>(chain->state.members_size()));
    preview.set_approval(chain->state.link().approval());
    const auto row = engine_.store.groups.find(link.group);
    const auto conversation = engine_.store.conversations.with(link.group);
    if (row && row->present && conversation) {
      preview.set_member(true);
      preview.set_conversation(conversation->hex());
    }
    engine_.output.respond(std::move(response));
  };
  look(looking);
}

void GroupJoining::join(uint32_t request, const client_api::JoinGroupRequest& what) {
  const auto link = link_in(request, what.link());
  if (!link) return;
  if (const auto row = engine_.store.groups.find(link->group); row && row->present) return joined(request, link->group);
  join_by(std::make_shared<Joining>(Joining{request, *link}));
}

void GroupJoining::join_by(const std::shared_ptr<Joining>& joining) {
  if (++joining->tries > GroupOffers::kTriesMax)
    return engine_.output.fail(joining->request, FailureCode::kGroupBusy, "others change the group all the time");
  const auto looking = std::make_shared<Look>();
  looking->link = joining->link;
  looking->done = [this, joining](const Result<GroupChain, CallFailure>& chain) {
    if (!chain) return engine_.output.fail(joining->request, chain.error());
    join_on(joining, *chain);
  };
  look(looking);
}

void GroupJoining::join_on(const std::shared_ptr<Joining>& joining, const GroupChain& chain) {
  const GroupLink& link = joining->link;
  const AccountId& self = engine_.registration->account;
  const auto expect = [this, &link] {
    engine_.groups.expect(link.group, link.revision, link.change_digest, link.info_key);
  };
  const auto settle_in = [this, joining](Revision revision) {
    engine_.group_offers.settle(joining->request, joining->link.group, revision,
                                [this, joining] { joined(joining->request, joining->link.group); });
  };
  if (chain.state.link().public_key() != link.key.public_key)
    return engine_.output.fail(joining->request, FailureCode::kNoSuchGroup, "link: is over");
  if (!open_group_info(link.group, link.info_key, chain.state.sealed_info()))
    return engine_.output.fail(joining->request, FailureCode::kLinkBroken, "what it is called can't be read");
  if (member_of(chain.state, self) != nullptr) {  // by another device of the account
    expect();
    engine_.groups.expected_is_answered(link.group);
    return settle_in(chain.revision());
  }
  if (applicant_of(chain.state, self) != nullptr) return joined(joining->request, link.group);
  wire::GroupChange change;
  change.set_group_id(link.group.bytes());
  change.set_author(self.bytes());
  change.set_revision(chain.revision().value + 1);
  change.mutable_join()->set_link_signature(crypto::sign_with_group_link(link.key, join_statement(change)));
  const auto offered = engine_.group_offers.offer(&chain, std::move(change));
  if (!offered) return engine_.output.fail(joining->request, offered.error().code, offered.error().detail);
  const bool comes_in = member_of(offered->after.state, self) != nullptr;
  if (comes_in) expect();
  engine_.http.call("POST", GroupOffers::path_of(link.group), offered->parts.SerializeAsString(),
                    [this, joining, comes_in, settle_in, revision = offered->after.revision()](const HttpReply& reply) {
                      engine_.groups.expected_is_answered(joining->link.group);
                      if (reply.ok() && comes_in) return settle_in(revision);
                      if (reply.ok()) return joined(joining->request, joining->link.group);
                      if (reply.is_temporary()) {
                        engine_.groups.watch(joining->link.group);
                      } else {
                        engine_.groups.expect_no_more(joining->link.group, joining->link.change_digest);
                      }
                      if (reply.error().code() == wire::kInvalidRevision) return join_by(joining);
                      engine_.output.fail(joining->request, failure_of(reply));
                    });
}

void GroupJoining::joined(uint32_t request, const GroupId& group) {
  Response response;
  response.set_id(request);
  client_api::JoinGroupResponse& built = *response.mutable_join_group();
  const auto row = engine_.store.groups.find(group);
  const auto id = row && row->present ? engine_.store.conversations.with(group) : std::nullopt;
  if (auto conversation = id ? Conversations(engine_.store).build(*id) : std::nullopt) {
    engine_.typing_presence.describe(*id, *conversation);
    *built.mutable_conversation() = std::move(*conversation);
  }
  engine_.output.respond(std::move(response));
}

}  // namespace kith::core
