// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/node/stores.h"

namespace kith::node {

std::string unready_reason(const Stores& stores) {
  for (const Stores::Watched& watched : stores.watched()) {
    const std::string name = std::string("the ") + watched.name + " store";
    switch (watched.health.health()) {
      case StoreHealth::kOk: continue;
      case StoreHealth::kFull: return name + " is full";
      case StoreHealth::kUnavailable: return name + " can't be written";
    }
  }
  return "";
}

}  // namespace kith::node
