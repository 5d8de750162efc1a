// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_schema.h"

#include <vector>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

// Each migration once, in order; the schema's version is their number. What has been released is never changed.
//
// Accounts are 32 hexadecimal digits, as logs show them. Times are microseconds since 1970. BLOB columns hold bytes.
const std::vector<std::vector<const char*>> kMigrations = {
    {
        // One row: the server that these accounts are of (IDENTITY-7)
        "CREATE TABLE server ("
        " only_one SMALLINT NOT NULL PRIMARY KEY,"
        " id CHAR(32) NOT NULL)",

        // next_device: the id that the next device gets; revision: of the device list, 0 before the first
        "CREATE TABLE accounts ("
        " account CHAR(32) NOT NULL PRIMARY KEY,"
        " pin_hash VARCHAR(128) NOT NULL,"
        " pin_tries_forgiven_at BIGINT NOT NULL,"
        " next_device BIGINT NOT NULL,"
        " revision BIGINT NOT NULL,"
        " device_list BLOB NOT NULL,"
        " device_list_signature BLOB NOT NULL)",

        // handle: its canonical text; ordinal: the account's least is what others are told
        "CREATE TABLE handles ("
        " handle VARCHAR(254) NOT NULL PRIMARY KEY,"
        " account CHAR(32) NOT NULL,"
        " ordinal BIGINT NOT NULL)",
        "CREATE INDEX handles_by_account ON handles (account, ordinal)",

        // linked: let in by another device; added_at: when a list first named it, 0 before; last_active_at: the hour,
        // 0: not known
        "CREATE TABLE devices ("
        " account CHAR(32) NOT NULL,"
        " device BIGINT NOT NULL,"
        " token_hash BLOB NOT NULL,"
        " active SMALLINT NOT NULL,"
        " created_at BIGINT NOT NULL,"
        " linked SMALLINT NOT NULL,"
        " added_at BIGINT NOT NULL,"
        " last_active_at BIGINT NOT NULL,"
        " PRIMARY KEY (account, device))",

        "CREATE TABLE codes ("
        " handle VARCHAR(254) NOT NULL PRIMARY KEY,"
        " code_hash BLOB NOT NULL,"
        " expires_at BIGINT NOT NULL,"
        " attempts BIGINT NOT NULL,"
        " used_by BLOB NOT NULL)",
        "CREATE INDEX codes_by_expiry ON codes (expires_at)",

        "CREATE TABLE device_keys ("
        " account CHAR(32) NOT NULL,"
        " device BIGINT NOT NULL,"
        " registration_id BIGINT NOT NULL,"
        " identity_key BLOB NOT NULL,"
        " signed_prekey_id BIGINT NOT NULL,"
        " signed_prekey BLOB NOT NULL,"
        " signed_prekey_signature BLOB NOT NULL,"
        " PRIMARY KEY (account, device))",

        // ordinal: the order of arrival; taken: handed out, and kept for a while so that the same key isn't added again
        "CREATE TABLE prekeys ("
        " account CHAR(32) NOT NULL,"
        " device BIGINT NOT NULL,"
        " prekey BIGINT NOT NULL,"
        " ordinal BIGINT NOT NULL,"
        " taken SMALLINT NOT NULL,"
        " public_key BLOB NOT NULL,"
        " PRIMARY KEY (account, device, prekey))",
        "CREATE INDEX prekeys_by_ordinal ON prekeys (account, device, taken, ordinal)",

        "CREATE TABLE profiles ("
        " account CHAR(32) NOT NULL PRIMARY KEY,"
        " name VARCHAR(256) NOT NULL,"
        " about VARCHAR(640) NOT NULL,"
        " photo BLOB NOT NULL)",

        // last_seen_scope, about_scope, photo_scope: numbers of Scope; contacts, blocked: account ids of 16 bytes, one
        // after the other; revision: how often it was changed
        "CREATE TABLE privacy ("
        " account CHAR(32) NOT NULL PRIMARY KEY,"
        " last_seen_scope SMALLINT NOT NULL,"
        " about_scope SMALLINT NOT NULL,"
        " photo_scope SMALLINT NOT NULL,"
        " contacts MEDIUMBLOB NOT NULL,"
        " blocked MEDIUMBLOB NOT NULL,"
        " revision BIGINT NOT NULL)",

        "CREATE TABLE last_seen ("
        " account CHAR(32) NOT NULL PRIMARY KEY,"
        " seen_at BIGINT NOT NULL)",

        // holder: a process
        "CREATE TABLE leases ("
        " name VARCHAR(32) NOT NULL PRIMARY KEY,"
        " holder VARCHAR(32) NOT NULL,"
        " ends_at BIGINT NOT NULL)",

        // Mailboxes for linking devices (LINK-1), with what is written in each slot; link: 32 hexadecimal digits
        "CREATE TABLE links ("
        " link CHAR(32) NOT NULL PRIMARY KEY,"
        " expires_at BIGINT NOT NULL,"
        " slot1 BLOB NOT NULL,"
        " slot2 BLOB NOT NULL,"
        " slot3 BLOB NOT NULL,"
        " slot4 BLOB NOT NULL,"
        " slot5 BLOB NOT NULL,"
        " slot6 BLOB NOT NULL,"
        " slot7 BLOB NOT NULL,"
        " slot8 BLOB NOT NULL)",
        "CREATE INDEX links_by_expiry ON links (expires_at)",

        // Groups: 32 hexadecimal digits. The last revision, with the state and the digest of the change that made it;
        // over_at: when it is forgotten since nobody is left in it; 0: somebody is
        "CREATE TABLE group_heads ("
        " group_id CHAR(32) NOT NULL PRIMARY KEY,"
        " revision BIGINT NOT NULL,"
        " state MEDIUMBLOB NOT NULL,"
        " change_digest BLOB NOT NULL,"
        " over_at BIGINT NOT NULL)",
        "CREATE INDEX group_heads_by_end ON group_heads (over_at)",
        // taken_at: when the server took it
        "CREATE TABLE group_changes ("
        " group_id CHAR(32) NOT NULL,"
        " revision BIGINT NOT NULL,"
        " signed_change BLOB NOT NULL,"
        " taken_at BIGINT NOT NULL,"
        " PRIMARY KEY (group_id, revision))",
        // The state after every so many revisions
        "CREATE TABLE group_checkpoints ("
        " group_id CHAR(32) NOT NULL,"
        " revision BIGINT NOT NULL,"
        " state MEDIUMBLOB NOT NULL,"
        " PRIMARY KEY (group_id, revision))",
        // Whoever is or was a member. present: it is; unasked: it is, since others have added it; left_revision: by
        // which it has left last; 0: never
        "CREATE TABLE group_members ("
        " account CHAR(32) NOT NULL,"
        " group_id CHAR(32) NOT NULL,"
        " present SMALLINT NOT NULL,"
        " unasked SMALLINT NOT NULL,"
        " left_revision BIGINT NOT NULL,"
        " PRIMARY KEY (account, group_id))",
        "CREATE INDEX group_members_by_group ON group_members (group_id)",
        // Of how many groups the account is a member, and of how many because others have added it
        "CREATE TABLE group_counts ("
        " account CHAR(32) NOT NULL PRIMARY KEY,"
        " held BIGINT NOT NULL,"
        " unasked BIGINT NOT NULL)",

        // Sealed files (MEDIA-1): 32 hexadecimal digits; holders: how many accounts; size: of all of it; state: 0 being
        // uploaded, 1 whole, 2 let go when it was whole, 3 let go before; expires_at: when it is over; of one that was
        // let go: when the sweep looks at it again
        "CREATE TABLE files ("
        " file CHAR(32) NOT NULL PRIMARY KEY,"
        " holders BIGINT NOT NULL,"
        " size BIGINT NOT NULL,"
        " state SMALLINT NOT NULL,"
        " created_at BIGINT NOT NULL,"
        " expires_at BIGINT NOT NULL)",
        "CREATE INDEX files_by_expiry ON files (expires_at)",
        // Whoever has uploaded it, or has passed it on
        "CREATE TABLE file_holders ("
        " file CHAR(32) NOT NULL,"
        " account CHAR(32) NOT NULL,"
        " PRIMARY KEY (file, account))",
        // Of the files that an account holds: their sizes together, and how many are not whole
        "CREATE TABLE file_counts ("
        " account CHAR(32) NOT NULL PRIMARY KEY,"
        " bytes BIGINT NOT NULL,"
        " uploads BIGINT NOT NULL)",
        // One row: the same of all files, until they are forgotten
        "CREATE TABLE file_totals ("
        " only_one SMALLINT NOT NULL PRIMARY KEY,"
        " files BIGINT NOT NULL,"
        " bytes BIGINT NOT NULL,"
        " uploads BIGINT NOT NULL)",

        // One row: how many links there are
        "CREATE TABLE link_count ("
        " only_one SMALLINT NOT NULL PRIMARY KEY,"
        " held BIGINT NOT NULL)",
    },
};

}  // namespace

Result<void, std::string> migrate(SqlConnection& connection) {
  connection.begin_write();
  connection.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)");
  long long version = 0;
  const bool has_version = connection.query("SELECT version FROM schema_version").out(version).fetch();
  const auto known = static_cast<long long>(kMigrations.size());
  if (version > known) {
    connection.roll_back();
    return Fail("its schema has version " + std::to_string(version) + ", this program knows up to " +
                std::to_string(known) + ": use the program that wrote it, or a later one");
  }
  for (long long next = version; next < known; ++next) {
    for (const char* statement : kMigrations[next]) connection.execute(statement);
  }
  if (!has_version) connection.execute("INSERT INTO schema_version (version) VALUES (0)");
  connection.query("UPDATE schema_version SET version = :version").in(known).run();
  connection.commit();
  return {};
}

}  // namespace kith
