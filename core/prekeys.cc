// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/prekeys.h"

#include "core/engine.h"

namespace kith::core {

namespace {
constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1000000;

uint32_t advance(uint32_t id, uint32_t by) { return (id - 1 + by) % crypto::kPrekeyIdMax + 1; }
}  // namespace

Prekeys::Prekeys(Engine& engine) : engine_(engine), again_(engine.timers), replace_timer_(engine.timers) {}

bool Prekeys::make(wire::PublishKeysRequest& request, uint32_t count, bool with_signed) {
  Progress& progress = engine_.progress;
  if (count > 0) {
    const auto prekeys = engine_.sessions.make_prekeys(progress.next_prekey_id, count);
    if (!prekeys) return false;
    engine_.store.signal.keep_newest_prekeys(kOneTimeKept);
    progress.next_prekey_id = advance(progress.next_prekey_id, count);
    for (const crypto::PublicPrekeyPart& part : *prekeys) {
      wire::Prekey& prekey = *request.add_prekeys();
      prekey.set_id(part.id);
      prekey.set_public_key(part.public_key);
    }
  }
  if (with_signed) {
    const auto signed_prekey = engine_.sessions.make_signed_prekey(progress.next_signed_prekey_id, engine_.clock.now());
    if (!signed_prekey) return false;
    const bool is_weekly = signed_prekey_is_old();
    progress.next_signed_prekey_id = advance(progress.next_signed_prekey_id, 1);
    progress.signed_prekey_made_at = engine_.clock.now();
    request.mutable_signed_prekey()->set_id(signed_prekey->id);
    request.mutable_signed_prekey()->set_public_key(signed_prekey->public_key);
    request.mutable_signed_prekey()->set_signature(signed_prekey->signature);
    const std::vector<uint32_t> ids = engine_.store.signal.signed_prekey_ids();
    const size_t kept = is_weekly ? kSignedKept : kSignedKeptReplaced;
    for (size_t i = 0; i + kept < ids.size(); ++i) engine_.store.signal.remove_signed_prekey(ids[i]);
  }
  engine_.store.account.set_progress(progress);
  return true;
}

bool Prekeys::signed_prekey_is_old() const {
  const uint64_t now = engine_.clock.now().value;
  const uint64_t made = engine_.progress.signed_prekey_made_at.value;
  return now > made && now - made > kSignedDays * kDayUs;
}

void Prekeys::on_remaining(uint32_t remaining) {
  if (is_waiting_) return;
  if (engine_.progress.signed_prekey_made_at.value == 0) return replace();  // as a rebuild leaves it
  const bool rotate = signed_prekey_is_old();
  if (remaining >= kLow && !rotate) return;
  // With a signed prekey they take the place of those that the server has.
  const uint32_t missing = rotate ? kTarget : kTarget - remaining;
  waiting_.Clear();
  if (!make(waiting_, remaining < kLow ? missing : 0, rotate)) return;
  is_waiting_ = true;
  send();
}

void Prekeys::opening_is_unreadable() {
  replace_ = true;
  look_for_replacement();
}

void Prekeys::look_for_replacement() {
  if (!replace_ || is_waiting_ || replace_timer_.is_set()) return;
  const uint64_t now = engine_.clock.now().value;
  const uint64_t made = engine_.progress.signed_prekey_made_at.value;
  const uint64_t passed_ms = now < made ? 0 : (now - made) / 1000;
  if (passed_ms >= kReplaceMs) return replace();
  replace_timer_.set(engine_.in_ms(kReplaceMs - passed_ms), [this] { replace(); });
}

void Prekeys::replace() {
  if (is_waiting_) return;  // looked at again after it
  replace_ = false;
  // The server takes no id that it has had, and this device may have forgotten which these are.
  engine_.progress.next_prekey_id = static_cast<uint32_t>(engine_.random.below(crypto::kPrekeyIdMax)) + 1;
  waiting_.Clear();
  if (!make(waiting_, kTarget, true)) return;
  is_waiting_ = true;
  send();
}

void Prekeys::send() {
  engine_.http.call("PUT", "/v1/keys", waiting_.SerializeAsString(), [this](const HttpReply& reply) {
    if (reply.is_temporary()) {
      again_.set(engine_.in_ms(kAgainMs), [this] { send(); });
      return;
    }
    is_waiting_ = false;
    waiting_.Clear();
    look_for_replacement();
  });
}

}  // namespace kith::core
