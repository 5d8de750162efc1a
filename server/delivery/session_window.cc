// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/session_window.h"

#include <algorithm>
#include <span>
#include <utility>

#include "wire/entry_body.h"

namespace kith {

// ---------------------------------------------------------------- the session

void SessionWindow::forget_session() {
  session_ = nullptr;
  started_ = false;
  ++session_number_;
  in_flight_.clear();
  in_flight_bytes_ = 0;
}

void SessionWindow::attach(Session& session, Position confirmed) {
  close(EndReason::kReplaced);  // DEVICE-4
  session_ = &session;
  confirmed_ = std::max(confirmed_, confirmed);
  spent_ = std::max(spent_, confirmed_);
  sent_ = confirmed_;
}

void SessionWindow::start(Position backlog_end) {
  started_ = true;
  fresh_ = true;
  backlog_ended_ = false;
  backlog_end_ = backlog_end;
}

bool SessionWindow::detach(const Session& session) {
  if (session_ != &session) return false;
  forget_session();
  return true;
}

void SessionWindow::close(EndReason reason, ShownList list) {
  if (session_ != nullptr) session_->close(reason, std::move(list));
  forget_session();
}

void SessionWindow::break_off(EndReason reason) {
  Session* const session = session_;
  if (session == nullptr) return;
  close(reason);
  session_ = session;
}

// ---------------------------------------------------------------- sending

bool SessionWindow::is_open(const DeliverySettings& settings) const {
  return in_flight_.size() < settings.window_entries && in_flight_bytes_ < settings.window_bytes;
}

bool SessionWindow::is_half_open(const DeliverySettings& settings) const {
  return in_flight_.size() * 2 <= settings.window_entries && size_t{in_flight_bytes_} * 2 <= settings.window_bytes;
}

SessionWindow::Space SessionWindow::space(const DeliverySettings& settings) const {
  return {settings.window_entries - std::min<size_t>(settings.window_entries, in_flight_.size()),
          settings.window_bytes - std::min<size_t>(settings.window_bytes, in_flight_bytes_)};
}

SessionWindow::Sent& SessionWindow::count_sent(const InboxEntry& entry, const DeviceAddress& from,
                                               const wire::ReceiptRun& run) {
  const auto bytes = static_cast<uint32_t>(entry.body->size());
  in_flight_bytes_ += bytes;
  sent_ = entry.position;
  spent_ = std::max(spent_, sent_);
  fresh_ = false;
  return in_flight_.push({entry.position, from, run, bytes});
}

void SessionWindow::Run::deliver() {
  if (count_ > 0) window_.session_->deliver(std::span(run_.data(), std::exchange(count_, 0)));
}

void SessionWindow::Run::say_expired(Position position) {
  deliver();
  static const InboxBody expired_body = make_body(encode_expired_body());  // one for all inboxes
  const InboxEntry entry{position, {}, {}, expired_body};
  window_.count_sent(entry, {}, {}).expired = true;
  ++sent_;
  const InboxEntry* const one = &entry;
  window_.session_->deliver({&one, 1});
}

void SessionWindow::Run::add(const InboxEntry& entry, const DeviceAddress& from, const wire::ReceiptRun& run,
                             const GroupId& group) {
  Position expired = std::exchange(expired_, {});
  // Before the first of an epoch there may be anything.
  if (!window_.follows(entry.position)) expired = {entry.position.value - 1};
  if (expired.value != 0) say_expired(expired);
  window_.count_sent(entry, from, run).group = group;
  ++sent_;
  run_[count_++] = &entry;
  if (count_ == kRunMax) deliver();
}

void SessionWindow::Run::flush() {
  if (expired_.value != 0) say_expired(std::exchange(expired_, {}));
  deliver();
}

void SessionWindow::end_backlog(bool more) {
  if (started_session() == nullptr || backlog_ended_ || (sent_ < backlog_end_ && more)) return;
  backlog_ended_ = true;
  wire::ServerFrame frame;
  frame.mutable_backlog_end()->set_position(fresh_ ? 0 : sent_.value);
  session_->send(frame);
}

// ---------------------------------------------------------------- confirmations

bool SessionWindow::redeliver(Position after) {
  if (started_session() == nullptr || after >= sent_) return false;
  if (after < confirmed_) {
    break_off(EndReason::kAsksForTheGone);
    return false;
  }
  while (!in_flight_.empty() && in_flight_.back().position > after) {
    in_flight_bytes_ -= in_flight_.back().bytes;
    in_flight_.pop_back();
  }
  sent_ = after;
  fresh_ = after == confirmed_;
  return true;
}

}  // namespace kith
