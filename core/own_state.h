// SPDX-License-Identifier: AGPL-3.0-or-later

// What an account's devices keep the same, without a server that could read it: registers, of which the last writer
// wins (STATE-1 to STATE-7). A contact's name, a draft, a pin are registers; a feature that has one more of them is a
// row of kStates in engine.cc.
//
// Here:      the feature writes its own table, and says so with set(). The register gets a stamp (store/stamp.h) and is
//            told to the other devices, by the outbox.
// There:     of two values of a register the one with the greater stamp holds, wherever it comes from and however
//            often; if it is another one now, the feature applies it. So all devices that have been told the same are
//            the same, in whatever order they were told.
// All of it: a device that has joined, that missed something, or asks because it may have, is told all registers, piece
//            by piece (STATE-4).
//
// Limits: one content of registers waits in the outbox at a time; meanwhile what changes is only marked, so that many
//         changes of one register leave as one. What changes with each keystroke is gathered for kSoonMs (STATE-3).
//         kRegistersMax registers, beyond which new ones are not taken; of those that are removed kRemovedMax, and then
//         the oldest is forgotten: a device that was away for all of that time can bring its value back (STATE-5).
// Security: only what comes from a device of the own account counts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "core/content_handler.h"
#include "core/store/registers_table.h"
#include "core/timers.h"

namespace kith::core {

struct Engine;

using StateKind = content::OwnState::Kind;

class OwnState final : public ContentHandler {
 public:
  static constexpr size_t kPieceBytesMax = 48 * 1024;
  static constexpr int64_t kRegistersMax = 200'000;
  static constexpr int64_t kRemovedMax = 20'000;
  static constexpr uint64_t kSoonMs = 3000;

  explicit OwnState(Engine& engine);

  // Of what another version wrote down applies what this one knows, and what a damaged database may have lost.
  void load();

  // The register is this from now on; one without a value is removed. Nothing when it is that already.
  void set(StateKind kind, BytesView subject, const content::StateValue& value, RegisterDue due = RegisterDue::kNow);
  // The same for what was so before anybody wrote a register of it: any that was written is later.
  void set_from_before(StateKind kind, BytesView subject, const content::StateValue& value);
  // Absent: it was never written. One that is removed has no value set.
  std::optional<content::StateValue> find(StateKind kind, BytesView subject);
  // What it is about has come to be, or is another: the register is applied, if there is one.
  void apply_again(StateKind kind, BytesView subject);

  // This device of the account is told everything.
  void tell(DeviceId device);
  // So are all others, and each of them is asked for everything.
  void begin_anew();
  void ask_for_all();
  void pump();

  // What another device of the account says.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

 private:
  // How many registers there are; those that are removed are among them.
  struct Counts {
    int64_t all = 0;
    int64_t removed = 0;
  };
  Counts& counts();
  // In the place of `present`, if there is one.
  void write(const RegisterRow& row, const std::optional<RegisterRow>& present, RegisterDue due);
  void merge(const RegisterRow& said, UnixMicros now);
  void apply(const RegisterRow& row);
  // Whether there is room for a register that was not there before.
  bool has_room() { return counts().all < kRegistersMax; }
  // False: the outbox does not take it.
  bool put(const std::vector<RegisterRow>& rows, bool asks, DeviceId only);
  bool put_due(RegisterDue due);
  bool put_telling();
  // The hybrid clock after this stamp was seen, or written.
  void observe(const Stamp& seen, UnixMicros now);

  Engine& engine_;
  bool look_ = true;
  bool soon_is_due_ = false;
  std::optional<Counts> counts_;  // absent until they are wanted
  Stamp last_;                    // the hybrid clock
  Timer soon_;
};

}  // namespace kith::core
