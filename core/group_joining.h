// SPDX-License-Identifier: AGPL-3.0-or-later

// Links by which people come into groups, at who has one: what is behind it is shown, and this account comes in by it.
//
// A link is read before this account is a member: the chain has to lead to the digest that the link has. From there on
// the server is believed for what is shown of it (OpenGroupLink), and nothing is kept; who has joined checks it all.
// What this device knows of the group is committed before the change is offered (Groups::expect), so that it is there
// after a crash, too.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "client_api/client_api.pb.h"
#include "core/group_chain.h"
#include "core/group_link.h"
#include "core/http_calls.h"

namespace kith::core {

struct Engine;

class GroupJoining {
 public:
  explicit GroupJoining(Engine& engine) : engine_(engine) {}

  void open_link(uint32_t request, const client_api::OpenGroupLinkRequest& what);
  void join(uint32_t request, const client_api::JoinGroupRequest& what);

 private:
  struct Look {
    GroupLink link;
    std::optional<GroupChain> chain;
    bool proven = false;
    size_t bytes = 0;
    std::function<void(Result<GroupChain, CallFailure>)> done;
  };
  struct Joining {
    uint32_t request = 0;
    GroupLink link;
    int tries = 0;
  };

  // Absent: the request has failed.
  [[nodiscard]] std::optional<GroupLink> link_in(uint32_t request, const std::string& text);
  void look(const std::shared_ptr<Look>& look);
  void looked(const std::shared_ptr<Look>& look, const wire::GroupAnswer& answer);
  void join_by(const std::shared_ptr<Joining>& joining);
  void join_on(const std::shared_ptr<Joining>& joining, const GroupChain& chain);
  void joined(uint32_t request, const GroupId& group);

  Engine& engine_;
};

}  // namespace kith::core
