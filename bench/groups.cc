// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/groups.h"

#include <algorithm>
#include <vector>

#include "bench/api.h"
#include "bench/usage.h"
#include "crypto/group_signatures.h"
#include "crypto/testing/seeded_random.h"
#include "crypto/testing/test_device.h"
#include "wire/api.pb.h"
#include "wire/group_state.h"

namespace kith::bench {

std::optional<BenchGroup> make_group(uint16_t port, std::span<const BenchAccount> members, size_t by) {
  crypto::SeededRandom random(now_us());
  const BenchAccount& author = members[by];
  wire::GroupChange change;
  BenchGroup group{.id = random.id<GroupId>(), .revision = {1}, .lists_digest = {}};
  change.set_group_id(group.id.bytes());
  change.set_revision(group.revision.value);
  change.set_author(author.id.bytes());
  change.set_author_device(author.device);
  change.mutable_create()->mutable_permissions()->set_members_send(true);
  for (size_t i = 0; i < members.size(); ++i) {
    if (i != by) change.mutable_create()->add_members(members[i].id.bytes());
  }
  const auto state = apply_change(std::nullopt, change);
  if (!state) return std::nullopt;
  wire::SignedGroupChange request;
  request.set_change(change.SerializeAsString());
  request.set_state_digest(crypto::group_state_digest(group_state_bytes(*state)));
  crypto::TestDevice device(1);  // whose keys all accounts of the load have
  request.set_signature(
      crypto::sign_group_change(device.store.identity(), random, request.change(), request.state_digest()));

  std::vector<crypto::MemberList> lists;
  for (const BenchAccount& each : members) lists.push_back({each.id, {each.list_revision}});
  std::ranges::sort(lists, {}, &crypto::MemberList::account);
  group.lists_digest = crypto::group_lists_digest(lists);
  gateway::testing::Client client(port);
  if (!call<wire::Empty>(client, "POST", "/v1/groups/" + group.id.hex(), request, author.token)) return std::nullopt;
  return group;
}

}  // namespace kith::bench
