// SPDX-License-Identifier: AGPL-3.0-or-later

// A device with much history, and what is on a device as text, to compare two of them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/testing/linked_devices.h"
#include "core/testing/world.h"

namespace kith::core::testing {

inline void execute_text(Host& host, const std::string& sql) {
  EXPECT_TRUE(host.database().execute(sql.c_str()).has_value());
}

inline int64_t query_text(Host& host, const std::string& sql) {
  // A statement's text is its key, and has to stay.
  static std::vector<std::unique_ptr<std::string>> texts;
  auto row = host.database().prepare(texts.emplace_back(std::make_unique<std::string>(sql))->c_str());
  return row.step() ? row.integer(0) : -1;
}

// Puts messages into the database of the host, of so many conversations in turn, one second after the other up to now:
// two of three came, one was sent and read.
inline void fill_history(World& world, Host& host, int conversations, int messages, int text_bytes) {
  const std::string of = std::to_string(conversations);
  const std::string count = std::to_string(messages);
  const std::string last_us = std::to_string(world.clock.unix_us - 1'000'000);
  const std::string self = "x'" + state(host).account_id() + "'";
  execute_text(host, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + of +
                         ") INSERT INTO conversations (id, kind, peer, made_us) SELECT CAST(printf('conversation%04d', "
                         "i) AS BLOB), 1, CAST(printf('partneraccnt%04d', i) AS BLOB), 1 FROM n");
  execute_text(host, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + of +
                         ") INSERT INTO profiles (account, name, fetched_us) SELECT "
                         "CAST(printf('partneraccnt%04d', i) AS BLOB), printf('Partner %d', i), " +
                         last_us + " FROM n");
  execute_text(
      host, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + count +
                ") INSERT INTO messages (id, conversation, from_account, from_device, outgoing, kind, text, sent_at, "
                "order_us, tick, failure, unread, receipt_number, came_us) SELECT CAST(printf('m%015d', i) AS BLOB), "
                "CAST(printf('conversation%04d', 1 + i % " +
                of + ") AS BLOB), iif(i % 3 = 0, " + self + ", CAST(printf('partneraccnt%04d', 1 + i % " + of +
                ") AS BLOB)), 1, i % 3 = 0, 1, printf('%d ', i) || replace(hex(zeroblob(" +
                std::to_string(text_bytes / 2) + ")), '0', 'x'), " + last_us + " - (" + count + " - i) * 1000000, " +
                last_us + " - (" + count +
                " - i) * 1000000, iif(i % 3 = 0, 4, 0), 0, 0, 0, iif(i % 3 = 0, 0, 1) FROM n");
}

// Everything that people see of the messages, in each conversation's order.
inline std::vector<std::string> everything(Host& host) {
  std::vector<std::string> rows;
  auto row = host.database().prepare(
      "SELECT hex(c.peer) || ' ' || hex(m.id) || ' ' || hex(from_account) || ' ' || m.from_device || ' ' || outgoing "
      "|| "
      "' ' || m.kind || ' ' || text || ' ' || coalesce(hex(quote_message) || quote_excerpt, '') || ' ' || sent_at || ' "
      "' "
      "|| order_us || ' ' || tick || ' ' || m.unread || ' ' || c.unread FROM messages m JOIN conversations c ON c.id = "
      "m.conversation ORDER BY c.peer, order_us, m.id");
  while (row.step()) rows.push_back(row.text(0));
  return rows;
}

// The device is let in, and not connected yet.
inline void admit(Host& first, Host& added, client_api::HistoryScope history) {
  const std::string text = start_linking(added, "Web");
  const client_api::Response opened = open_link(first, text);
  ASSERT_FALSE(opened.has_failure()) << opened.failure().detail();
  client_api::Request request;
  request.mutable_confirm_link()->set_history(history);
  const uint32_t id = first.post(std::move(request));
  const client_api::Response confirmed = first.await(id, 90'000);
  ASSERT_FALSE(confirmed.has_failure()) << confirmed.failure().detail();
}

// The same, and connected; its history comes when time goes on.
inline void let_in(Host& first, Host& added, client_api::HistoryScope history) {
  admit(first, added, history);
  connect(added);
}

// Of the linked device, as one of the two sees it.
inline client_api::History history_of(Host& host, Host& added) {
  const uint32_t device = state(added).device_id();
  for (const client_api::Device& each : list_devices(host)) {
    if (each.id() == device) return each.history();
  }
  ADD_FAILURE() << "no such device";
  return {};
}

}  // namespace kith::core::testing
