// SPDX-License-Identifier: AGPL-3.0-or-later

#include "net/signals.h"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace kith::net {

Signals::Signals(EventLoop& loop, std::initializer_list<int> signals, std::move_only_function<void(int)> function)
    : loop_(loop), function_(std::move(function)) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : signals) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (fd_ < 0 || !loop_.add(fd_, EPOLLIN, *this)) {
    std::perror("signalfd");
    std::abort();
  }
}

Signals::~Signals() {
  loop_.remove(fd_);
  ::close(fd_);
}

void Signals::on_events(uint32_t) {
  signalfd_siginfo info;
  while (::read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info))
    function_(static_cast<int>(info.ssi_signo));
}

}  // namespace kith::net
