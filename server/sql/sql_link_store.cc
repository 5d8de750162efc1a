// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/sql/sql_link_store.h"

#include <algorithm>
#include <array>

#include "server/sql/sql_connection.h"

namespace kith {

namespace {

// A mailbox is one row, with all its slots: what goes with it goes at once, whoever else writes. "": not written.
const SqlRow kLink{
    "links", {"link"}, {"expires_at", "slot1", "slot2", "slot3", "slot4", "slot5", "slot6", "slot7", "slot8"}};
const SqlRow kCount{"link_count", {"only_one"}, {"held"}};

constexpr std::array kWriteSlot{
    "UPDATE links SET slot1 = :payload WHERE link = :link AND slot1 = ''",
    "UPDATE links SET slot2 = :payload WHERE link = :link AND slot2 = ''",
    "UPDATE links SET slot3 = :payload WHERE link = :link AND slot3 = ''",
    "UPDATE links SET slot4 = :payload WHERE link = :link AND slot4 = ''",
    "UPDATE links SET slot5 = :payload WHERE link = :link AND slot5 = ''",
    "UPDATE links SET slot6 = :payload WHERE link = :link AND slot6 = ''",
    "UPDATE links SET slot7 = :payload WHERE link = :link AND slot7 = ''",
    "UPDATE links SET slot8 = :payload WHERE link = :link AND slot8 = ''",
};
static_assert(kWriteSlot.size() == kLinkSlots);

uint64_t latest_end(UnixMicros now) { return now.value + 2 * LinkStore::kLifeMicros; }

// How many mailboxes there are is a row of its own, which whoever changes it has to himself until he commits: a count
// of the others would not see those that are not committed.
bool count_one_more(SqlConnection& connection, size_t links_max) {
  connection.insert_if_absent(kCount).in(1).in(0).run();
  return connection.query("UPDATE link_count SET held = held + 1 WHERE held < :most").in(links_max).run_counted() == 1;
}
void count_fewer(SqlConnection& connection, size_t links) {
  if (links > 0) connection.query("UPDATE link_count SET held = held - :links").in(links).run();
}

// Whether one that is over was there.
bool remove_if_over(SqlConnection& connection, const std::string& link, UnixMicros now) {
  return connection.query("DELETE FROM links WHERE link = :link AND (expires_at <= :now OR expires_at > :latest)")
             .in(link)
             .in(now.value)
             .in(latest_end(now))
             .run_counted() == 1;
}

// Whether it was not there.
bool insert_now(SqlConnection& connection, const std::string& link, UnixMicros now) {
  auto insertion = connection.insert_if_absent(kLink);
  insertion.in(link).in(now.value + LinkStore::kLifeMicros);
  for (LinkSlot slot = 1; slot <= kLinkSlots; ++slot) insertion.in("");
  return insertion.run_counted() == 1;
}

size_t expire_now(SqlConnection& connection, UnixMicros now, size_t count_max) {
  std::vector<std::string> over;
  {
    std::string link;
    auto rows = connection.query(
        "SELECT link FROM links WHERE expires_at <= :now OR expires_at > :latest ORDER BY expires_at LIMIT :most");
    rows.in(now.value).in(latest_end(now)).in(count_max).out(link);
    while (rows.fetch()) over.push_back(link);
  }
  size_t count = 0;
  for (const std::string& link : over) count += remove_if_over(connection, link, now) ? 1 : 0;
  count_fewer(connection, count);
  return count;
}

std::vector<LinkStore::Message> read_now(SqlConnection& connection, const std::string& link, UnixMicros now) {
  std::array<std::string, kLinkSlots> slots;
  auto row = connection.query(
      "SELECT slot1, slot2, slot3, slot4, slot5, slot6, slot7, slot8 FROM links WHERE link = :link"
      " AND expires_at > :now AND expires_at <= :latest");
  row.in(link).in(now.value).in(latest_end(now));
  for (std::string& slot : slots) row.out(slot);
  std::vector<LinkStore::Message> messages;
  if (!row.fetch()) return messages;
  for (LinkSlot slot = 1; slot <= kLinkSlots; ++slot) {
    if (!slots[slot - 1].empty()) messages.push_back({slot, std::move(slots[slot - 1])});
  }
  return messages;
}

}  // namespace

Task<Result<void, StoreError>> SqlLinkStore::put(LinkId link, LinkSlot slot, Bytes payload, UnixMicros now,
                                                 size_t links_max) {
  return database_.write([link = link.hex(), slot, payload = std::move(payload), now,
                          links_max](SqlConnection& connection) -> Result<void, StoreError> {
    if (remove_if_over(connection, link, now)) count_fewer(connection, 1);
    if (insert_now(connection, link, now) && !count_one_more(connection, links_max)) {
      (void)expire_now(connection, now, kExpiredMax);
      if (!count_one_more(connection, links_max)) return Fail(StoreError::kFull);
    }
    const long long written = connection.query(kWriteSlot[slot - 1]).in(payload).in(link).run_counted();
    if (written == 1) return {};
    const std::vector<Message> there = read_now(connection, link, now);
    if (there.empty()) return Fail(StoreError::kUnavailable);  // removed at this very moment
    if (std::ranges::find(there, Message{slot, payload}) == there.end()) return Fail(StoreError::kConflict);
    return {};
  });
}

Task<Result<std::vector<LinkStore::Message>, StoreError>> SqlLinkStore::read(LinkId link, UnixMicros now) {
  return database_.read(
      [link = link.hex(), now](SqlConnection& connection) -> Result<std::vector<Message>, StoreError> {
        return read_now(connection, link, now);
      });
}

Task<Result<void, StoreError>> SqlLinkStore::remove(LinkId link) {
  return database_.write([link = link.hex()](SqlConnection& connection) -> Result<void, StoreError> {
    const long long removed = connection.query("DELETE FROM links WHERE link = :link").in(link).run_counted();
    count_fewer(connection, static_cast<size_t>(removed));
    return {};
  });
}

Task<Result<size_t, StoreError>> SqlLinkStore::expire(UnixMicros now, size_t count_max) {
  return database_.write([now, count_max](SqlConnection& connection) -> Result<size_t, StoreError> {
    return expire_now(connection, now, count_max);
  });
}

}  // namespace kith
