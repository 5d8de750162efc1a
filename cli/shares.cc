// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/shares.h"

namespace kith::cli {

using client_api::Request;

namespace {

Request availability(bool available) {
  Request request;
  request.mutable_set_available()->set_available(available);
  return request;
}

Request watch(const std::set<std::string>& conversations) {
  Request request;
  request.mutable_watch_presence();
  for (const std::string& conversation : conversations)
    request.mutable_watch_presence()->add_conversations(conversation);
  return request;
}

}  // namespace

Shares::Wishes Shares::together() const {
  Wishes all;
  for (const auto& [user, wishes] : users_) {
    all.connected = all.connected || wishes.connected;
    all.available = all.available || wishes.available;
    all.watched.insert(wishes.watched.begin(), wishes.watched.end());
  }
  return all;
}

void Shares::join(uint32_t user, Request& request) {
  Wishes& wishes = users_[user];
  switch (request.method_case()) {
    case Request::kConnect: wishes.connected = true; break;
    case Request::kDisconnect:  // a person's decision: for all
      for (auto& [other, theirs] : users_) theirs.connected = false;
      break;
    case Request::kSetAvailable:
      wishes.available = request.set_available().available();
      request.mutable_set_available()->set_available(together().available);
      break;
    case Request::kWatchPresence: {
      const auto& conversations = request.watch_presence().conversations();
      wishes.watched = {conversations.begin(), conversations.end()};
      *request.mutable_watch_presence() = watch(together().watched).watch_presence();
      break;
    }
    default: break;
  }
}

std::vector<Request> Shares::leave(uint32_t user) {
  const Wishes before = together();
  users_.erase(user);
  const Wishes now = together();
  std::vector<Request> requests;
  if (before.available != now.available) requests.push_back(availability(now.available));
  if (before.watched != now.watched) requests.push_back(watch(now.watched));
  if (before.connected && !now.connected) requests.emplace_back().mutable_disconnect();
  return requests;
}

std::vector<Request> Shares::told_by(uint32_t user) const {
  std::vector<Request> requests;
  const auto found = users_.find(user);
  if (found == users_.end()) return requests;
  if (found->second.connected) requests.emplace_back().mutable_connect();
  if (found->second.available) requests.push_back(availability(true));
  if (!found->second.watched.empty()) requests.push_back(watch(found->second.watched));
  return requests;
}

}  // namespace kith::cli
