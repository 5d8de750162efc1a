// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/dispatch.h"

#include "server/gateway/session_protocol.h"
#include "server/handlers/checks.h"
#include "server/handlers/handlers.h"

namespace kith::gateway {
namespace {

using wire::ClientFrame;

// Handlers under way on one connection besides its sends: they end at once unless a store is slow.
constexpr size_t kOtherTasksMax = 64;

void refuse_send(SessionProtocol& session, const wire::Send& send, wire::ErrorCode code, const char* detail,
                 uint32_t retry_after_ms) {
  wire::ServerFrame frame;
  wire::Refused& refused = *frame.mutable_refused();
  refused.set_message_id(send.message_id().substr(0, MessageId::kBytes));
  if (send.has_account()) refused.set_account(send.account().account_id().substr(0, AccountId::kBytes));
  if (send.has_group()) refused.set_group(send.group().group_id().substr(0, GroupId::kBytes));
  if (send.has_read_in_group()) refused.set_group(send.read_in_group().group_id().substr(0, GroupId::kBytes));
  refused.set_code(code);
  refused.set_detail(detail);
  refused.set_retry_after_ms(retry_after_ms);
  session.session_home().metrics().sends_refused[code].add();
  session.send(frame);
}

// The session lives until its tasks have ended.
Task<void> answer_send(SessionProtocol& session, wire::Send send) {
  const wire::ServerFrame answer =
      co_await handlers::send_message(session.services(), session.device(), std::move(send));
  --session.sends_in_flight;
  LoopMetrics& metrics = session.session_home().metrics();
  if (!answer.has_refused()) {
    metrics.sends_accepted.add();
  } else if (wire::ErrorCode_IsValid(answer.refused().code())) {
    metrics.sends_refused[answer.refused().code()].add();
  }
  session.send(answer);
}

void on_send(SessionProtocol& session, wire::Send& send) {
  SessionHome& home = session.session_home();
  if (home.shared().draining) return refuse_send(session, send, wire::kUnavailable, "the node drains", 1000);
  if (session.sends_in_flight >= session.services().settings.limits.in_flight_sends_max()) {
    return refuse_send(session, send, wire::kRateLimited, "too many sends without an answer", 0);
  }
  if (const uint32_t wait_ms = home.take_send(session.device().account); wait_ms != 0) {
    return refuse_send(session, send, wire::kRateLimited, "too many sends", wait_ms);
  }
  ++session.sends_in_flight;
  session.session_tasks().spawn(answer_send(session, std::move(send)));
}

// INBOX-1, INBOX-2: the only thing but age that takes entries away.
void on_confirm(SessionProtocol& session, const wire::Confirm& confirm) {
  const auto withheld = handlers::withheld_of(confirm.withheld());  // nearly always empty, and then without memory
  if (!withheld) return session.refuse({wire::kTooLarge, "withheld", 0});
  const DeviceAddress from = session.device();
  session.services().shards.of(from.account).confirm(from, Position{confirm.position()}, *withheld);
}

void on_ping(SessionProtocol& session, const wire::Ping& ping) {
  wire::ServerFrame frame;
  frame.mutable_pong()->set_nonce(ping.nonce());
  frame.mutable_pong()->set_server_time_us(session.services().clock.now().value);
  session.send(frame);
}

}  // namespace

void dispatch(SessionProtocol& session, ClientFrame& frame) {
  Services& services = session.services();
  const DeviceAddress from = session.device();
  switch (frame.kind_case()) {
    case ClientFrame::kSend: return on_send(session, *frame.mutable_send());
    case ClientFrame::kConfirm: return on_confirm(session, frame.confirm());
    case ClientFrame::kRedeliver: return handlers::redeliver(services, from, frame.redeliver());
    case ClientFrame::kPing: return on_ping(session, frame.ping());
    case ClientFrame::kHello: return session.refuse({wire::kMalformed, "a second Hello", 0});
    case ClientFrame::kSends:                // they come one by one
    case ClientFrame::KIND_NOT_SET: return;  // a kind of a later version
    case ClientFrame::kTyping:
    case ClientFrame::kAvailability:
    case ClientFrame::kSubscribe: break;
  }
  TaskScope& tasks = session.session_tasks();
  if (tasks.running() >= session.sends_in_flight + kOtherTasksMax) {
    return session.refuse({wire::kRateLimited, "too many frames without an answer", 0});
  }
  if (frame.has_typing()) {
    tasks.spawn(handlers::typing(services, from, std::move(*frame.mutable_typing())));
  } else if (frame.has_availability()) {
    tasks.spawn(handlers::availability(services, from, std::move(*frame.mutable_availability())));
  } else {
    tasks.spawn(handlers::subscribe(services, from, std::move(*frame.mutable_subscribe())));
  }
}

}  // namespace kith::gateway
