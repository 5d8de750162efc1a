// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/descriptor_tables.h"

#include <linux/close_range.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace kith::net {
namespace {

// A message of a ticket and one descriptor, to be sent or filled.
struct Parcel {
  explicit Parcel(uint64_t ticket) : ticket(ticket) {
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;

  uint64_t ticket;
  iovec piece{&ticket, sizeof ticket};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))]{};
  msghdr message{};
};

}  // namespace

DescriptorTables::DescriptorTables(std::span<EventLoop* const> loops, std::vector<uint32_t> capacity)
    : loops_(loops.begin(), loops.end()) {
  for (size_t i = 0; i < loops.size(); ++i) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) {
      std::perror("socketpair");
      std::abort();
    }
    auto table = std::make_unique<Table>();
    table->entrance = Descriptor(ends[0]);
    table->exit = Descriptor(ends[1]);
    table->capacity = capacity[i];
    needed_.push_back(ends[0]);
    needed_.push_back(loops[i]->wake_descriptor());
    tables_.push_back(std::move(table));
  }
}

bool DescriptorTables::enter(size_t index) {
  if (index == 0) return true;
  std::vector<int> kept = needed_;
  kept.insert(kept.end(), {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO});
  kept.push_back(loops_[index]->epoll_descriptor());
  kept.push_back(tables_[index]->exit.get());
  std::ranges::sort(kept);
  // The first call makes the table this thread's own, what is below what is kept goes after that.
  unsigned from = static_cast<unsigned>(kept.back()) + 1;
  if (close_range(from, UINT_MAX, CLOSE_RANGE_UNSHARE) != 0) return false;
  from = 0;
  for (const int fd : kept) {
    if (static_cast<unsigned>(fd) > from) (void)close_range(from, static_cast<unsigned>(fd) - 1, 0);
    from = static_cast<unsigned>(fd) + 1;
  }
  return true;
}

bool DescriptorTables::reserve(size_t index, uint32_t beyond) {
  Table& table = *tables_[index];
  if (table.used.fetch_add(1, std::memory_order_relaxed) < table.capacity + beyond) return true;
  table.used.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

bool DescriptorTables::hand_over(Descriptor& descriptor, size_t to, uint64_t ticket) {
  Parcel parcel(ticket);
  cmsghdr* const header = CMSG_FIRSTHDR(&parcel.message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int fd = descriptor.get();
  std::memcpy(CMSG_DATA(header), &fd, sizeof fd);
  if (sendmsg(tables_[to]->entrance.get(), &parcel.message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) return false;
  descriptor.close();
  return true;
}

Descriptor DescriptorTables::take(size_t index, uint64_t ticket) {
  Table& table = *tables_[index];
  for (;;) {
    if (const auto found = table.arrived.find(ticket); found != table.arrived.end()) {
      Descriptor descriptor = std::move(found->second);
      table.arrived.erase(found);
      return descriptor;
    }
    Parcel parcel(0);
    const ssize_t size = recvmsg(table.exit.get(), &parcel.message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (size < 0 && errno == EINTR) continue;
    if (size != sizeof parcel.ticket) return {};
    Descriptor descriptor;
    const cmsghdr* const header = CMSG_FIRSTHDR(&parcel.message);
    // Without one there was no room for it.
    if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(header), sizeof fd);
      descriptor = Descriptor(fd);
    }
    table.arrived.emplace(parcel.ticket, std::move(descriptor));
  }
}

}  // namespace kith::net
