// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/link_mailbox.h"

#include <utility>

#include "core/engine.h"

namespace kith::core {

LinkMailbox::LinkMailbox(Engine& engine)
    : engine_(engine), again_(engine.timers), poll_(engine.timers), deadline_(engine.timers) {}

void LinkMailbox::open(std::string server, BytesView id, Lost lost) {
  close(false);
  server_ = std::move(server);
  path_ = "/v1/links/" + to_hex(id);
  lost_ = std::move(lost);
}

void LinkMailbox::close(bool end) {
  if (end && is_open())
    engine_.http.call_unauthenticated("DELETE", server_, path_, "", [](const HttpReply&) {});  // or it expires
  ++generation_;
  path_.clear();
  waiting_for_ = 0;
  written_ = nullptr;
  read_ = nullptr;
  lost_ = nullptr;
  again_.cancel();
  poll_.cancel();
  deadline_.cancel();
}

HttpCalls::Done LinkMailbox::of_this(void (LinkMailbox::*take)(const HttpReply&)) {
  return [this, take, generation = generation_](const HttpReply& reply) {
    if (generation == generation_) (this->*take)(reply);
  };
}

void LinkMailbox::write(uint32_t slot, Bytes payload, Written written) {
  writing_.set_slot(slot);
  writing_.set_payload(std::move(payload));
  written_ = std::move(written);
  late_ = {FailureCode::kOffline, "the server did not answer", 0};
  deadline_.set(engine_.in_ms(kWriteMs), [this] { lose(late_); });
  post();
}

void LinkMailbox::post() {
  engine_.http.call_unauthenticated("POST", server_, path_, writing_.SerializeAsString(),
                                    of_this(&LinkMailbox::on_written));
}

void LinkMailbox::on_written(const HttpReply& reply) {
  if (reply.ok()) {
    deadline_.cancel();
    return std::exchange(written_, nullptr)();
  }
  if (reply.error().code() == wire::kLinkSlotTaken)  // by another answer to the same link
    return lose({FailureCode::kNoSuchLink, "", 0});
  if (!reply.is_temporary()) return lose(failure_of(reply));
  late_ = failure_of(reply);
  again_.set(engine_.in_ms(kPollMs), [this] { post(); });
}

void LinkMailbox::wait(uint32_t slot, uint64_t within_ms, Read read) {
  waiting_for_ = slot;
  read_ = std::move(read);
  deadline_.set(engine_.in_ms(within_ms), [this] { lose({FailureCode::kNoSuchLink, "", 0}); });
  poll();
}

void LinkMailbox::poll() {
  engine_.http.call_unauthenticated("GET", server_, path_, "", of_this(&LinkMailbox::on_slots));
}

void LinkMailbox::on_slots(const HttpReply& reply) {
  if (!reply.ok() && !reply.is_temporary()) return lose(failure_of(reply));
  if (const auto slots = reply.parse<wire::LinkMessages>()) {
    for (const wire::LinkMessage& message : slots->messages()) {
      if (message.slot() != waiting_for_) continue;
      waiting_for_ = 0;
      deadline_.cancel();
      return std::exchange(read_, nullptr)(message.payload());
    }
  }
  poll_.set(engine_.in_ms(kPollMs), [this] { poll(); });
}

void LinkMailbox::lose(CallFailure failure) {
  const Lost lost = std::exchange(lost_, nullptr);
  close(false);
  if (lost) lost(failure);
}

}  // namespace kith::core
