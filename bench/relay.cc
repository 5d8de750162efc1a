// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/relay.h"

#include <signal.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/socket.h"
#include "server/delivery/queue.h"
#include "wire/entry_body.h"
#include "wire/frame_codec.h"
#include "wire/frames.pb.h"
#include "wire/websocket.h"

namespace kith::bench {
namespace {

constexpr int kEventsMax = 256;
constexpr size_t kReadBytes = 64 * 1024;
// For the one key that bench/link.cc sends.
constexpr std::string_view kUpgraded =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: kith.v1\r\n\r\n";

// The fields of a serialized message, one after the other: numbers and byte strings, which is all that the traffic has.
class Fields {
 public:
  explicit Fields(BytesView bytes) : rest_(bytes) {}
  // False at the end, or at what is no such field.
  bool next() {
    if (rest_.empty()) return false;
    const uint64_t tag = varint();
    number = static_cast<uint32_t>(tag >> 3);
    value = varint();
    if ((tag & 7) == 0) return true;
    if ((tag & 7) != 2 || value > rest_.size()) return false;
    bytes = rest_.substr(0, value);
    rest_.remove_prefix(value);
    return true;
  }
  uint32_t number = 0;
  uint64_t value = 0;
  BytesView bytes;

 private:
  uint64_t varint() {
    uint64_t result = 0;
    for (int shift = 0; !rest_.empty() && shift < 64; shift += 7) {
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      result |= static_cast<uint64_t>(byte & 127) << shift;
      if (byte < 128) break;
    }
    return result;
  }
  BytesView rest_;
};

struct Peer {
  struct Unconfirmed {
    uint64_t position;
    Peer* from;
    wire::ReceiptRun run;
  };
  net::Descriptor socket;
  wire::WebSocketReader reader;
  Bytes out;
  DeviceAddress address;
  Queue<Unconfirmed> unconfirmed;
  uint64_t position = 0;
  bool upgraded = false;
  bool has_output = false;
};

class Relay {
 public:
  explicit Relay(net::Descriptor listener) : listener_(std::move(listener)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    watch(listener_.get(), nullptr);
  }

  [[noreturn]] void run() {
    for (;;) {
      epoll_event events[kEventsMax];
      const int count = epoll_wait(epoll_.get(), events, kEventsMax, -1);
      for (int i = 0; i < count; ++i) {
        if (events[i].data.ptr == nullptr) {
          accept();
        } else {
          read(*static_cast<Peer*>(events[i].data.ptr));
        }
      }
      for (Peer* const peer : with_output_) {
        peer->has_output = false;
        // The load reads what it asked for: a full buffer means that it is gone.
        (void)!::send(peer->socket.get(), peer->out.data(), peer->out.size(), MSG_NOSIGNAL);
        peer->out.clear();
      }
      with_output_.clear();
    }
  }

 private:
  void watch(int fd, Peer* peer) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.ptr = peer;
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  void accept() {
    for (;;) {
      net::Accepted accepted = net::accept_from(listener_.get());
      if (!accepted.socket) return;
      Peer& peer = *peers_.emplace_back(std::make_unique<Peer>());
      peer.socket = std::move(accepted.socket);
      watch(peer.socket.get(), &peer);
    }
  }

  void read(Peer& peer) {
    const ssize_t size = ::recv(peer.socket.get(), buffer_.data(), buffer_.size(), 0);
    if (size <= 0) return peer.socket.close();
    std::span<char> bytes(buffer_.data(), static_cast<size_t>(size));
    if (!peer.upgraded) {  // a request of some hundred bytes on loopback comes whole
      peer.upgraded = true;
      return output(peer).append(kUpgraded), void();
    }
    for (;;) {
      const wire::WebSocketEvent event = peer.reader.next(bytes, {});
      if (event.kind != wire::WebSocketEvent::Kind::kMessage) return;
      on_frame(peer, event.payload);
    }
  }

  Bytes& output(Peer& peer) {
    if (!peer.has_output) {
      peer.has_output = true;
      with_output_.push_back(&peer);
    }
    return peer.out;
  }

  void on_frame(Peer& peer, BytesView frame) {
    Fields fields(frame);
    if (!fields.next()) return;
    switch (fields.number) {
      case wire::ClientFrame::kSendFieldNumber: return on_send(peer, fields.bytes);
      case wire::ClientFrame::kConfirmFieldNumber: return on_confirm(peer, fields.bytes);
      case wire::ClientFrame::kHelloFieldNumber: return on_hello(peer, fields.bytes);
      default: return;
    }
  }

  void on_hello(Peer& peer, BytesView frame) {
    wire::Hello hello;
    if (!hello.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return;
    peer.address = {*AccountId::from_bytes(hello.token().substr(0, AccountId::kBytes)), {1}};
    peer.position = hello.confirmed_position();
    by_account_[peer.address.account] = &peer;
    wire::ServerFrame answer;
    answer.mutable_welcome()->set_version(1);
    wire::append_server_frame(output(peer), answer);
    answer.mutable_backlog_end();
    wire::append_server_frame(output(peer), answer);
  }

  void on_send(Peer& peer, BytesView frame) {
    IncomingMessage message;
    AccountId to;
    message.from = peer.address;
    message.server_time = {++time_};
    for (Fields fields(frame); fields.next();) {
      if (fields.number == wire::Send::kMessageIdFieldNumber) message.id = *MessageId::from_bytes(fields.bytes);
      if (fields.number == wire::Send::kGroupFieldNumber) return on_send_to_group(peer, message, fields.bytes);
      if (fields.number != wire::Send::kAccountFieldNumber) continue;
      for (Fields account(fields.bytes); account.next();) {
        if (account.number == wire::ToAccount::kAccountIdFieldNumber) to = *AccountId::from_bytes(account.bytes);
        if (account.number == wire::ToAccount::kReceiptNumberFieldNumber) message.receipt_number = account.value;
        if (account.number != wire::ToAccount::kEnvelopesFieldNumber) continue;
        for (Fields envelope(account.bytes); envelope.next();) {
          if (envelope.number == wire::Envelope::kPayloadFieldNumber) message.payload = envelope.bytes;
        }
      }
    }
    wire::ServerFrame& accepted = accepted_;
    accepted.mutable_accepted()->set_message_id(message.id.value.data(), MessageId::kBytes);
    accepted.mutable_accepted()->set_account(to.value.data(), AccountId::kBytes);
    accepted.mutable_accepted()->set_server_time_us(time_);
    wire::append_server_frame(output(peer), accepted);
    const auto target = by_account_.find(to);
    if (target == by_account_.end()) return;
    Peer& receiver = *target->second;
    receiver.unconfirmed.push({++receiver.position, &peer, wire::ReceiptRun::of(message.receipt_number, message.id)});
    deliver(receiver, receiver.position, encode_message_body(message));
  }

  // Everybody who is connected is a member.
  void on_send_to_group(Peer& peer, IncomingMessage& message, BytesView target) {
    for (Fields group(target); group.next();) {
      if (group.number == wire::ToGroup::kGroupIdFieldNumber) message.group = *GroupId::from_bytes(group.bytes);
      if (group.number == wire::ToGroup::kRevisionFieldNumber) message.group_revision = {group.value};
      if (group.number == wire::ToGroup::kPayloadFieldNumber) message.payload = group.bytes;
    }
    accepted_.mutable_accepted()->set_message_id(message.id.value.data(), MessageId::kBytes);
    accepted_.mutable_accepted()->set_group(message.group.value.data(), GroupId::kBytes);
    accepted_.mutable_accepted()->set_server_time_us(time_);
    wire::append_server_frame(output(peer), accepted_);
    const Bytes body = encode_message_body(message);
    for (const auto& [account, member] : by_account_) {
      if (member != &peer) deliver(*member, ++member->position, body);
    }
  }

  void on_confirm(Peer& peer, BytesView frame) {
    Fields fields(frame);
    if (!fields.next()) return;
    while (!peer.unconfirmed.empty() && peer.unconfirmed.front().position <= fields.value) {
      const Peer::Unconfirmed& entry = peer.unconfirmed.front();
      deliver(*entry.from, ++entry.from->position, encode_receipt_body(peer.address, {1}, entry.run));
      peer.unconfirmed.pop_front();
    }
  }

  void deliver(Peer& peer, uint64_t position, const Bytes& body) {
    const wire::EntryParts parts{position, body};
    wire::append_deliver(output(peer), {&parts, 1});
  }

  net::Descriptor listener_;
  net::Descriptor epoll_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<Peer*> with_output_;
  std::unordered_map<AccountId, Peer*> by_account_;
  std::array<char, kReadBytes> buffer_;
  wire::ServerFrame accepted_;
  uint64_t time_ = 0;
};

}  // namespace

bool RelayProcess::start() {
  auto listener = net::listen_on("127.0.0.1:0");
  if (!listener) return false;
  port_ = net::local_port(listener->get());
  pid_ = fork();
  if (pid_ != 0) return pid_ > 0;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::make_unique<Relay>(std::move(*listener))->run();
}

RelayProcess::~RelayProcess() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

}  // namespace kith::bench
