// SPDX-License-Identifier: AGPL-3.0-or-later

// The account's state as all of its devices have it: values with the stamp of when they were written (STATE-1).
//
//   registers          key BLOB PRIMARY KEY: one byte, the kind (content.OwnState.Kind), and the subject, value BLOB: a
//                      content.StateValue; empty: removed, stamp_us, stamp_counter, stamp_device INTEGER: Stamp, due
//                      INTEGER (RegisterDue): whether the other devices have to be told of it yet
//   registers_due      index on due, key
//   registers_removed  index on stamp_us of those that are removed: the oldest are forgotten
//   register_tellings  device INTEGER PRIMARY KEY: of the account, that is being told of all registers, after_key BLOB:
//                      has been put into the outbox up to this key
//
// What a register says is applied to the tables of its feature in the same transaction.
//
// Calls: reads anywhere; writes inside the caller's Transaction.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "core/store/database.h"
#include "core/store/stamp.h"

namespace kith::core {

enum class RegisterDue : uint8_t {
  kNo = 0,
  kNow = 1,
  kSoon = 2,  // changes often: gathered for a while
};

// Kinds that a message's row is held against when it comes (content.OwnState.Kind).
inline constexpr uint8_t kStarredRegister = 10;
inline constexpr uint8_t kRemovedRegister = 11;

struct RegisterRow {
  Bytes key;
  Bytes value;
  Stamp stamp;

  static Bytes key_of(uint8_t kind, BytesView subject) { return Bytes(1, static_cast<char>(kind)) + Bytes(subject); }
  [[nodiscard]] uint8_t kind() const { return static_cast<uint8_t>(key.front()); }
  [[nodiscard]] BytesView subject() const { return BytesView(key).substr(1); }
  [[nodiscard]] bool removed() const { return value.empty(); }
  [[nodiscard]] size_t bytes() const { return key.size() + value.size() + kStampBytes; }
  // Later than the other one; the same stamp with two values, as of a database that was put back, goes by the value.
  [[nodiscard]] bool is_after(const RegisterRow& other) const {
    return stamp != other.stamp ? stamp > other.stamp : value > other.value;
  }

 private:
  static constexpr size_t kStampBytes = 32;  // about, in a content
};

class RegistersTable {
 public:
  explicit RegistersTable(Database& database) : database_(database) {}

  std::optional<RegisterRow> find(BytesView key);
  // In the place of the one that is there.
  void put(const RegisterRow& row, RegisterDue due);
  void remove_all();
  int64_t count();
  int64_t removed_count();
  // Of those that are removed the one with the lowest stamp.
  void forget_oldest_removed();

  // Those that are due by this, by key, as many as have so many bytes; one at least.
  std::vector<RegisterRow> due(RegisterDue due, size_t bytes_max);
  bool has_due(RegisterDue due);
  // The same of all registers, after this key.
  std::vector<RegisterRow> after(BytesView key, size_t bytes_max);
  void set_due(BytesView key, RegisterDue due);
  void set_all_due();  // now
  void clear_due();

  struct Telling {
    DeviceId device;
    Bytes after_key;
  };
  std::optional<Telling> telling();  // any
  void set_telling(const Telling& telling);
  void remove_telling(DeviceId device);
  void remove_tellings();

 private:
  Database& database_;
};

}  // namespace kith::core
