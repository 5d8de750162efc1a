// SPDX-License-Identifier: AGPL-3.0-or-later

// What is asked of an account wherever it lives: values go in, values come out, and nobody outside of delivery holds an
// account, an inbox or what waits for one. There is one implementation, on the loops of this process (shards.h); all
// that it takes and answers could cross a network. Not so what a connected device asks of its own session (Hello, what
// is to be delivered again, availability, whom it watches): a session is with the loop that owns its account. Receipts
// and presence go to many homes at once (scatter.h), from loop to loop of this process.
//
// Calls:  from any loop; parameters by value. Each goes to the loop that owns the account, and ends there unless it
//         says otherwise: the caller goes back by itself (`come_back` in handlers/checks.h).
// Errors: kNotFound (no such account), kUnavailable (a store is away).
#pragma once

#include <array>
#include <span>

#include "base/ids.h"
#include "base/limits.h"
#include "base/result.h"
#include "base/task.h"
#include "server/delivery/account.h"
#include "server/delivery/undurable_log.h"
#include "server/ports/account_store.h"
#include "server/ports/profile_store.h"
#include "server/ports/store_error.h"

namespace kith {

class Shard;
class Shards;

// A message on its way to an account, encrypted for each of its devices.
struct IncomingSend {
  struct Copy {
    DeviceId device;
    Bytes payload;  // a content.Sealed, 1..kEnvelopeBytesMax bytes
  };

  MessageId id;
  DeviceAddress from;
  AccountId to;
  UnixMicros server_time;       // given by the sender's loop in the turn of the call (ORDER-1)
  uint64_t receipt_number = 0;  // 0: no receipt is wanted
  uint32_t life_ms = 0;         // 0: as long as the inbox keeps entries
  std::array<Copy, kDevicesMax> copies;
  size_t copy_count = 0;  // no device twice
};

struct SendOutcome {
  enum class Kind : uint8_t {
    kAccepted,       // confirmed by each device, or durable (SEND-2)
    kNoSuchAccount,  // or none with an active device
    kStaleDevices,   // the send names other devices than there are (DEVICE-1)
    kInboxFull,
    kStoreFull,
    kBusy,       // too much waits for the disk, or the server stops
    kStoreAway,  // nobody knows whether the message is kept (SEND-3)
  };
  Kind kind = Kind::kBusy;
  UnixMicros server_time;       // kAccepted: of a repeated message that of the first (SEND-1)
  Revision revision;            // kStaleDevices: of the list that is
  DeviceDifference difference;  // kStaleDevices
};

class AccountHome {
 public:
  // Borrows the shards, which outlive it.
  explicit AccountHome(Shards& shards) : shards_(shards) {}

  // Takes the message into the inboxes of all devices, or of none. Ends at the loop of the sender or of the addressee.
  //
  // Order: sends of one device to one account are appended in the order of the calls.
  Task<SendOutcome> take(IncomingSend send);

  // The account wrote to another, which is no stranger to it from now on (LIMIT-2), also after a restart. Called at the
  // writer's loop; returns at once. Not for what a device sends by itself: a stranger could make it.
  void note_written(AccountId writer, AccountId to);

  // To whoever of the account is connected now, unless one blocks the other (EPHEMERAL-1). Called at the sender's loop,
  // and ends there.
  Task<void> show_typing(AccountId from, AccountId to, bool active);

  // To the device, when it is connected; else its next Welcome says it.
  Task<void> tell_prekeys_low(DeviceAddress device, uint32_t remaining);

  // What of its profile the account lets `viewer` see.
  Task<Result<ShownOfProfile, StoreError>> shows(AccountId account, AccountId viewer);

  enum class Standing : uint8_t {
    kNeverHere,  // nobody here has had that id: it is of another server, or of a time that this one has lost
    kEnded,      // a device of that id has ended
    kUnknown,    // it has another token
    kInactive,   // it has published no keys yet
    kActive,
  };
  // `token_hash`: of the secret that somebody shows for the device.
  Task<Result<Standing, StoreError>> standing(DeviceAddress device, Bytes token_hash);

  // A newer record of the account is in the store: devices begin and end. `published_by`: the device that has published
  // the list in it, of which the account's other devices learn then, and who has lately exchanged messages or presence
  // with it; zero: there is no new list.
  Task<void> set_devices(AccountRecord record, DeviceId published_by);
  // Which of its devices have a session now.
  Task<Result<std::vector<DeviceId>, StoreError>> connected(AccountId account);
  Task<void> set_privacy(AccountId account, PrivacyRecord privacy);

 private:
  // What is known of one device's copy.
  struct Known {
    DeviceInbox* inbox = nullptr;  // for the turn in which it was looked up
    bool asked_store = false;
    bool stored = false;    // the store has it
    bool repeated = false;  // the inbox has it already: stored, or in memory
    UnixMicros time;        // of stored and repeated: the first server time
  };

  static Known* look(Account& to, const IncomingSend& send, std::span<Known> known);
  static std::optional<SendOutcome::Kind> refusal(const Account& to, const IncomingSend& send,
                                                  std::span<const Known> known);
  static void append(Shard& shard, Account& to, IncomingSend& send, std::span<const Known> known,
                     Settlement& settlement);

  Shards& shards_;
};

}  // namespace kith
