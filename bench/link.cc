// SPDX-License-Identifier: AGPL-3.0-or-later

#include "bench/link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "bench/usage.h"

namespace kith::bench {
namespace {

constexpr size_t kReadBytes = 256 * 1024;
constexpr int kEventsMax = 512;
constexpr wire::WebSocketRules kRules{.masked = false, .text_allowed = false, .message_bytes_max = 1 << 20};
constexpr std::string_view kUpgrade =
    "GET /v1/socket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "
    "13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: kith.v1\r\n\r\n";

}  // namespace

// ---------------------------------------------------------------- one link

void Link::put(const wire::ClientFrame& frame) {
  links_->mask_ = links_->mask_ * 1664525 + 1013904223;
  uint8_t key[4];
  std::memcpy(key, &links_->mask_, sizeof key);
  const size_t size = frame.ByteSizeLong();
  wire::append_frame_header(out_, wire::Opcode::kBinary, size, key);
  const size_t at = out_.size();
  out_.resize(at + size);
  frame.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(out_.data() + at));
  wire::apply_mask(std::span(out_).subspan(at), key);
  links_->mark(*this);
}

void Link::send(const MessageId& id, const BenchAccount& to, BytesView payload, uint64_t receipt_number) {
  wire::ClientFrame& frame = links_->outgoing_;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(id.value.data(), MessageId::kBytes);
  wire::ToAccount& account = *send.mutable_account();
  account.set_account_id(to.id.value.data(), AccountId::kBytes);
  account.set_device_list_revision(to.list_revision);
  account.set_receipt_number(receipt_number);
  wire::Envelope& envelope = account.envelopes_size() == 1 ? *account.mutable_envelopes(0) : *account.add_envelopes();
  envelope.set_device_id(to.device);
  envelope.set_payload(payload.data(), payload.size());
  put(frame);
}

void Link::send(const MessageId& id, const BenchGroup& to, BytesView payload, uint64_t receipt_number) {
  wire::ClientFrame& frame = links_->outgoing_;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(id.value.data(), MessageId::kBytes);
  wire::ToGroup& group = *send.mutable_group();
  group.set_group_id(to.id.value.data(), GroupId::kBytes);
  group.set_revision(to.revision.value);
  group.set_lists_digest(to.lists_digest);
  group.set_payload(payload.data(), payload.size());
  group.set_receipt_number(receipt_number);
  put(frame);
}

void Link::confirm() {
  if (account_->confirmed >= received_) return;
  account_->confirmed = received_;
  wire::ClientFrame frame;
  frame.mutable_confirm()->set_position(received_.value);
  put(frame);
}

// ---------------------------------------------------------------- all of them

Links::Links(uint16_t port, LinkOwner& owner, uint32_t first_address)
    : port_(port),
      owner_(owner),
      first_address_(first_address),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(std::make_unique_for_overwrite<char[]>(kReadBytes)) {
  if (epoll_ < 0) std::abort();
}

Links::~Links() { ::close(epoll_); }

Link& Links::open(BenchAccount& account, int receive_bytes) {
  Link& link = *links_.emplace_back(std::make_unique<Link>());
  link.links_ = this;
  link.account_ = &account;
  link.index_ = links_.size() - 1;
  link.received_ = account.confirmed;
  link.socket_ = net::Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = link.socket_.get();
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_bytes > 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(0x7f010001u + first_address_ + static_cast<uint32_t>(link.index_ / kMost));
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  target.sin_port = htons(port_);
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &link;
  const bool begun =
      fd >= 0 && ::bind(fd, reinterpret_cast<sockaddr*>(&source), sizeof source) == 0 &&
      (::connect(fd, reinterpret_cast<sockaddr*>(&target), sizeof target) == 0 || errno == EINPROGRESS) &&
      epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) == 0;
  if (!begun) fail(link, std::strerror(errno));
  return link;
}

void Links::close(Link& link) {
  if (link.state_ == Link::State::kOpen) --open_count_;
  link.state_ = Link::State::kClosed;
  link.socket_.close();
  link.out_ = {};
}

void Links::fail(Link& link, const char* why) {
  if (failures_++ == 0) std::fprintf(stderr, "link %zu: %s\n", link.index_, why);
  close(link);
}

void Links::mark(Link& link) {
  if (link.has_output_) return;
  link.has_output_ = true;
  with_output_.push_back(&link);
}

void Links::turn(uint64_t wait_us) {
  epoll_event events[kEventsMax];
  const timespec wait{static_cast<time_t>(wait_us / 1'000'000), static_cast<long>(wait_us % 1'000'000 * 1000)};
  const int count = with_output_.empty() ? epoll_pwait2(epoll_, events, kEventsMax, &wait, nullptr) : 0;
  for (int i = 0; i < count; ++i) on_ready(*static_cast<Link*>(events[i].data.ptr), events[i].events);
  for (Link* const link : std::exchange(with_output_, {})) {
    link->has_output_ = false;
    flush(*link);
  }
}

bool Links::wait_open(size_t count, uint64_t patience_us) {
  const uint64_t give_up = now_us() + patience_us;
  while (open_count_ < count && failures_ == 0 && now_us() < give_up) turn(100'000);
  return open_count_ >= count;
}

void Links::on_ready(Link& link, uint32_t events) {
  if (link.state_ == Link::State::kClosed) return;
  if (link.state_ == Link::State::kConnecting && (events & EPOLLOUT) != 0) {
    link.state_ = Link::State::kUpgrading;
    link.blocked_ = true;
    link.out_.append(kUpgrade);
  }
  if (link.blocked_ && (events & EPOLLOUT) != 0) {
    link.blocked_ = false;
    flush(link);
  }
  if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) == 0) return;
  const ssize_t size = ::recv(link.socket_.get(), buffer_.get(), kReadBytes, 0);
  if (size > 0) return on_bytes(link, {buffer_.get(), static_cast<size_t>(size)});
  if (size == 0 || errno != EAGAIN) fail(link, size == 0 ? "the server has closed it" : std::strerror(errno));
}

void Links::greet(Link& link) {
  link.state_ = Link::State::kGreeting;
  wire::ClientFrame frame;
  wire::Hello& hello = *frame.mutable_hello();
  hello.set_version_min(1);
  hello.set_version_max(1);
  hello.set_token(link.account_->token);
  hello.set_confirmed_position(link.account_->confirmed.value);
  hello.set_client("kith-bench");
  link.put(frame);
}

void Links::on_bytes(Link& link, std::span<char> bytes) {
  if (link.state_ == Link::State::kUpgrading) {
    link.head_.append(bytes.data(), bytes.size());
    const size_t end = link.head_.find("\r\n\r\n");
    if (end == Bytes::npos) return;
    if (!link.head_.starts_with("HTTP/1.1 101")) return fail(link, link.head_.substr(0, link.head_.find('\r')).c_str());
    link.head_ = {};  // nothing follows before Hello
    return greet(link);
  }
  while (link.state_ != Link::State::kClosed) {
    const wire::WebSocketEvent event = link.reader_.next(bytes, kRules);
    if (event.kind == wire::WebSocketEvent::Kind::kNeedMore) return;
    if (event.kind != wire::WebSocketEvent::Kind::kMessage) return fail(link, "neither message nor silence");
    if (!incoming_.ParseFromArray(event.payload.data(), static_cast<int>(event.payload.size())))
      return fail(link, "no ServerFrame");
    on_frame(link, incoming_);
  }
}

void Links::on_frame(Link& link, const wire::ServerFrame& frame) {
  switch (frame.kind_case()) {
    case wire::ServerFrame::kAccepted:
      return owner_.on_accepted(link, *MessageId::from_bytes(frame.accepted().message_id()),
                                {frame.accepted().server_time_us()});
    case wire::ServerFrame::kDeliver:
      for (const wire::Entry& entry : frame.deliver().entries()) {
        const Position before = std::exchange(link.received_, Position{entry.position()});
        if (!entry.has_expired() && !before.may_be_followed_by(link.received_))
          return fail(link, "an entry twice, or a gap before it");
        if (entry.has_message()) {
          owner_.on_message(link, *MessageId::from_bytes(entry.message().message_id()),
                            {entry.message().server_time_us()});
        } else if (entry.has_delivery_receipt()) {
          owner_.on_receipt(link, entry.delivery_receipt().last_number());
        } else if (entry.has_group_receipt()) {
          owner_.on_group_receipt(link, entry.group_receipt(), entry.ByteSizeLong());
        }
      }
      return owner_.on_delivered(link);
    case wire::ServerFrame::kBacklogEnd:
      link.state_ = Link::State::kOpen;
      ++open_count_;
      return owner_.on_open(link);
    case wire::ServerFrame::kRefused:
      return fail(link, ("refused: " + wire::ErrorCode_Name(frame.refused().code())).c_str());
    case wire::ServerFrame::kError:
      return fail(link,
                  ("error: " + wire::ErrorCode_Name(frame.error().code()) + ": " + frame.error().detail()).c_str());
    default: return;
  }
}

void Links::flush(Link& link) {
  if (link.blocked_ || link.out_.empty() || link.state_ == Link::State::kClosed) return;
  const ssize_t sent = ::send(link.socket_.get(), link.out_.data(), link.out_.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN) return fail(link, std::strerror(errno));
  if (sent > 0) link.out_.erase(0, static_cast<size_t>(sent));
  link.blocked_ = !link.out_.empty();
  if (link.blocked_ != link.watches_output_) {
    link.watches_output_ = link.blocked_;
    epoll_event event{};
    event.events = link.blocked_ ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.ptr = &link;
    epoll_ctl(epoll_, EPOLL_CTL_MOD, link.socket_.get(), &event);
  }
  if (link.out_.empty() && link.out_.capacity() > 4096) link.out_ = {};
}

}  // namespace kith::bench
