// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/kept_keys.h"

#include "core/sealing.h"
#include "crypto/testing/memory_group_key_store.h"
#include "sim/dice.h"

namespace kith::sim {
namespace {

// A key that is known already is written by an update.
constexpr const char* kKeep =
    "PRAGMA temp_store = MEMORY;"
    "CREATE TEMP TABLE kept (group_id BLOB, account BLOB, device INTEGER, chain INTEGER, record BLOB);"
    "CREATE TEMP TRIGGER keep AFTER INSERT ON main.group_chains BEGIN"
    "  INSERT INTO kept VALUES (new.group_id, new.account, new.device, new.chain, new.record);"
    "END;";

}  // namespace

void begin_keeping(core::Database& database) { (void)database.execute(kKeep).has_value(); }

std::vector<KeptKey> take_kept(core::Database& database) {
  std::vector<KeptKey> kept;
  {
    auto row = database.prepare("SELECT group_id, account, device, chain, record FROM kept");
    while (row.step()) {
      kept.push_back({row.id<GroupId>(0),
                      {row.id<AccountId>(1), {static_cast<uint32_t>(row.integer(2))}},
                      static_cast<uint32_t>(row.integer(3)),
                      row.blob(4)});
    }
  }
  if (!kept.empty()) (void)database.execute("DELETE FROM kept").has_value();
  return kept;
}

bool opens(const KeptKey& key, BytesView payload) {
  crypto::MemoryGroupKeyStore store;
  store.store_chain(key.group, key.sender, key.chain, key.record);
  Dice dice;
  crypto::Groups groups(store, {}, dice);
  return core::unseal_in_group(groups, key.group, key.sender, payload).has_value();
}

}  // namespace kith::sim
