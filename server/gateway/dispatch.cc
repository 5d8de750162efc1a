// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/gateway/dispatch.h"

#include "server/gateway/connection.h"
#include "server/gateway/gateway_loop.h"
#include "server/handlers/handlers.h"

namespace kith::gateway {
namespace {

using wire::ClientFrame;

// Handlers under way on one connection besides its sends: they end at once unless a store is slow.
constexpr size_t kOtherTasksMax = 64;
constexpr uint32_t kInFlightSendsDefault = 256;

uint32_t in_flight_max(const Connection& connection) {
  const uint32_t set = connection.services().settings.limits.in_flight_sends_max();
  return set != 0 ? set : kInFlightSendsDefault;
}

void refuse_send(Connection& connection, const wire::Send& send, wire::ErrorCode code, const char* detail,
                 uint32_t retry_after_ms) {
  wire::ServerFrame frame;
  wire::Refused& refused = *frame.mutable_refused();
  refused.set_message_id(send.message_id().substr(0, MessageId::kBytes));
  if (send.has_account()) refused.set_account(send.account().account_id().substr(0, AccountId::kBytes));
  refused.set_code(code);
  refused.set_detail(detail);
  refused.set_retry_after_ms(retry_after_ms);
  connection.home().metrics().sends_refused[code].add();
  connection.send(frame);
}

// The connection lives until its tasks have ended.
Task<void> answer_send(Connection& connection, wire::Send send) {
  const wire::ServerFrame answer =
      co_await handlers::send_message(connection.services(), connection.device(), std::move(send));
  --connection.sends_in_flight;
  LoopMetrics& metrics = connection.home().metrics();
  if (!answer.has_refused()) {
    metrics.sends_accepted.add();
  } else if (wire::ErrorCode_IsValid(answer.refused().code())) {
    metrics.sends_refused[answer.refused().code()].add();
  }
  connection.send(answer);
}

void on_send(Connection& connection, wire::Send& send) {
  GatewayLoop& loop = connection.home();
  if (loop.shared().draining) return refuse_send(connection, send, wire::kUnavailable, "the node drains", 1000);
  if (connection.sends_in_flight >= in_flight_max(connection)) {
    return refuse_send(connection, send, wire::kRateLimited, "too many sends without an answer", 0);
  }
  if (const uint32_t wait_ms = loop.take_send(connection.device().account); wait_ms != 0) {
    return refuse_send(connection, send, wire::kRateLimited, "too many sends", wait_ms);
  }
  ++connection.sends_in_flight;
  connection.tasks().spawn(answer_send(connection, std::move(send)));
}

void on_ping(Connection& connection, const wire::Ping& ping) {
  wire::ServerFrame frame;
  frame.mutable_pong()->set_nonce(ping.nonce());
  frame.mutable_pong()->set_server_time_us(connection.services().clock.now().value);
  connection.send(frame);
}

}  // namespace

void dispatch(Connection& connection, ClientFrame& frame) {
  Services& services = connection.services();
  const DeviceAddress from = connection.device();
  switch (frame.kind_case()) {
    case ClientFrame::kSend: return on_send(connection, *frame.mutable_send());
    case ClientFrame::kConfirm:
      if (const auto taken = handlers::confirm(services, from, frame.confirm()); !taken)
        connection.close(taken.error().code, taken.error().detail.c_str());
      return;
    case ClientFrame::kRedeliver: return handlers::redeliver(services, from, frame.redeliver());
    case ClientFrame::kPing: return on_ping(connection, frame.ping());
    case ClientFrame::kHello: return connection.close(wire::kMalformed, "a second Hello");
    case ClientFrame::KIND_NOT_SET: return;  // a kind of a later version
    case ClientFrame::kTyping:
    case ClientFrame::kAvailability:
    case ClientFrame::kSubscribe: break;
  }
  TaskScope& tasks = connection.tasks();
  if (tasks.running() >= connection.sends_in_flight + kOtherTasksMax) {
    return connection.close(wire::kRateLimited, "too many frames without an answer");
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
