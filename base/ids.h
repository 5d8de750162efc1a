// SPDX-License-Identifier: AGPL-3.0-or-later

// A strong type for every id and every time, so that one can't be passed for another.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace kith {

// 128 random bits. The zero id is "none".
template <class Tag>
struct Id128 {
  static constexpr size_t kBytes = 16;
  std::array<uint8_t, kBytes> value{};

  // Absent unless `bytes` is exactly 16 bytes long.
  static std::optional<Id128> from_bytes(BytesView bytes) {
    if (bytes.size() != kBytes) return std::nullopt;
    Id128 id;
    std::memcpy(id.value.data(), bytes.data(), kBytes);
    return id;
  }
  // Absent unless `text` is 32 hexadecimal digits.
  static std::optional<Id128> from_hex(std::string_view text) {
    const auto bytes = kith::from_hex(text);
    return bytes ? from_bytes(*bytes) : std::nullopt;
  }
  [[nodiscard]] BytesView view() const { return {reinterpret_cast<const char*>(value.data()), kBytes}; }
  [[nodiscard]] Bytes bytes() const { return Bytes(view()); }
  [[nodiscard]] std::string hex() const { return to_hex(view()); }
  [[nodiscard]] bool is_none() const { return *this == Id128{}; }
  friend auto operator<=>(const Id128&, const Id128&) = default;
};

using AccountId = Id128<struct AccountTag>;
using MessageId = Id128<struct MessageTag>;
// A server, as long as it keeps its accounts (IDENTITY-7).
using ServerId = Id128<struct ServerTag>;
// A mailbox in which a device that is being linked meets one that is (LINK-1).
using LinkId = Id128<struct LinkTag>;
using GroupId = Id128<struct GroupTag>;
// A sealed file on the server (MEDIA-1): whoever knows it may have the file.
using FileId = Id128<struct FileTag>;
// The same file among those of a device (crypto/media.h).
using FileName = Id128<struct FileNameTag>;

// A number with a meaning of its own.
template <class Tag, class Number>
struct Strong {
  Number value{};
  friend auto operator<=>(const Strong&, const Strong&) = default;
};

// A device within its account: 1 is the first; numbers are never used again.
using DeviceId = Strong<struct DeviceTag, uint32_t>;
// Revision of an account's device list, strictly increasing from 1.
using Revision = Strong<struct RevisionTag, uint64_t>;
// Microseconds since 1970-01-01 UTC.
using UnixMicros = Strong<struct UnixMicrosTag, uint64_t>;

// A device anywhere.
struct DeviceAddress {
  AccountId account;
  DeviceId device;
  friend auto operator<=>(const DeviceAddress&, const DeviceAddress&) = default;
};

// The place of an entry in a device's inbox (INBOX-3): 32 bits of epoch, 32 bits of sequence. Zero is before
// everything.
struct Position {
  uint64_t value = 0;

  static constexpr uint64_t kSequenceBits = 32;
  static constexpr Position of(uint32_t epoch, uint64_t sequence) {
    return {static_cast<uint64_t>(epoch) << kSequenceBits | sequence};
  }
  [[nodiscard]] constexpr uint32_t epoch() const { return static_cast<uint32_t>(value >> kSequenceBits); }
  [[nodiscard]] constexpr uint64_t sequence() const { return value & ((uint64_t{1} << kSequenceBits) - 1); }
  // Whether an entry at `next` may directly follow one at this position: the rule by which a device sees a gap.
  [[nodiscard]] constexpr bool may_be_followed_by(Position next) const {
    return next.value == value + 1 || (next.epoch() > epoch() && next.sequence() == 1);
  }
  friend auto operator<=>(const Position&, const Position&) = default;
};

}  // namespace kith

template <class Tag>
struct std::hash<kith::Id128<Tag>> {
  size_t operator()(const kith::Id128<Tag>& id) const noexcept {
    size_t value;
    std::memcpy(&value, id.value.data(), sizeof value);
    return value;  // ids are random: any eight bytes are a hash
  }
};
template <class Tag, class Number>
struct std::hash<kith::Strong<Tag, Number>> {
  size_t operator()(const kith::Strong<Tag, Number>& number) const noexcept {
    return std::hash<Number>()(number.value);
  }
};
template <>
struct std::hash<kith::DeviceAddress> {
  size_t operator()(const kith::DeviceAddress& address) const noexcept {
    return std::hash<kith::AccountId>()(address.account) + 0x9E3779B97F4A7C15u * address.device.value;
  }
};
