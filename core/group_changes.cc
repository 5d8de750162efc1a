// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/group_changes.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"
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

}  // namespace

void GroupChanges::list_members(uint32_t request, const client_api::ListMembersRequest& what) {
  const auto group = engine_.group_offers.group_of(request, what.conversation());
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
  if (!engine_.group_offers.group_of(request, what.conversation())) return;
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
                            engine_.group_offers.wish(request, conversation, &Response::mutable_add_members, add);
                          });
}

void GroupChanges::remove_members(uint32_t request, const client_api::RemoveMembersRequest& what) {
  const auto accounts = accounts_in(what.account_ids());
  if (!accounts || accounts->empty())
    return engine_.output.fail(request, FailureCode::kInvalidArgument, "account_ids: 32 hexadecimal digits each");
  engine_.group_offers.wish(request, what.conversation(), &Response::mutable_remove_members,
                            [accounts](const GroupRow&, const wire::GroupState&, wire::GroupChange& change,
                                       int made) -> Result<bool, Refusal> {
                              for (const AccountId& account : *accounts)
                                change.mutable_remove()->add_accounts(account.bytes());
                              return made == 0;
                            });
}

void GroupChanges::leave(uint32_t request, const client_api::LeaveGroupRequest& what) {
  engine_.group_offers.wish(
      request, what.conversation(), &Response::mutable_leave_group,
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
  engine_.group_offers.wish(request, what.conversation(), &Response::mutable_set_member,
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
    (void)set_now(request, what, title, description, std::nullopt);
    return;
  }
  const auto photo = checked_photo(what.photo());
  if (!photo) return engine_.output.fail(request, photo.error().code, photo.error().detail);
  if (!engine_.group_offers.group_of(request, what.conversation())) return;
  if (!engine_.connection.ready()) return engine_.output.fail(request, FailureCode::kOffline);
  engine_.group_photos.send(
      *photo, [this, request, what, title, description, file = *photo](const Result<void, Refusal>& there) {
        if (!there) return engine_.output.fail(request, there.error().code, there.error().detail);
        engine_.group_photos.keep_for(file.name(), set_now(request, what, title, description, file));
      });
}

GroupOffers::Wished GroupChanges::set_now(uint32_t request, const client_api::SetGroupRequest& what,
                                          const std::optional<std::string>& title,
                                          const std::optional<std::string>& description,
                                          const std::optional<crypto::SealedFile>& photo) {
  return engine_.group_offers.wish(
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
  engine_.group_offers.wish(
      request, what.conversation(), &Response::mutable_set_group_link,
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
  engine_.group_offers.wish(request, what.conversation(), &Response::mutable_answer_applicants,
                            [let_in, turned_away](const GroupRow&, const wire::GroupState&, wire::GroupChange& change,
                                                  int made) -> Result<bool, Refusal> {
                              for (const AccountId& account : *let_in)
                                change.mutable_answer()->add_let_in(account.bytes());
                              for (const AccountId& account : *turned_away)
                                change.mutable_answer()->add_turned_away(account.bytes());
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
          return engine_.group_offers.respond(creation->request, creation->group, &Response::mutable_create_group);
        // Made with another key of its title while nobody knows, it could not be followed if it is there.
        if (outcome != Groups::Outcome::kNoGroup)
          return engine_.output.fail(creation->request, GroupOffers::failure_of_outcome(outcome));
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
  const auto offered = engine_.group_offers.offer(nullptr, std::move(change));
  if (!offered) return engine_.output.fail(creation->request, offered.error().code, offered.error().detail);
  engine_.groups.expect(group, {1}, offered->after.digest, info_key);
  engine_.http.call("POST", GroupOffers::path_of(group), offered->parts.SerializeAsString(),
                    [this, creation, digest = offered->after.digest](const HttpReply& reply) {
                      engine_.groups.expected_is_answered(creation->group);
                      if (reply.ok()) {
                        return engine_.group_offers.settle(creation->request, creation->group, {1}, [this, creation] {
                          engine_.group_offers.respond(creation->request, creation->group,
                                                       &Response::mutable_create_group);
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

}  // namespace kith::core
