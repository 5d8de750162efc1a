// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/handlers/rate_limits.h"

#include <algorithm>
#include <array>
#include <mutex>
#include <set>
#include <unordered_map>
#include <vector>

#include "crypto/hash.h"

namespace kith {
namespace {

constexpr size_t kStripes = 16;
constexpr size_t kSweepFrom = 64;  // buckets of a stripe

}  // namespace

struct LocalRateLimits::Impl {
  // A bucket as the time at which it will be full again: level = burst - (full_at - now) / refill. By a hash of limit
  // and key: there is one for each device that has come lately, so each byte of it counts.
  struct Stripe {
    std::mutex mutex;
    std::unordered_map<uint64_t, uint64_t> full_at_ms;
    size_t sweep_at = kSweepFrom;  // as many buckets: those that are full go
    std::set<Bytes, std::less<>> in_progress;
  };

  Impl(Clock& clock, RateSettings settings) : clock(clock), settings(settings) {}

  [[nodiscard]] Rate rate_of(Limit limit) const {
    switch (limit) {
      case Limit::kCodeForHandle: return settings.code_for_handle;
      case Limit::kCodeForHandleHourly: return settings.code_for_handle_hourly;
      case Limit::kCodeFromAddress: return settings.code_from_address;
      case Limit::kRegisterFromAddress: return settings.register_from_address;
      case Limit::kLinkWriteFromAddress: return settings.link_write_from_address;
      case Limit::kLinkReadFromAddress: return settings.link_read_from_address;
      case Limit::kLookup: return settings.lookup;
      case Limit::kTakePrekeys: return settings.take_prekeys;
      case Limit::kTakePrekeysOf: return settings.take_prekeys_of;
      case Limit::kProfileRead: return settings.profile_read;
      case Limit::kProfileWrite: return settings.profile_write;
      case Limit::kPinWrite: return settings.pin_write;
      case Limit::kFileWrite: return settings.file_write;
      case Limit::kLinkFetch: return settings.link_fetch;
      case Limit::kGroupChange: return settings.group_change;
      case Limit::kRequest: return settings.request;
      case Limit::kTyping: return settings.typing;
      case Limit::kSubscribe: return settings.subscribe;
      case Limit::kAvailability: return settings.availability;
      case Limit::kRedeliver: return settings.redeliver;
      case Limit::kHello: return settings.hello;
      case Limit::kCount: break;
    }
    return {};
  }
  Stripe& stripe_of(uint64_t hash) { return stripes[hash % kStripes]; }

  uint32_t use(Rate rate, Limit limit, BytesView key, uint32_t cost, bool take) {
    if (rate.burst == 0 || cost == 0) return 0;
    Bytes name;
    name.reserve(key.size() + 1);
    name.push_back(static_cast<char>(limit));
    name.append(key);
    const uint64_t now_ms = clock.monotonic().value;
    const uint64_t price_ms = uint64_t{std::min(cost, rate.burst)} * rate.refill_ms;
    const uint64_t capacity_ms = uint64_t{rate.burst} * rate.refill_ms;
    const uint64_t bucket = hash(name);
    Stripe& stripe = stripe_of(bucket);
    const std::lock_guard lock(stripe.mutex);
    const auto known = stripe.full_at_ms.find(bucket);
    const uint64_t full_at_ms = std::max(now_ms, known == stripe.full_at_ms.end() ? 0 : known->second) + price_ms;
    if (full_at_ms > now_ms + capacity_ms) {
      return static_cast<uint32_t>(
          std::min<uint64_t>(UINT32_MAX, std::max<uint64_t>(1, full_at_ms - now_ms - capacity_ms)));
    }
    if (!take) return 0;
    if (known != stripe.full_at_ms.end()) {
      known->second = full_at_ms;
    } else {
      make_room(stripe, now_ms);
      stripe.full_at_ms.emplace(bucket, full_at_ms);
    }
    return 0;
  }

  void make_room(Stripe& stripe, uint64_t now_ms) const {
    const size_t most = std::max<size_t>(1, settings.buckets_max / kStripes);
    if (stripe.full_at_ms.size() < std::min(most, stripe.sweep_at)) return;
    std::erase_if(stripe.full_at_ms, [now_ms](const auto& bucket) { return bucket.second <= now_ms; });
    stripe.sweep_at = std::max(kSweepFrom, 2 * stripe.full_at_ms.size());
    if (stripe.full_at_ms.size() < most) return;
    // All are in use: the half that is nearest to full goes, which forgives least.
    std::vector<uint64_t> times;
    times.reserve(stripe.full_at_ms.size());
    for (const auto& [bucket, full_at_ms] : stripe.full_at_ms) times.push_back(full_at_ms);
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    std::erase_if(stripe.full_at_ms, [limit = *middle](const auto& bucket) { return bucket.second <= limit; });
  }

  Clock& clock;
  const RateSettings settings;
  const crypto::TableHash hash;
  std::array<Stripe, kStripes> stripes;
};

LocalRateLimits::LocalRateLimits(Clock& clock, RateSettings settings)
    : impl_(std::make_unique<Impl>(clock, settings)) {}
LocalRateLimits::~LocalRateLimits() = default;

uint32_t LocalRateLimits::take(Limit limit, BytesView key, uint32_t cost) {
  return impl_->use(impl_->rate_of(limit), limit, key, cost, true);
}
uint32_t LocalRateLimits::peek(Limit limit, BytesView key, uint32_t cost) {
  return impl_->use(impl_->rate_of(limit), limit, key, cost, false);
}

uint32_t LocalRateLimits::take_address(Limit limit, std::string_view address) {
  if (impl_->settings.loopback_exempt &&
      (address.starts_with("127.") || address == "::1" || address.starts_with("::ffff:127.")))
    return 0;
  return take(limit, address);
}

size_t LocalRateLimits::bucket_count() const {
  size_t count = 0;
  for (Impl::Stripe& stripe : impl_->stripes) {
    const std::lock_guard lock(stripe.mutex);
    count += stripe.full_at_ms.size();
  }
  return count;
}

bool LocalRateLimits::begin(BytesView key) {
  Impl::Stripe& stripe = impl_->stripe_of(impl_->hash(key));
  const std::lock_guard lock(stripe.mutex);
  return stripe.in_progress.emplace(key).second;
}

void LocalRateLimits::end(BytesView key) {
  Impl::Stripe& stripe = impl_->stripe_of(impl_->hash(key));
  const std::lock_guard lock(stripe.mutex);
  const auto known = stripe.in_progress.find(key);
  if (known != stripe.in_progress.end()) stripe.in_progress.erase(known);
}

}  // namespace kith
