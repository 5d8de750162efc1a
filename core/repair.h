// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that could not be decrypted repair themselves.
//
// This side: a placeholder is in the conversation and a row in `repairs`. For each peer device a ResendRequest goes out
//            in a fresh session (the outbox opens it from a new bundle), with all messages that are missing from it,
//            and again if nothing came some time after the peer has got it: kTriesMax times within minutes, then once
//            a day, kDaysMax times, whether the peer has got the last one or not. A request that the peer could not
//            read is no try.
// The other: answers with the stored content and the original id inside a new message (the server would take the old id
//            for a repetition), which no device but the asker can read. What had nothing to show is answered with that,
//            so that the placeholder goes. Only what was encrypted for that very device, under the account key and the
//            identity key that it has now, in the last kAnswersUntilUs (IDENTITY-5): after a change of identity nothing
//            from before is sent again. Nor is what the asker's account has acknowledged. Everything else, ids that were
//            never sent there among it, is answered with silence, and costs nothing.
//
// Limits: one request per peer device and kPeerMs, kIdsMax messages in it; kAnswersMax answers per asking account and
// minute.
#pragma once

#include <cstdint>
#include <map>

#include "base/ids.h"
#include "core/content_handler.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class Repair final : public ContentHandler {
 public:
  static constexpr uint32_t kTriesMax = 3;
  static constexpr uint32_t kDaysMax = 30;
  static constexpr size_t kIdsMax = 64;
  static constexpr uint64_t kPeerMs = 5000;
  static constexpr uint64_t kAgainMs = 60000;       // times the tries so far
  static constexpr uint64_t kAfterStartMs = 15000;  // the same after a start of the program
  static constexpr uint32_t kAnswersMax = 256;
  static constexpr uint64_t kAnswersUntilUs = uint64_t{30} * 24 * 3600 * 1000000;

  explicit Repair(Engine& engine);

  void want(const MessageId& message, const DeviceAddress& sender);
  // Puts the requests that are due into the outbox.
  void pump();
  void look_again() { look_ = true; }

  // The server has taken a request of this device.
  void on_request_accepted(const AccountId& peer, const MessageId& request);

  // A receipt of this account's was of nothing that this device knows to have sent, as after its store was put back from
  // a copy: whether the last request is under it nobody knows, and it is not waited for.
  void receipt_says_nothing(const AccountId& peer);

  // Requests to send again, and answers that there is nothing to show.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  void on_request(const DeviceAddress& asker, const content::ResendRequest& request);
  // The sender says that this message has no content.
  void nothing_to_show(const MessageId& message, const AccountId& sender);

  struct Answers {
    uint64_t since_ms = 0;
    uint32_t count = 0;
  };
  // Whether the peer has got the last request; also when none was made since the start.
  bool has_last_request(const AccountId& peer);
  bool may_answer(const AccountId& account);
  // Puts the answer about this message into the outbox, if it was encrypted for the asker under these keys.
  void answer(const DeviceAddress& asker, const Bytes& keys, const MessageId& id);
  void forget_old();

  Engine& engine_;
  bool look_ = true;
  std::map<DeviceAddress, uint64_t> peer_not_before_ms_;
  std::map<MessageId, uint64_t> not_before_ms_;
  std::map<AccountId, MessageId> requested_;
  std::map<AccountId, Answers> answers_;
  Timer timer_;
};

}  // namespace kith::core
