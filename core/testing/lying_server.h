// SPDX-License-Identifier: AGPL-3.0-or-later

// A server between real clients that does to what passes what the test tells it; honest where nothing is told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/testing/loopback_server.h"
#include "wire/handle.h"

namespace kith::core::testing {

class LyingServer : public LoopbackServer {
 public:
  using LoopbackServer::LoopbackServer;

  std::function<bool(wire::ServerFrame&)> change;  // of each frame to a device; false: withheld
  int repeat = 1;                                  // how often each frame goes out
  std::function<void(const Account&, wire::SignedDeviceList&)> change_list;
  std::function<void(wire::PrekeyBundlesResponse&)> change_bundles;

  std::function<void(const DeviceAddress&, const GroupId&, wire::GroupAnswer&)> change_group;
  // Of whose changes; kErrorUnspecified: they are treated honestly.
  std::function<wire::ErrorCode(const AccountId&)> refuse_group_change;
  bool group_changes_late = false;  // nobody hears of one but the server, which takes it with take_late_changes()
  int reads_too_early = 0;          // of groups, the next ones: answered as if there were no group yet

  bool bundles_away = false;
  std::string list_away;  // account, in hexadecimal digits, whose device list can't be had

  HttpReply http(const std::string& method, const std::string& path, const std::string& body,
                 const std::string& bearer) override {
    if (!list_away.empty() && path == "/v1/accounts/" + list_away + "/devices") return {503, ""};
    if (bundles_away && path.ends_with("/prekeys")) return {503, ""};
    if (reads_too_early > 0 && path.starts_with("/v1/groups/") && path.ends_with("/read")) {
      --reads_too_early;
      wire::ApiError error;
      error.set_code(wire::kNoSuchGroup);
      return {404, error.SerializeAsString()};
    }
    if (group_changes_late && path.starts_with("/v1/groups/") && !path.ends_with("/read")) {
      late_.push_back([this, method, path, body, bearer] { LoopbackServer::http(method, path, body, bearer); });
      return {503, ""};
    }
    if (refuse_group_change && path.starts_with("/v1/groups/") && !path.ends_with("/read")) {
      const auto caller = authenticate(from_base64url(bearer).value_or(""));
      wire::ApiError error;
      error.set_code(caller ? refuse_group_change(caller->account) : wire::kErrorUnspecified);
      if (error.code() != wire::kErrorUnspecified) return {409, error.SerializeAsString()};
    }
    HttpReply reply = LoopbackServer::http(method, path, body, bearer);
    if (path == "/v1/accounts/lookup") move_handles(reply);
    if (path.ends_with("/profile")) move_profile(reply);
    return reply;
  }
  void take_late_changes() {
    group_changes_late = false;
    for (const auto& take : std::exchange(late_, {})) take();
  }
  // Whose handles these are, in answers to lookups and in profiles; none: in lookups they are nobody's.
  std::map<std::string, AccountId> handles;

  // Puts an entry of its own into the inbox, at the next position.
  void plant(const std::string& handle, wire::Entry entry) {
    const Account& account = *account_of(handle);
    append({account.id, {device_of(handle)->id}}, std::move(entry));
  }
  // Accepts and confirms what one writes to the other, and drops it.
  void drop_between(const std::string& from, const std::string& to, bool drop) {
    if (drop) {
      account_of(to)->blocked.insert(account_of(from)->id);
    } else {
      account_of(to)->blocked.clear();
    }
  }
  // Hands each message that goes to a device to `change_message`, which may change it.
  void change_messages(std::function<void(wire::IncomingMessage&)> change_message) {
    change = [change_message = std::move(change_message)](wire::ServerFrame& frame) {
      if (!frame.has_deliver()) return true;
      for (wire::Entry& entry : *frame.mutable_deliver()->mutable_entries()) {
        if (entry.has_message()) change_message(*entry.mutable_message());
      }
      return true;
    };
  }
  // The first from now on alone.
  void change_next_message(std::function<void(wire::IncomingMessage&)> change_message) {
    change_messages([change_message = std::move(change_message), done = false](wire::IncomingMessage& message) mutable {
      if (!std::exchange(done, true)) change_message(message);
    });
  }
  // So that nobody can decrypt it.
  static void corrupt(wire::IncomingMessage& message) {
    std::string& payload = *message.mutable_payload();
    payload[payload.size() / 2] = static_cast<char>(payload[payload.size() / 2] ^ 1);
  }

 private:
  std::vector<std::function<void()>> late_;

  void move_handles(HttpReply& reply) const {
    wire::LookupResponse response;
    if (!response.ParseFromString(reply.body)) return;
    for (int i = response.found_size() - 1; i >= 0; --i) {
      const auto lie = handles.find(read_handle(response.found(i).handle())->text());
      if (lie != handles.end() && lie->second.is_none()) response.mutable_found()->DeleteSubrange(i, 1);
    }
    for (auto& found : *response.mutable_found()) {
      const auto lie = handles.find(read_handle(found.handle())->text());
      if (lie != handles.end()) found.set_account_id(lie->second.bytes());
    }
    reply.body = response.SerializeAsString();
  }
  void move_profile(HttpReply& reply) const {
    wire::Profile profile;
    if (!profile.ParseFromString(reply.body)) return;
    for (const auto& [handle, account] : handles) {
      if (profile.account_id() != account.bytes()) continue;
      profile.clear_handles();
      *profile.add_handles() = to_wire(*Handle::from_text(handle));
    }
    reply.body = profile.SerializeAsString();
  }

 protected:
  void look_at(const DeviceAddress& reader, const GroupId& group, wire::GroupAnswer& answer) override {
    if (change_group) change_group(reader, group, answer);
  }
  void put(Link link, wire::ServerFrame frame) override {
    if (change && !change(frame)) return;
    for (int i = 0; i < repeat; ++i) LoopbackServer::put(link, frame);
  }
  wire::SignedDeviceList device_list(const Account& account) override {
    wire::SignedDeviceList list = account.list;
    if (change_list) change_list(account, list);
    return list;
  }
  wire::PrekeyBundlesResponse bundles(Account& account, const wire::PrekeyBundlesRequest& request) override {
    wire::PrekeyBundlesResponse response = LoopbackServer::bundles(account, request);
    if (change_bundles) change_bundles(response);
    return response;
  }
};

}  // namespace kith::core::testing
