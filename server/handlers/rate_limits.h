// SPDX-License-Identifier: AGPL-3.0-or-later

// How often somebody may do something: token buckets by what is done and by whom.
//
// What guards a secret is counted in the account store, where all processes and all restarts count together
// (register_device.cc); this guards the server's own work, and may forgive. So an answer comes at once: one that is
// shared by several processes gives each its part of a bucket, and evens out behind their backs.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"

namespace kith {

// What is limited, and what the key is.
enum class Limit : uint8_t {
  kCodeForHandle,         // handle: asking for a code, in short succession
  kCodeForHandleHourly,   // handle: asking for a code
  kCodeFromAddress,       // peer address: asking for a code
  kRegisterFromAddress,   // peer address: trying a code
  kLinkWriteFromAddress,  // peer address: mailboxes for linking devices written or removed
  kLinkReadFromAddress,   // peer address: such mailboxes read
  kLookup,                // account: handles looked up
  kTakePrekeys,           // account: one-time prekeys taken, of all others together
  kTakePrekeysOf,         // account and target: one-time prekeys taken of one device
  kProfileRead,           // account: profiles and device lists read
  kProfileWrite,          // account: profile, privacy and keys written
  kPinWrite,              // account: PIN set
  kFileWrite,             // account: files begun, continued and deleted
  kLinkFetch,             // account: links fetched for previews
  kGroupChange,           // account: changes to groups, one more for each 64 members that one adds
  kRequest,               // account: HTTP requests, by begun KiB of their bodies
  kTyping,                // device
  kSubscribe,             // device: accounts subscribed to
  kAvailability,          // device: said that its user comes or goes
  kRedeliver,             // device: its inbox asked for again
  kHello,                 // device: sessions begun
  kCount,
};

// `burst` at once, then one each `refill_ms`. burst 0: not limited.
struct Rate {
  uint32_t burst = 0;
  uint32_t refill_ms = 0;
};

struct RateSettings {
  Rate code_for_handle{3, 30'000};
  Rate code_for_handle_hourly{10, 360'000};
  Rate code_from_address{100, 36'000};
  Rate register_from_address{200, 18'000};
  Rate link_write_from_address{60, 2'000};
  Rate link_read_from_address{1'200, 100};
  Rate lookup{2'000, 200};
  Rate take_prekeys{6'000, 200};
  Rate take_prekeys_of{10, 60'000};
  Rate profile_read{1'000, 100};
  Rate profile_write{60, 1'000};
  Rate pin_write{5, 60'000};
  Rate file_write{1'000, 50};
  Rate link_fetch{10, 2'000};
  Rate group_change{120, 2'000};
  Rate request{4'096, 20};
  Rate typing{10, 500};
  Rate subscribe{2'000, 50};
  Rate availability{60, 1'000};
  Rate redeliver{10, 5'000};
  Rate hello{60, 1'000};
  bool loopback_exempt = true;   // the limits by peer address
  size_t buckets_max = 1 << 20;  // of all stripes together
};

// Calls: from any thread.
class RateLimits {
 public:
  virtual ~RateLimits() = default;

  // Takes `cost` tokens. 0: taken. Else nothing is taken, and after so many milliseconds it can be.
  [[nodiscard]] virtual uint32_t take(Limit limit, BytesView key, uint32_t cost) = 0;
  [[nodiscard]] uint32_t take(Limit limit, BytesView key) { return take(limit, key, 1); }
  // What take() would answer, without taking.
  [[nodiscard]] virtual uint32_t peek(Limit limit, BytesView key, uint32_t cost) = 0;
  [[nodiscard]] uint32_t peek(Limit limit, BytesView key) { return peek(limit, key, 1); }
  // The same as take() for a limit by peer address, with the exemption of loopback.
  [[nodiscard]] virtual uint32_t take_address(Limit limit, std::string_view address) = 0;

  // Marks what only one request at a time may do, because it costs this process much. False: another one is doing it.
  // Nothing is right because of it: what must not be done twice is compared in the stores' statements.
  [[nodiscard]] virtual bool begin(BytesView key) = 0;
  virtual void end(BytesView key) = 0;
};

// Of this process alone: in memory, with a short lock per stripe. A restart forgives.
// Bounded: buckets that are full again are dropped when there are twice as many as were in use; when all are in use,
// those that are nearest to full.
class LocalRateLimits final : public RateLimits {
 public:
  LocalRateLimits(Clock& clock, RateSettings settings);
  ~LocalRateLimits() override;

  using RateLimits::peek;
  using RateLimits::take;
  [[nodiscard]] uint32_t take(Limit limit, BytesView key, uint32_t cost) override;
  [[nodiscard]] uint32_t peek(Limit limit, BytesView key, uint32_t cost) override;
  [[nodiscard]] uint32_t take_address(Limit limit, std::string_view address) override;
  [[nodiscard]] bool begin(BytesView key) override;
  void end(BytesView key) override;
  [[nodiscard]] size_t bucket_count() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Ends what begin() began, when it goes out of scope.
class OneAtATime {
 public:
  OneAtATime(RateLimits& limits, Bytes key) : limits_(limits), key_(std::move(key)), alone_(limits_.begin(key_)) {}
  ~OneAtATime() {
    if (alone_) limits_.end(key_);
  }
  OneAtATime(const OneAtATime&) = delete;
  OneAtATime& operator=(const OneAtATime&) = delete;
  [[nodiscard]] bool alone() const { return alone_; }

 private:
  RateLimits& limits_;
  Bytes key_;
  bool alone_;
};

}  // namespace kith
