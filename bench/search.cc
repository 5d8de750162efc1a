// SPDX-License-Identifier: AGPL-3.0-or-later

// Searches in the messages of a device: the native core's database on the disk, without a client around it.
#include <algorithm>
#include <cstdio>

#include "base/utf8.h"
#include "bench/usage.h"
#include "bench/workloads.h"
#include "core/search.h"
#include "core/store/migrations.h"
#include "core/store/store.h"
#include "crypto/testing/seeded_random.h"
#include "server/embedded/testing/test_directory.h"

namespace kith::bench {
namespace {

constexpr size_t kWords = 3'000;  // of a script
constexpr size_t kWordsOfMessage = 8;
constexpr size_t kConversations = 20;
constexpr size_t kInTransaction = 50;
constexpr int64_t kIndexedAtOnce = 256;
constexpr int kTries = 3;

struct Script {
  uint32_t first;
  uint32_t letters;
  size_t longest;
  bool has_spaces;
};
constexpr Script kScripts[] = {{'a', 26, 10, true},
                               {0x430, 32, 10, true},
                               {0x628, 19, 9, true},
                               {0x4E00, 2'500, 3, false},
                               {0xAC00, 2'000, 3, true}};

class Texts {
 public:
  explicit Texts(RandomSource& random) : random_(random) {
    for (const Script& script : kScripts) {
      std::vector<std::string>& words = words_.emplace_back();
      while (words.size() < kWords) {
        std::string word;
        for (size_t length = 1 + random_.below(script.longest); length > 0; --length) {
          append_point(word, script.first + static_cast<uint32_t>(random_.below(script.letters)));
        }
        words.push_back(std::move(word));
      }
    }
  }
  // Words at the beginning are frequent.
  std::string message(size_t number) {
    const size_t script = number % std::size(kScripts);
    std::string text;
    for (size_t i = 0; i < kWordsOfMessage; ++i) {
      if (i > 0 && kScripts[script].has_spaces) text += ' ';
      text += words_[script][std::min({random_.below(kWords), random_.below(kWords), random_.below(kWords)})];
    }
    return text;
  }
  [[nodiscard]] std::vector<std::string> queries() const {
    std::vector<std::string> all = {"needle", "eedl", "火车站", "火车", "火", "not there", "zzzzzz"};
    for (const std::vector<std::string>& words : words_) {
      for (const size_t which : {0, 1, 10, 100, 1'000, 2'999}) {
        const std::string& word = words[which];
        all.push_back(word);
        all.push_back(word + " " + words[which / 2]);
        all.emplace_back(first_characters(word, 1));
        all.emplace_back(first_characters(word, 2));
      }
    }
    return all;
  }

 private:
  RandomSource& random_;
  std::vector<std::vector<std::string>> words_;
};

core::ConversationId conversation_of(size_t number) {
  core::ConversationId conversation;
  conversation.value[0] = static_cast<uint8_t>(1 + number % kConversations);
  return conversation;
}

// The conversations of all that is stored.
bool open_conversations(core::Database& database, core::Store& store) {
  core::Transaction transaction(database);
  for (size_t number = 0; number < kConversations; ++number) {
    core::ConversationRow row;
    row.id = conversation_of(number);
    row.peer = AccountId{row.id.value};
    store.conversations.add(row);
  }
  return transaction.commit().has_value();
}

bool fill(core::Database& database, core::Store& store, Texts& texts, RandomSource& random, size_t messages) {
  for (size_t number = 0; number < messages;) {
    core::Transaction transaction(database);
    for (size_t i = 0; i < kInTransaction && number < messages; ++i, ++number) {
      core::MessageRow message;
      message.id = random.id<MessageId>();
      message.conversation = conversation_of(number);
      message.text = texts.message(number) + (number == 500 ? " needle 火车站" : "");
      message.sent_at = message.order = UnixMicros{number + 1};
      if (!store.messages.add(message)) return false;
    }
    if (!transaction.commit()) return false;
  }
  for (bool more = true; more;) {  // as the core does it in quiet moments
    core::Transaction transaction(database);
    more = store.messages.index(kIndexedAtOnce);
    if (!transaction.commit()) return false;
  }
  return true;
}

}  // namespace

bool run_search(const Options& options, Report& report) {
  TestDirectory directory;
  crypto::SeededRandom random(1);
  auto database = core::Database::open(directory.file("search.db"));
  if (!database || !core::migrate(**database)) return false;
  core::Store store(**database);
  Texts texts(random);
  const uint64_t began_us = thread_cpu_us();
  if (!open_conversations(**database, store) || !fill(**database, store, texts, random, options.search_messages))
    return false;
  report.add("search.stored_cpu_us",
             static_cast<double>(thread_cpu_us() - began_us) / static_cast<double>(options.search_messages));
  std::vector<double> all_ms;
  double worst_ms = 0;
  for (const std::string& query : texts.queries()) {
    for (const bool in_one : {false, true}) {
      client_api::SearchRequest request;
      request.set_query(query);
      request.set_limit(100);
      if (in_one) request.set_conversation(conversation_of(0).hex());
      double best_ms = 1e9;
      for (int i = 0; i < kTries; ++i) {
        const uint64_t start_us = thread_cpu_us();
        const auto found = core::search(store, request);
        best_ms = std::min(best_ms, static_cast<double>(thread_cpu_us() - start_us) / 1000);
        if (!found || (query == "needle" && found->messages_size() != 1)) return false;
      }
      all_ms.push_back(best_ms);
      if (best_ms > worst_ms)
        std::fprintf(stderr, "  %s%s: %.1f ms\n", query.c_str(), in_one ? " in one" : "", best_ms);
      worst_ms = std::max(worst_ms, best_ms);
    }
  }
  report.add("search.median_cpu_ms", median(all_ms));
  report.add("search.slowest_cpu_ms", worst_ms);
  return true;
}

}  // namespace kith::bench
