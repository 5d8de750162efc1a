// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/file_ledger.h"

#include "crypto/hash.h"
#include "crypto/testing/seeded_random.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Media;
using client_api::Message;

namespace {

constexpr uint64_t kBytesMax = 300'000;

std::string name(const std::string& device, const Message& message) {
  return device + " has \"" + words_of(message) + "\" (" + message.id().substr(0, 8) + ")";
}

// What is to be viewed once is nothing for its sender, and gone when it was opened: by another device, or by all who
// are still in the group that it was sent to.
bool may_be_away(const Message& message) {
  return message.media().view_once() && (message.outgoing() || message.media().state() == Media::kGone);
}

}  // namespace

// Small ones mostly: the order of magnitude is what is uniform.
Bytes FileLedger::content_of(const std::string& words) {
  crypto::SeededRandom random(read_u64(crypto::digest("kith simulated file v1", words).data()));
  uint64_t most = 1'000;
  while (most < kBytesMax && random.below(2) == 0) most = std::min(kBytesMax, most * 4);
  return random.bytes(1 + random.below(most));
}

void FileLedger::sends(const std::string& words, const client_api::SealedFile& file) {
  origins_.emplace(words, words);
  files_.emplace(words, file);
}

const client_api::SealedFile* FileLedger::file_of(const std::string& words) const {
  const auto origin = origins_.find(words);
  return origin == origins_.end() ? nullptr : &files_.at(origin->second);
}

void FileLedger::sends_again(const std::string& words, const std::string& as) {
  const auto origin = origins_.find(as);
  if (origin != origins_.end()) origins_.emplace(words, origin->second);
}

void FileLedger::look(const std::string& device, const Message& message,
                      const std::function<void(std::string)>& broken) const {
  if (!has_words(message) || is_without_words(message) || message.has_media() == origins_.contains(words_of(message)))
    return;
  broken("MEDIA-5: " + name(device, message) + (message.has_media() ? " with a file" : " without its file"));
}

void FileLedger::opened(const std::string& device, const Message& message, const std::string& file, BytesView content,
                        const std::function<void(std::string)>& broken) {
  if (!message.media().view_once()) opened_[device].insert(file);
  const auto origin = origins_.find(words_of(message));
  if (origin != origins_.end() && content != content_of(origin->second))
    broken("MEDIA-1: what " + name(device, message) + " opens is not what was sent");
}

bool FileLedger::is_kept_away(const Message& message) const {
  const client_api::SealedFile* const file = file_of(words_of(message));
  return message.media().state() == Media::kGone && file != nullptr && kept_away_.contains(file->file_id());
}

void FileLedger::check_device(const std::string& device, const std::vector<Message>& messages,
                              const std::vector<std::string>& files,
                              const std::function<void(std::string)>& broken) const {
  for (const Message& message : messages) {
    if (message.media().state() != Media::kHere && !may_be_away(message) && !is_kept_away(message))
      broken("MEDIA-3: " + name(device, message) + " and not its file: " + Media::State_Name(message.media().state()));
  }
  const auto opened = opened_.find(device);
  for (const std::string& file : files) {
    if (opened == opened_.end() || !opened->second.contains(file))
      broken("MEDIA-5: " + device + " keeps a file that no message has: " + file);
  }
}

}  // namespace kith::sim
