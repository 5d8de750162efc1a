// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/prekeys.h"

#include "core/engine.h"

namespace kith::core {

namespace {
constexpr uint64_t kDayUs = uint64_t{24} * 3600 * 1000000;

uint32_t advance(uint32_t id, uint32_t by) { return (id - 1 + by) % crypto::kPrekeyIdMax + 1; }
}  // namespace

Prekeys::Prekeys(Engine& engine) : engine_(engine), again_(engine.timers) {}

bool Prekeys::make(wire::PublishKeysRequest& request, uint32_t count, bool with_signed) {
  Progress& progress = engine_.progress;
  if (count > 0) {
    const auto prekeys = engine_.sessions.make_prekeys(progress.next_prekey_id, count);
    if (!prekeys) return false;
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
    progress.next_signed_prekey_id = advance(progress.next_signed_prekey_id, 1);
    progress.signed_prekey_made_at = engine_.clock.now();
    request.mutable_signed_prekey()->set_id(signed_prekey->id);
    request.mutable_signed_prekey()->set_public_key(signed_prekey->public_key);
    request.mutable_signed_prekey()->set_signature(signed_prekey->signature);
    const std::vector<uint32_t> ids = engine_.store.signal.signed_prekey_ids();
    for (size_t i = 0; i + kSignedKept < ids.size(); ++i) engine_.store.signal.remove_signed_prekey(ids[i]);
  }
  engine_.store.account.set_progress(progress);
  return true;
}

void Prekeys::on_remaining(uint32_t remaining) {
  if (is_waiting_) return;
  const uint64_t now = engine_.clock.now().value;
  const uint64_t made = engine_.progress.signed_prekey_made_at.value;
  const bool rotate = now > made && now - made > kSignedDays * kDayUs;
  if (remaining >= kLow && !rotate) return;
  waiting_.Clear();
  if (!make(waiting_, remaining < kLow ? kTarget - remaining : 0, rotate)) return;
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
  });
}

}  // namespace kith::core
