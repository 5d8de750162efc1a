// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that could not be decrypted repair themselves.
//
// This side: a placeholder is in the conversation and a row in `repairs`. For each peer device a ResendRequest goes out
//            in a fresh session (the outbox opens it from a new bundle), with all messages that are missing from it. An
//            answer that can't be read is told by its id, and makes no placeholder: it belongs to what was asked for,
//            and counts as a try. After kTriesMax tries, or requests without an answer, kAgainMs apart and more, it
//            goes on once a day, kDaysMax times: as long as the other side can answer. The next request is made at
//            once when the peer could not read the last one, which then counts for nothing, and when the peer has
//            opened a session, once in kSessionMs. When the last request was made outlives the program.
// The other: answers with the stored content and the original id inside a new message (the server would take the old id
//            for a repetition), which no device but the asker can read. What had nothing to show is answered with that,
//            so that the placeholder goes. Only what was encrypted for that very device, under the account key and the
//            identity key that it has now, in the last kAnswersUntilUs (IDENTITY-5): after a change of identity nothing
//            from before is sent again. Nor is what the asker's account has acknowledged. Everything else, ids that
//            were never sent there among it, is answered with silence, and costs nothing. A message to a group was
//            encrypted for the devices that had this device's key when it was sent (GroupKeyTables); who asks for one
//            is given the present key again too, if it is to have it.
//
// Limits: one request per peer device and kPeerMs, kIdsMax messages in it, and none while the peer has not got the last
// one, for a day (one that the server had taken before, as after a loss of this database, is not waited for; the own
// account's devices send no receipts, and are asked again after a minute), nor while the person has to agree to the
// peer's identity; kAnswersMax answers per asking account and minute.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/ids.h"
#include "core/content_handler.h"
#include "core/contents.h"
#include "core/store/outbox_table.h"
#include "core/store/repairs_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

class Repair final : public ContentHandler {
 public:
  static constexpr uint32_t kTriesMax = 3;
  static constexpr uint32_t kDaysMax = 30;
  static constexpr size_t kIdsMax = 64;
  static constexpr uint64_t kPeerMs = 5000;
  static constexpr uint64_t kRepeatedUs = 60'000'000;  // a request that was accepted so long after it came was repeated
  static constexpr size_t kPeersAtOnce = 64;           // of which is looked in one turn, however many a server invents
  static constexpr uint64_t kRoundMs = 100;
  static constexpr uint64_t kAgainMs = 60000;  // times the tries so far, or the requests without an answer
  static constexpr uint64_t kSessionMs = 3600000;
  static constexpr uint32_t kAnswersMax = 256;
  static constexpr uint64_t kAnswersUntilUs = uint64_t{30} * 24 * 3600 * 1000000;

  explicit Repair(Engine& engine);

  void want(const MessageId& message, const DeviceAddress& sender);
  // Puts the requests that are due into the outbox.
  void pump();
  void look_again() { look_ = true; }

  // What came under this id can't be read. Whether it was an answer: then nothing more is to be done about it.
  [[nodiscard]] bool answer_is_unreadable(const MessageId& id, const DeviceAddress& sender);
  // Of a content that answers for a message: whether this device has asked for it. Then the peer has got the request.
  bool answered(const IncomingContent& incoming);
  // The peer has opened a session, in which what is missing may come through at last.
  void on_new_session(const DeviceAddress& peer);

  // The server has taken a request of this device.
  void on_request_accepted(const AccountId& peer, const MessageId& request, UnixMicros server_time);

  // A request of this device was dropped before anybody got it.
  void on_request_dropped(const AccountId& peer) { nobody_was_asked(peer); }

  // A receipt of this account's came. When it was of nothing that this device knows to have sent, as after its store
  // was put back from a copy, nobody knows whether the last request is under it, which then is not waited for.
  void on_receipt(const AccountId& peer, bool says_something);

  // What came under this id and could not be read is nothing that has a place of its own: its sender says so.
  void shows_nothing(const MessageId& message, const AccountId& sender);

  // Requests to send again, and answers that there is nothing to show.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  void on_request(const DeviceAddress& asker, const content::ResendRequest& request);

  struct Answers {
    uint64_t since_ms = 0;
    uint32_t count = 0;
  };
  // How long until the message may be asked for.
  uint64_t left_ms(const RepairRow& row);
  // The same for one device. Gives when to look again.
  uint64_t pump_peer(const DeviceAddress& peer, uint64_t now);
  std::vector<RepairRow> open_rows(const DeviceAddress& peer);
  // Puts a request for these messages, all of this peer, into the outbox. False: it does not take it, and nobody is
  // asked.
  bool ask(const DeviceAddress& peer, std::span<RepairRow> rows);
  // The last request to this account counts for nothing.
  void nobody_was_asked(const AccountId& peer);
  // Whether the peer has got the last request, or had its time for it; also when none was made since the start.
  bool has_last_request(const AccountId& peer);
  bool may_answer(const AccountId& account);
  // Puts the answer about this message into the outbox, if it was encrypted for the asker under these keys. Whether the
  // asker is a device of the account, and the answer that there is nothing to show: what it missed is told otherwise.
  bool answer(const DeviceAddress& asker, const Bytes& keys, const MessageId& id, BytesView answer_key);
  // Of what was sent to a group. Whether it is something that this device has sent there; the group, where it was
  // answered.
  bool answer_in_group(const DeviceAddress& asker, const Bytes& keys, const MessageId& id, BytesView answer_key,
                       std::set<GroupId>& answered);
  // An answer about this message, without its content.
  OutboxRow answer_about(const DeviceAddress& asker, const MessageId& id, BytesView answer_key);
  // The content that answers for what left under this id and is no message with a text: a reaction, a correction, or of
  // a message that was deleted that it was. Absent: there is none.
  std::optional<Bytes> said_under(const MessageId& id, const std::optional<MessageRow>& message,
                                  const std::optional<contents::InGroup>& group);
  // Where to, and under which number, this device has sent it. Absent: to no group.
  std::optional<SentTable::InGroup> sent_to_group(const MessageRow& message);
  // The present key, if the asker is one of those that have it.
  void hand_key_again(const DeviceAddress& asker, const GroupId& group);
  // Of an own message to somebody, for the account's other devices.
  std::optional<contents::CopyOf> copy_of(const MessageRow& message);
  void forget_old();

  Engine& engine_;
  bool look_ = true;
  // A look at all peers, which may take several turns.
  struct Round {
    DeviceAddress last;
    uint64_t next_ms = UINT64_MAX;
  };
  std::optional<Round> round_;
  struct Request {
    MessageId id;
    uint64_t accepted_ms = 0;
  };
  std::map<DeviceAddress, uint64_t> peer_not_before_ms_;
  std::map<DeviceAddress, uint64_t> session_not_before_ms_;
  std::map<AccountId, Request> requested_;  // the last
  std::map<AccountId, Answers> answers_;
  Timer timer_;
};

}  // namespace kith::core
