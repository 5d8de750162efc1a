// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/blocking.h"

#include "core/engine.h"

namespace kith::core {

void set_blocked(Engine& engine, uint32_t request, const client_api::SetBlockedRequest& what) {
  engine.people.find(request, what, [&engine, request, blocked = what.blocked()](const AccountId& account) {
    if (engine.is_self(account))
      return engine.output.fail(request, FailureCode::kInvalidArgument, "one's own account can't be blocked");
    if (engine.privacy.set_blocked(account, blocked)) {
      engine.privacy.tell_blocked(account);
      if (blocked) engine.profile_photos.renew_key();
    }
    engine.output.done(request, &client_api::Response::mutable_set_blocked);
  });
}

}  // namespace kith::core
