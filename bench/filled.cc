// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/filled.h"

#include <vector>

#include "bench/workloads.h"
#include "core/store/store.h"
#include "net/system_clock.h"

namespace kith::bench {
namespace {

constexpr size_t kInTransaction = 1'000;

}  // namespace

bool fill(BenchHost& host, RandomSource& random, const Filling& filling) {
  core::Store store(host.database());
  std::vector<core::ConversationRow> conversations(filling.conversations);
  for (size_t number = 0; number < filling.messages;) {
    core::Transaction transaction(host.database());
    if (number == 0) {
      for (core::ConversationRow& row : conversations) {
        row.id = random.id<core::ConversationId>();
        row.peer = random.id<AccountId>();
        store.conversations.add(row);
        store.profiles.set({row.peer.account(), "Partner", "", net::SystemClock().now()});
      }
    }
    for (size_t i = 0; i < kInTransaction && number < filling.messages; ++i, ++number) {
      core::MessageRow message;
      message.id = random.id<MessageId>();
      message.conversation = conversations[number % filling.conversations].id;
      message.outgoing = number % 3 == 0;
      message.from =
          message.outgoing ? store.account.account_id() : conversations[number % filling.conversations].peer.account();
      message.from_device = {1};
      message.tick = message.outgoing ? core::Tick::kRead : core::Tick::kNone;
      message.text = some_words(random, filling.payload_bytes);
      message.sent_at = message.order = UnixMicros{1'700'000'000'000'000 + number * 1'000'000};
      if (!store.messages.add(message, core::Comes::kAgain, false)) return false;
    }
    if (!transaction.commit()) return false;
  }
  return true;
}

}  // namespace kith::bench
