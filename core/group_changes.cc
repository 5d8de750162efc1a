// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_changes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"
#include "core/conversations.h"
#include "core/engine.h"
#include "core/group_info.h"
#include "core/group_view.h"
#include "core/photo_file.h"
#include "core/server_time.h"
#include "crypto/aead.h"
#include "crypto/group_signatures.h"
#include "crypto/hash.h"

namespace kith::core {

namespace {

using client_api::Response;

std::string path_of(const GroupId& group) { return "/v1/groups/" + group.hex(); }

Result<std::string, Refusal> checked_title(const std::string& title) {
  if (!is_utf8(title)) return Refuse(FailureCode::kInvalidArgument, "title: is no UTF-8");
  std::string line = one_line(title);
  if (!has_visible(line)) return Refuse(FailureCode::kBlank, "title: has nothing to see");
  if (utf8_length(line) > kGroupTitleCharactersMax)
    return Refuse(FailureCode::kTooLarge, "title: has more than 100 characters");
  return line;
}

Result<std::string, Refusal> checked_description(const std::string& description) {
  if (!is_utf8(description)) return Refuse(FailureCode::kInvalidArgument, "description: is no UTF-8");
  if (utf8_length(description) > kGroupDescriptionCharactersMax || description.size() > kGroupDescriptionBytesMax)
    return Refuse(FailureCode::kTooLarge, "description: has more than 512 characters");
  return description;
}

wire::GroupPermissions permissions_of(const client_api::GroupPermissions& said) {
  wire::GroupPermissions permissions;
  permissions.set_members_send(said.send());
  permissions.set_members_edit_info(said.edit_info());
  permissions.set_members_add(said.add_members());
  return permissions;
}

// As they are, but for what is said.
wire::GroupPermissions changed(wire::GroupPermissions permissions, const client_api::PermissionChanges& changes) {
  if (changes.has_send()) permissions.set_members_send(changes.send());
  if (changes.has_edit_info()) permissions.set_members_edit_info(changes.edit_info());
  if (changes.has_add_members()) permissions.set_members_add(changes.add_members());
  return permissions;
}

wire::GroupPermissions all_permissions() {
  wire::GroupPermissions permissions;
  permissions.set_members_send(true);
  permissions.set_members_edit_info(true);
  permissions.set_members_add(true);
  return permissions;
}

bool same(const wire::GroupPermissions& one, const wire::GroupPermissions& other) {
  return one.members_send() == other.members_send() && one.members_edit_info() == other.members_edit_info() &&
         one.members_add() == other.members_add();
}

// Of accounts as a request names them: each once. Absent: one is none.
std::optional<std::vector<AccountId>> accounts_in(const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<AccountId> accounts;
  for (const std::string& text : texts) {
    const auto account = AccountId::from_hex(text);
    if (!account || account->is_none()) return std::nullopt;
    accounts.push_back(*account);
  }
  std::sort(accounts.begin(), accounts.end());
  accounts.erase(std::unique(accounts.begin(), accounts.end()), accounts.end());
  return accounts;
}

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

CallFailure failure_of_outcome(Groups::Outcome outcome) {
  switch (outcome) {
    case Groups::Outcome::kUnavailable: return {FailureCode::kOffline, "the group can't be read now", 0};
    case Groups::Outcome::kNoGroup: return {FailureCode::kNoSuchGroup, "the server has no such group", 0};
    case Groups::Outcome::kDone:
    case Groups::Outcome::kInvalid: break;
  }
  return {FailureCode::kServer, "what the server says of the group does not verify", 0};
}

}  // namespace

// ---- a change of a group that is known

std::optional<GroupId> GroupChanges::group_of(uint32_t request, const std::string& conversation) {
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

GroupChanges::Wished GroupChanges::wish(uint32_t request, const std::string& conversation, Field field, Decide decide) {
  const auto group = group_of(request, conversation);
  if (!group) return nullptr;
  auto wished = std::make_shared<Wish>(Wish{request, *group, field, std::move(decide)});
  attempt(wished);
  return wished;
}

void GroupChanges::attempt(const Wished& wish) {
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

Result<GroupChanges::Offer, Refusal> GroupChanges::offer(const GroupChain* before, wire::GroupChange change) {
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

void GroupChanges::answered(const Wished& wish, Revision revision, const HttpReply& reply) {
  if (reply.ok()) {
    return settle(wish->request, wish->group, revision, 0, [this, wish] {
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

void GroupChanges::decide_anew(const Wished& wish) {
  if (++wish->tries > kTriesMax)
    return engine_.output.fail(wish->request, FailureCode::kGroupBusy, "others change the group all the time");
  engine_.groups.fetch(wish->group, [this, wish](Groups::Outcome outcome) {
    if (outcome == Groups::Outcome::kDone) return attempt(wish);
    engine_.output.fail(wish->request, failure_of_outcome(outcome));
  });
}

void GroupChanges::settle(uint32_t request, const GroupId& group, Revision revision, int tries,
                          std::function<void()> done) {
  engine_.groups.note_revision(group, revision);
  engine_.groups.fetch(group, [this, request, group, revision, tries, done = std::move(done)](Groups::Outcome outcome) {
    if (engine_.groups.up_to(group, revision)) return done();
    // One that was under way before may have brought what was before.
    if (outcome == Groups::Outcome::kDone && tries < kTriesMax)
      return settle(request, group, revision, tries + 1, done);
    engine_.output.fail(request, failure_of_outcome(outcome));
  });
}

void GroupChanges::respond(uint32_t request, const GroupId& group, Field field) {
  const auto id = engine_.store.conversations.with(group);
  auto conversation = id ? Conversations(engine_.store).build(*id) : std::nullopt;
  if (!conversation) return engine_.output.fail(request, FailureCode::kNoSuchGroup, "this account is no member");
  engine_.typing_presence.describe(*id, *conversation);
  Response response;
  response.set_id(request);
  *(response.*field)() = std::move(*conversation);
  engine_.output.respond(std::move(response));
}

void GroupChanges::list_members(uint32_t request, const client_api::ListMembersRequest& what) {
  const auto group = group_of(request, what.conversation());
  if (!group) return;
  PersonView people(engine_.store);
  Response response;
  response.set_id(request);
  *response.mutable_list_members() = GroupView(engine_.store, people).members(*group);
  engine_.output.respond(std::move(response));
}

void GroupChanges::add_members(uint32_t request, const client_api::AddMembersRequest& what) {
  if (what.members().empty())
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "members: there are none");
  if (!group_of(request, what.conversation())) return;
  engine_.people.find_all(request, what.members(),
                          [this, request, conversation = what.conversation()](const std::vector<AccountId>& accounts) {
                            const auto add = [accounts](const GroupRow&, const wire::GroupState& state,
                                                        wire::GroupChange& change, int made) -> Result<bool, Refusal> {
                              if (made > 0) return false;
                              for (const AccountId& account : accounts) {
                                if (member_of(state, account) == nullptr)
                                  change.mutable_add()->add_accounts(account.bytes());
                              }
                              if (change.add().accounts().empty())
                                return Refuse(FailureCode::kAlreadyMember, "members: all of them are");
                              return true;
                            };
                            wish(request, conversation, &Response::mutable_add_members, add);
                          });
}

void GroupChanges::remove_members(uint32_t request, const client_api::RemoveMembersRequest& what) {
  const auto accounts = accounts_in(what.account_ids());
  if (!accounts || accounts->empty())
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "account_ids: 32 hexadecimal digits each");
  wish(request, what.conversation(), &Response::mutable_remove_members,
       [accounts](const GroupRow&, const wire::GroupState&, wire::GroupChange& change,
                  int made) -> Result<bool, Refusal> {
         for (const AccountId& account : *accounts) change.mutable_remove()->add_accounts(account.bytes());
         return made == 0;
       });
}

void GroupChanges::leave(uint32_t request, const client_api::LeaveGroupRequest& what) {
  wish(request, what.conversation(), &Response::mutable_leave_group,
       [](const GroupRow&, const wire::GroupState&, wire::GroupChange& change, int made) -> Result<bool, Refusal> {
         change.mutable_leave();
         return made == 0;
       });
}

void GroupChanges::set_member(uint32_t request, const client_api::SetMemberRequest& what) {
  const auto account = AccountId::from_hex(what.account_id());
  if (!account)
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "account_id: must be 32 hexadecimal digits");
  const wire::GroupRole role = what.admin() ? wire::kGroupAdmin : wire::kGroupMember;
  wish(request, what.conversation(), &Response::mutable_set_member,
       [account, role](const GroupRow&, const wire::GroupState& state, wire::GroupChange& change,
                       int made) -> Result<bool, Refusal> {
         const auto* const member = member_of(state, *account);
         if (made > 0 || (member != nullptr && member->role() == role)) return false;
         change.mutable_set_role()->set_account(account->bytes());
         change.mutable_set_role()->set_role(role);
         return true;
       });
}

void GroupChanges::set_group(uint32_t request, const client_api::SetGroupRequest& what) {
  std::optional<std::string> title, description;
  if (what.has_title()) {
    auto checked = checked_title(what.title());
    if (!checked) return engine_.output.fail(request, checked.error().code, checked.error().detail);
    title = std::move(*checked);
  }
  if (what.has_description()) {
    auto checked = checked_description(what.description());
    if (!checked) return engine_.output.fail(request, checked.error().code, checked.error().detail);
    description = std::move(*checked);
  }
  if (!what.has_photo()) {
    (void)set_known(request, what, title, description, std::nullopt);
    return;
  }
  const auto photo = checked_photo(what.photo());
  if (!photo) return engine_.output.fail(request, photo.error().code, photo.error().detail);
  if (!group_of(request, what.conversation())) return;
  if (!engine_.connection.ready()) return engine_.output.fail(request, FailureCode::kOffline);
  engine_.group_photos.send(
      *photo, [this, request, what, title, description, file = *photo](const Result<void, Refusal>& there) {
        if (!there) return engine_.output.fail(request, there.error().code, there.error().detail);
        engine_.group_photos.keep_for(file.name(), set_known(request, what, title, description, file));
      });
}

GroupChanges::Wished GroupChanges::set_known(uint32_t request, const client_api::SetGroupRequest& what,
                                             const std::optional<std::string>& title,
                                             const std::optional<std::string>& description,
                                             const std::optional<crypto::SealedFile>& photo) {
  return wish(
      request, what.conversation(), &Response::mutable_set_group,
      [this, title, description, photo, no_photo = what.remove_photo(), wanted = what.permissions()](
          const GroupRow& row, const wire::GroupState& state, wire::GroupChange& change,
          int made) -> Result<bool, Refusal> {
        const GroupInfo before =
            open_group_info(row.id, row.info_key, state.sealed_info()).value_or(GroupInfo{row.title, row.description});
        GroupInfo info{title.value_or(before.title), description.value_or(before.description), before.photo};
        if (photo || no_photo) info.photo = photo;
        if (made == 0 && info != before) {
          // A description without a title would take away what others can still read.
          if (info.title.empty()) return Refuse(FailureCode::kNoSuchGroup, "what it is called is not known here");
          change.mutable_set_info()->set_sealed_info(seal_group_info(row.id, row.info_key, info, engine_.random));
          return true;
        }
        const wire::GroupPermissions permissions = changed(state.permissions(), wanted);
        if (made > 1 || same(permissions, state.permissions())) return false;
        *change.mutable_set_permissions()->mutable_permissions() = permissions;
        return true;
      });
}

void GroupChanges::set_link(uint32_t request, const client_api::SetGroupLinkRequest& what) {
  const uint64_t expires = what.expires_us();
  if (!what.remove() && expires != 0 && (expires > kTimeMaxUs || expires <= engine_.connection.server_now().value))
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "expires_us: must be in the future");
  wish(request, what.conversation(), &Response::mutable_set_group_link,
       [this, what](const GroupRow& row, const wire::GroupState& state, wire::GroupChange& change,
                    int made) -> Result<bool, Refusal> {
         if (made > 0 || (what.remove() && !state.has_link())) return false;
         wire::SetGroupLink& set = *change.mutable_set_link();
         if (what.remove()) return true;
         if (row.info_key.empty()) return Refuse(FailureCode::kNoSuchGroup, "its key is not known here");
         const auto key = crypto::make_group_link_key(engine_.random);
         set.mutable_link()->set_public_key(key.public_key);
         set.mutable_link()->set_approval(what.approval());
         set.mutable_link()->set_expires_us(what.expires_us());
         set.mutable_link()->set_sealed_secret(seal_group_link(row.id, row.info_key, key.private_key, engine_.random));
         return true;
       });
}

void GroupChanges::answer_applicants(uint32_t request, const client_api::AnswerApplicantsRequest& what) {
  const auto let_in = accounts_in(what.let_in());
  const auto turned_away = accounts_in(what.turned_away());
  if (!let_in || !turned_away || let_in->size() + turned_away->size() == 0)
    return engine_.output.fail(request, FailureCode::kInvalidArgument,
                               "let_in, turned_away: 32 hexadecimal digits each");
  wish(request, what.conversation(), &Response::mutable_answer_applicants,
       [let_in, turned_away](const GroupRow&, const wire::GroupState&, wire::GroupChange& change,
                             int made) -> Result<bool, Refusal> {
         for (const AccountId& account : *let_in) change.mutable_answer()->add_let_in(account.bytes());
         for (const AccountId& account : *turned_away) change.mutable_answer()->add_turned_away(account.bytes());
         return made == 0;
       });
}

// ---- a new group

void GroupChanges::create(uint32_t request, const std::string& change, const client_api::CreateGroupRequest& what) {
  auto title = checked_title(what.title());
  if (!title) return engine_.output.fail(request, title.error().code, title.error().detail);
  const auto description = checked_description(what.description());
  if (!description) return engine_.output.fail(request, description.error().code, description.error().detail);
  auto creation = std::make_shared<Creation>();
  creation->request = request;
  creation->what = what;
  creation->what.set_title(*title);
  const auto id = ChangeId::from_hex(change);
  creation->group = id ? *GroupId::from_bytes(BytesView(crypto::digest("kith group id v1", id->bytes())).substr(0, 16))
                       : engine_.random.id<GroupId>();
  engine_.people.find_all(request, what.members(), [this, creation](std::vector<AccountId> members) {
    creation->members = std::move(members);
    if (engine_.store.groups.find(creation->group)) {
      // Asked for before: it may have been made.
      engine_.groups.fetch(creation->group, [this, creation](Groups::Outcome outcome) {
        if (engine_.groups.up_to(creation->group, {1}))
          return respond(creation->request, creation->group, &Response::mutable_create_group);
        // Made with another key of its title while nobody knows, it could not be followed if it is there.
        if (outcome != Groups::Outcome::kNoGroup)
          return engine_.output.fail(creation->request, failure_of_outcome(outcome));
        make(creation);
      });
    } else {
      make(creation);
    }
  });
}

void GroupChanges::make(const std::shared_ptr<Creation>& creation) {
  const GroupId& group = creation->group;
  const Bytes info_key = engine_.random.bytes(crypto::kAeadKeyBytes);
  wire::GroupChange change;
  change.set_group_id(group.bytes());
  wire::CreateGroup& create = *change.mutable_create();
  for (const AccountId& account : creation->members) create.add_members(account.bytes());
  *create.mutable_permissions() =
      creation->what.has_permissions() ? permissions_of(creation->what.permissions()) : all_permissions();
  create.set_sealed_info(seal_group_info(
      group, info_key, GroupInfo{creation->what.title(), creation->what.description()}, engine_.random));
  const auto offered = offer(nullptr, std::move(change));
  if (!offered) return engine_.output.fail(creation->request, offered.error().code, offered.error().detail);
  engine_.groups.expect(group, {1}, offered->after.digest, info_key);
  engine_.http.call("POST", path_of(group), offered->parts.SerializeAsString(),
                    [this, creation, digest = offered->after.digest](const HttpReply& reply) {
                      engine_.groups.expected_is_answered(creation->group);
                      if (reply.ok()) {
                        return settle(creation->request, creation->group, {1}, 0, [this, creation] {
                          respond(creation->request, creation->group, &Response::mutable_create_group);
                        });
                      }
                      if (reply.is_temporary()) {
                        engine_.groups.watch(creation->group);
                      } else {
                        engine_.groups.expect_no_more(creation->group, digest);
                      }
                      engine_.output.fail(creation->request, failure_of(reply));
                    });
}

// ---- links

std::optional<GroupLink> GroupChanges::link_in(uint32_t request, const std::string& text) {
  auto link = read_group_link(text);
  if (!link) {
    engine_.output.fail(request, FailureCode::kInvalidArgument, "link: is none to a group");
  } else if (!link->server.empty() && link->server != engine_.registration->server) {
    engine_.output.fail(request, FailureCode::kNoSuchGroup, "link: is of another server");
    link.reset();
  }
  return link;
}

void GroupChanges::look(const std::shared_ptr<Look>& look) {
  const GroupLink& link = look->link;
  wire::ReadGroupRequest body;
  if (look->chain) {
    body.set_after_revision(look->chain->revision().value);
  } else {
    body.set_checkpoint_at_most(link.revision.value);
  }
  body.set_link_signature(
      crypto::sign_with_group_link(link.key, read_statement(link.group, engine_.registration->account)));
  engine_.http.call("POST", path_of(link.group) + "/read", body.SerializeAsString(),
                    [this, look](const HttpReply& reply) {
                      if (!reply.ok()) return look->done(std::unexpected(failure_of(reply)));
                      const auto answer = reply.parse<wire::GroupAnswer>();
                      if (!answer) return look->done(std::unexpected(failure_of(reply)));
                      looked(look, *answer);
                    });
}

void GroupChanges::looked(const std::shared_ptr<Look>& look, const wire::GroupAnswer& answer) {
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

void GroupChanges::open_link(uint32_t request, const client_api::OpenGroupLinkRequest& what) {
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

void GroupChanges::join(uint32_t request, const client_api::JoinGroupRequest& what) {
  const auto link = link_in(request, what.link());
  if (!link) return;
  if (const auto row = engine_.store.groups.find(link->group); row && row->present) return joined(request, link->group);
  join_by(std::make_shared<Joining>(Joining{request, *link}));
}

void GroupChanges::join_by(const std::shared_ptr<Joining>& joining) {
  if (++joining->tries > kTriesMax)
    return engine_.output.fail(joining->request, FailureCode::kGroupBusy, "others change the group all the time");
  const auto looking = std::make_shared<Look>();
  looking->link = joining->link;
  looking->done = [this, joining](const Result<GroupChain, CallFailure>& chain) {
    if (!chain) return engine_.output.fail(joining->request, chain.error());
    join_on(joining, *chain);
  };
  look(looking);
}

void GroupChanges::join_on(const std::shared_ptr<Joining>& joining, const GroupChain& chain) {
  const GroupLink& link = joining->link;
  const AccountId& self = engine_.registration->account;
  const auto expect = [this, &link] {
    engine_.groups.expect(link.group, link.revision, link.change_digest, link.info_key);
  };
  const auto settle_in = [this, joining](Revision revision) {
    settle(joining->request, joining->link.group, revision, 0,
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
  const auto offered = offer(&chain, std::move(change));
  if (!offered) return engine_.output.fail(joining->request, offered.error().code, offered.error().detail);
  const bool comes_in = member_of(offered->after.state, self) != nullptr;
  if (comes_in) expect();
  engine_.http.call("POST", path_of(link.group), offered->parts.SerializeAsString(),
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

void GroupChanges::joined(uint32_t request, const GroupId& group) {
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
