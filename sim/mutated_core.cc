// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/mutated_core.h"

#include <vector>

#include "base/ids.h"
#include "crypto/account_key.h"
#include "crypto/hash.h"
#include "wire/api.pb.h"

namespace kith::sim {
namespace {

// Every seventh save of a session is let go of.
constexpr const char* kDropSaves =
    "CREATE TEMP TABLE saves (n INTEGER NOT NULL);"
    "INSERT INTO saves VALUES (0);"
    "CREATE TEMP TRIGGER drop_save BEFORE UPDATE ON main.sessions BEGIN"
    "  UPDATE saves SET n = n + 1;"
    "  SELECT RAISE(IGNORE) FROM saves WHERE n % 7 = 0;"
    "END;";

// What the server says of a number is so, and nobody has to agree to it.
constexpr const char* kTakeNumbers =
    "CREATE TEMP TABLE moved (account BLOB NOT NULL);"
    "CREATE TEMP TRIGGER take_number AFTER INSERT ON main.handle_claims BEGIN"
    "  UPDATE handles SET account = new.account WHERE handle = new.handle;"
    "  INSERT INTO moved VALUES (new.account);"
    "  DELETE FROM handle_claims WHERE handle = new.handle;"
    "END;"
    "CREATE TEMP TRIGGER agree AFTER UPDATE OF must_agree ON main.device_lists"
    "  WHEN new.must_agree = 1 AND new.account IN (SELECT account FROM moved) BEGIN"
    "  UPDATE device_lists SET must_agree = 0 WHERE account = new.account;"
    "END;"
    "CREATE TEMP TRIGGER agree_first AFTER INSERT ON main.device_lists"
    "  WHEN new.must_agree = 1 AND new.account IN (SELECT account FROM moved) BEGIN"
    "  UPDATE device_lists SET must_agree = 0 WHERE account = new.account;"
    "END;";

// Every third copy is for a device that there is not (OutboxKind::kOwnCopy).
constexpr const char* kDropCopies =
    "CREATE TEMP TRIGGER drop_copy AFTER INSERT ON main.outbox WHEN new.kind = 6 AND new.sequence % 3 = 0 BEGIN"
    "  UPDATE outbox SET only_device = 4294967295 WHERE sequence = new.sequence;"
    "END;";

// Every third register that is not due to be told, because it came from another device, is let go of.
constexpr const char* kSkipRegisters =
    "CREATE TEMP TABLE told (n INTEGER NOT NULL);"
    "INSERT INTO told VALUES (0);"
    "CREATE TEMP TRIGGER skip_register BEFORE INSERT ON main.registers WHEN new.due = 0 BEGIN"
    "  UPDATE told SET n = n + 1;"
    "  SELECT RAISE(IGNORE) FROM told WHERE n % 3 = 0;"
    "END;";

// Whoever goes is none of those that were handed this device's key, so that it goes on as it is.
constexpr const char* kKeepSenderKeys =
    "CREATE TEMP TRIGGER keep_key AFTER UPDATE OF role ON main.group_members WHEN new.role = 0 BEGIN"
    "  DELETE FROM group_holders"
    "    WHERE group_id = new.group_id AND account = new.account AND until_number IS NULL;"
    "END;";

// Nothing of an account stood there before, so that whatever comes is the latest.
constexpr const char* kTakeReactions =
    "CREATE TEMP TRIGGER take_reaction BEFORE INSERT ON main.remarks WHEN new.waits = 0 BEGIN"
    "  DELETE FROM remarks WHERE message = new.message AND account = new.account AND kind = new.kind;"
    "END;";

// Nothing was said after what comes now.
constexpr const char* kTakeEdits =
    "CREATE TEMP TRIGGER take_edit BEFORE INSERT ON main.corrections WHEN new.waits = 0 AND new.at_us > 0 BEGIN"
    "  DELETE FROM corrections WHERE message = new.message AND waits = 0 AND text IS NOT NULL AND at_us > new.at_us;"
    "END;";

// What somebody else has written is not deleted.
constexpr const char* kKeepDeleted =
    "CREATE TEMP TRIGGER keep_deleted BEFORE UPDATE OF kind ON main.messages"
    "  WHEN new.kind = 8 AND old.outgoing = 0 BEGIN"
    "  SELECT RAISE(IGNORE);"
    "END;";

// That a message is removed the other devices know already (content.OwnState.kRemoved).
constexpr const char* kHideRemovals =
    "CREATE TEMP TRIGGER hide_removal AFTER INSERT ON main.registers"
    "  WHEN new.due > 0 AND hex(substr(new.key, 1, 1)) = '0B' BEGIN"
    "  UPDATE registers SET due = 0 WHERE key = new.key;"
    "END;";

// The same of a conversation that is cleared (kCleared).
constexpr const char* kHideClearing =
    "CREATE TEMP TRIGGER hide_clearing AFTER INSERT ON main.registers"
    "  WHEN new.due > 0 AND hex(substr(new.key, 1, 1)) = '0D' BEGIN"
    "  UPDATE registers SET due = 0 WHERE key = new.key;"
    "END;";

// A message that was opened is left as it was.
constexpr const char* kKeepFiles =
    "CREATE TEMP TRIGGER keep_file BEFORE UPDATE OF file ON main.messages"
    "  WHEN new.file IS NULL AND old.file IS NOT NULL BEGIN"
    "  SELECT RAISE(IGNORE);"
    "END;";

// The account's own devices are told by a content for a device that there is not (OutboxKind::kMediaOpened).
constexpr const char* kHideOpenings =
    "CREATE TEMP TRIGGER hide_opening AFTER INSERT ON main.outbox"
    "  WHEN new.kind = 14 AND new.target = (SELECT account FROM registration) BEGIN"
    "  UPDATE outbox SET only_device = 4294967295 WHERE sequence = new.sequence;"
    "END;";

// The photo is for everyone, whatever was said of it.
constexpr const char* kForgetScope =
    "CREATE TEMP TRIGGER forget_scope AFTER INSERT ON main.settings WHEN new.name = 'photo_scope' BEGIN"
    "  UPDATE settings SET value = 1 WHERE name = 'photo_scope';"
    "END;"
    "CREATE TEMP TRIGGER forget_next_scope AFTER UPDATE ON main.settings"
    "  WHEN new.name = 'photo_scope' AND new.value <> 1 BEGIN"
    "  UPDATE settings SET value = 1 WHERE name = 'photo_scope';"
    "END;";

// Each device that is known is the one that everything for its number was encrypted for.
void forget_keys(core::Database& database) {
  struct Known {
    Bytes account;
    int64_t device;
    Bytes keys;
  };
  std::vector<Known> known;
  {
    auto row = database.prepare(
        "SELECT account, device, account_key, identity_key FROM devices JOIN device_lists USING (account)");
    while (row.step())
      known.push_back({row.blob(0), row.integer(1), crypto::digest("kith addressee v1", row.blob(2) + row.blob(3))});
  }
  core::Transaction transaction(database);
  for (const Known& each : known) {
    database.prepare("UPDATE sealed_for SET keys = ?1 WHERE account = ?2 AND device = ?3 AND keys <> ?1")
        .bind_blob(each.keys)
        .bind_blob(each.account)
        .bind(each.device)
        .run();
  }
  (void)transaction.commit().has_value();
}

// As if the account's own key had signed it.
void sign_own(core::Database& database, wire::SignedDeviceList& signed_list) {
  auto row = database.prepare("SELECT account, account_public, account_private FROM registration");
  wire::DeviceList list;
  if (!row.step() || !list.ParseFromString(signed_list.device_list()) || list.account_id() != row.blob(0)) return;
  list.set_account_key(row.blob(1));
  signed_list.set_device_list(list.SerializeAsString());
  signed_list.set_signature(crypto::sign_device_list({row.blob(1), row.blob(2)}, signed_list.device_list()));
}

}  // namespace

void mutate(core::Database& database, Mutation mutation) {
  if (mutation == Mutation::kDropRatchetSave) (void)database.execute(kDropSaves).has_value();
  if (mutation == Mutation::kTakeAnyNumber) (void)database.execute(kTakeNumbers).has_value();
  if (mutation == Mutation::kDropOwnCopy) (void)database.execute(kDropCopies).has_value();
  if (mutation == Mutation::kSkipRegister) (void)database.execute(kSkipRegisters).has_value();
  if (mutation == Mutation::kTakeAnyReaction) (void)database.execute(kTakeReactions).has_value();
  if (mutation == Mutation::kTakeAnyEdit) (void)database.execute(kTakeEdits).has_value();
  if (mutation == Mutation::kHideRemovals) (void)database.execute(kHideRemovals).has_value();
  if (mutation == Mutation::kHideClearing) (void)database.execute(kHideClearing).has_value();
  if (mutation == Mutation::kKeepDeleted) (void)database.execute(kKeepDeleted).has_value();
  if (mutation == Mutation::kKeepSenderKey) (void)database.execute(kKeepSenderKeys).has_value();
  if (mutation == Mutation::kKeepOpened) (void)database.execute(kKeepFiles).has_value();
  if (mutation == Mutation::kHideOpening) (void)database.execute(kHideOpenings).has_value();
  if (mutation == Mutation::kForgetPhotoScope) (void)database.execute(kForgetScope).has_value();
}

void mutate_before_input(core::Database& database, Mutation mutation) {
  if (mutation == Mutation::kAnswerAnyResend) forget_keys(database);
}

Bytes mutate_answer(core::Database& database, Mutation mutation, const client_api::HttpCall& call, Bytes body) {
  if (wire::FileUpload room; mutation == Mutation::kKeepUploadOffset && call.url().ends_with("/v1/files") &&
                             room.ParseFromString(body) && room.offset() != 0) {
    room.set_offset(room.size());
    return room.SerializeAsString();
  }
  if (mutation != Mutation::kTakeAnyOwnList) return body;
  if (wire::SignedDeviceList list; call.url().ends_with("/devices") && list.ParseFromString(body)) {
    sign_own(database, list);
    return list.SerializeAsString();
  }
  if (wire::PrekeyBundlesResponse response; call.url().ends_with("/prekeys") && response.ParseFromString(body)) {
    sign_own(database, *response.mutable_device_list());
    return response.SerializeAsString();
  }
  return body;
}

}  // namespace kith::sim
