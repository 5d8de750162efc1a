// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/server_connection.h"

#include "server/delivery/shard.h"
#include "server/gateway/wire_error.h"
#include "wire/frame_codec.h"
#include "wire/receipt_run.h"

namespace kith::sim {
namespace {

constexpr uint64_t kHandshakeMs = 10'000;
constexpr uint64_t kIdleCheckMs = 30'000;

}  // namespace

ServerConnection::ServerConnection(ServerProcess& process, std::shared_ptr<Link> link)
    : process_(process), link_(std::move(link)) {
  heard_ms_ = process_.loops.clock.monotonic().value;
  link_->listen(End::kServer, {[this](Bytes bytes) {
                                 input_.append(bytes);
                                 post_read();
                                 process_.on_ready();
                               },
                               [this] {
                                 loop().post([this] { end(); });
                                 process_.on_ready();
                               }});
  process_.loops[0].after(kHandshakeMs, [this] {
    if (state_ == State::kAwaitingHello) end();
  });
}

// ---------------------------------------------------------------- bytes in

void ServerConnection::post_read() {
  loop().post([this] { read(); });
}

void ServerConnection::read() {
  static constexpr wire::WebSocketRules kRules{};
  if (input_.empty()) return;
  heard_ms_ = process_.loops.clock.monotonic().value;
  const Bytes taken = std::exchange(input_, {});
  Bytes bytes = taken;
  std::span<char> rest(bytes);
  while (state_ == State::kAwaitingHello || state_ == State::kOpen) {
    const wire::WebSocketEvent event = reader_.next(rest, kRules);
    if (event.kind == wire::WebSocketEvent::Kind::kNeedMore) return;
    if (event.kind != wire::WebSocketEvent::Kind::kMessage) return end();
    on_message(event.payload);
  }
  if (state_ == State::kStarting) input_ = Bytes(rest.data(), rest.size()) + input_;
}

void ServerConnection::on_message(BytesView message) {
  wire::ClientFrame frame;
  if (!wire::parse_client_frame(message, frame)) return refuse(wire::kMalformed, "no ClientFrame", 0);
  if (state_ == State::kOpen) return dispatch(frame);
  const auto address = frame.has_hello() ? handlers::token_address(frame.hello().token()) : std::nullopt;
  if (!address) return refuse(wire::kUnauthenticated, "the token has no valid form", 0);
  state_ = State::kStarting;
  home_ = process_.shards().index_of(address->account);
  loop().post([this, hello = std::move(*frame.mutable_hello())]() mutable { tasks_.spawn(start(std::move(hello))); });
}

Task<void> ServerConnection::start(wire::Hello hello) {
  Outcome<DeviceAddress> outcome = co_await handlers::hello(process_.services(), std::move(hello), *this);
  if (!outcome) {
    refuse(outcome.error().code, outcome.error().detail, outcome.error().retry_after_ms);
    co_return;
  }
  device_ = *outcome;
  attached_ = true;
  if (state_ != State::kStarting) {
    detach_soon();
    co_return;
  }
  state_ = State::kOpen;
  look_at_idleness();
  read();
}

void ServerConnection::look_at_idleness() {
  loop().after(kIdleCheckMs, [this] {
    if (state_ != State::kOpen) return;
    if (process_.loops.clock.monotonic().value - heard_ms_ >= process_.services().settings.limits.idle_timeout_ms())
      return end();
    look_at_idleness();
  });
}

// ---------------------------------------------------------------- frames, as server/gateway/dispatch.cc has them

Task<void> ServerConnection::answer_send(ServerConnection& connection, wire::Send send) {
  const std::string id = send.message_id();
  if (send.account().receipt_number() != 0) {
    connection.process_.numbers[{connection.device_, *AccountId::from_bytes(send.account().account_id())}].emplace(
        send.account().receipt_number(), *MessageId::from_bytes(id));
  }
  if (connection.process_.mutation() == Mutation::kForgetDedupe && connection.process_.repeats(send)) {
    send.set_message_id(connection.process_.dice().id<MessageId>().bytes());
  }
  wire::ServerFrame answer =
      co_await handlers::send_message(connection.process_.services(), connection.device_, std::move(send));
  if (answer.has_accepted()) answer.mutable_accepted()->set_message_id(id);
  if (answer.has_refused()) answer.mutable_refused()->set_message_id(id);
  --connection.sends_in_flight_;
  connection.send(answer);
}

void ServerConnection::dispatch(wire::ClientFrame& frame) {
  Services& services = process_.services();
  switch (frame.kind_case()) {
    case wire::ClientFrame::kSend:
      if (sends_in_flight_ >= services.settings.limits.in_flight_sends_max()) {
        return refuse(wire::kRateLimited, "too many sends without an answer", 0);
      }
      ++sends_in_flight_;
      return tasks_.spawn(answer_send(*this, std::move(*frame.mutable_send())));
    case wire::ClientFrame::kConfirm:
      if (const auto taken = handlers::confirm(services, device_, frame.confirm()); !taken)
        refuse(taken.error().code, taken.error().detail, 0);
      return;
    case wire::ClientFrame::kRedeliver: return handlers::redeliver(services, device_, frame.redeliver());
    case wire::ClientFrame::kPing: {
      wire::ServerFrame pong;
      pong.mutable_pong()->set_nonce(frame.ping().nonce());
      pong.mutable_pong()->set_server_time_us(services.clock.now().value);
      return send(pong);
    }
    case wire::ClientFrame::kHello: return refuse(wire::kMalformed, "a second Hello", 0);
    case wire::ClientFrame::kTyping:
      return tasks_.spawn(handlers::typing(services, device_, std::move(*frame.mutable_typing())));
    case wire::ClientFrame::kAvailability:
      return tasks_.spawn(handlers::availability(services, device_, std::move(*frame.mutable_availability())));
    case wire::ClientFrame::kSubscribe:
      return tasks_.spawn(handlers::subscribe(services, device_, std::move(*frame.mutable_subscribe())));
    case wire::ClientFrame::KIND_NOT_SET: return;
  }
}

// ---------------------------------------------------------------- bytes out

void ServerConnection::send(const wire::ServerFrame& frame) {
  if (state_ == State::kClosed || !process_.alive()) return;
  Bytes out;
  wire::append_server_frame(out, frame);
  link_->send(End::kServer, std::move(out));
}

void ServerConnection::deliver(std::span<const InboxEntry* const> entries) {
  if (state_ == State::kClosed || !process_.alive() || entries.empty()) return;
  std::vector<BytesView> views;
  std::deque<Bytes> changed;
  for (const InboxEntry* const entry : entries) {
    const bool changes = process_.mutation() == Mutation::kReceiptsOverGaps;
    views.push_back(changes ? changed.emplace_back(over_gaps(entry->entry)) : entry->entry);
  }
  Bytes out;
  wire::append_deliver(out, views);
  link_->send(End::kServer, std::move(out));
  if (process_.mutation() == Mutation::kDeleteBeforeConfirmation) {
    loop().post([this, position = entries.back()->position] {
      if (attached_) process_.services().shards.of(device_.account).confirm(device_, position);
    });
  }
}

Bytes ServerConnection::over_gaps(BytesView bytes) const {
  wire::Entry entry;
  if (!entry.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) || !entry.has_delivery_receipt())
    return Bytes(bytes);
  wire::DeliveryReceipt& receipt = *entry.mutable_delivery_receipt();
  const DeviceAddress sender{device_.account, {receipt.sender_device()}};
  const auto& numbers = process_.numbers[{sender, *AccountId::from_bytes(receipt.from_account())}];
  uint64_t first = receipt.first_number();
  uint64_t marks = receipt.marks();
  for (auto number = numbers.find(first - 1); number != numbers.end(); number = numbers.find(first - 1)) {
    --first;
    marks ^= wire::receipt_mark(number->second);
  }
  receipt.set_first_number(first);
  receipt.set_marks(marks);
  return entry.SerializeAsString();
}

void ServerConnection::close(wire::ErrorCode code, const char* detail) { refuse(code, detail, 0); }

void ServerConnection::refuse(wire::ErrorCode code, const std::string& detail, uint32_t retry_after_ms) {
  wire::ServerFrame frame;
  frame.mutable_error()->set_code(code);
  frame.mutable_error()->set_detail(detail);
  frame.mutable_error()->set_retry_after_ms(retry_after_ms);
  send(frame);
  if (state_ != State::kClosed && process_.alive()) {
    Bytes out;
    wire::append_close(out, gateway::close_code_of(code), wire::ErrorCode_Name(code));
    link_->send(End::kServer, std::move(out));
  }
  end();
}

void ServerConnection::end() {
  if (state_ == State::kClosed) return;
  state_ = State::kClosed;
  link_->close(End::kServer);
  if (attached_) detach_soon();
}

// Not inside a call of the shard.
void ServerConnection::detach_soon() {
  loop().post([this] {
    if (!std::exchange(attached_, false)) return;
    process_.services().shards.of(device_.account).detach(device_, *this);
  });
}

void ServerConnection::abandon(bool cut) {
  if (cut) {
    link_->leave(End::kServer);
    link_->cut();
  }
  end();
}

}  // namespace kith::sim
