// SPDX-License-Identifier: AGPL-3.0-or-later

// Ana and Ben, registered and connected, with a chat open on Ana's side.
#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/testing/world.h"

namespace kith::core::testing {

inline constexpr const char* kAna = "+491700000001";
inline constexpr const char* kBen = "+491700000002";

class TwoPeople : public ::testing::Test {
 protected:
  explicit TwoPeople(std::function<std::unique_ptr<LoopbackServer>(Clock&, RandomSource&)> make_server = {})
      : world_(1, std::move(make_server)), ana_(world_.add("ana")), ben_(world_.add("ben")) {
    sign_up(ana_, kAna, "Ana");
    sign_up(ben_, kBen, "Ben");
    chat_ = open_chat(ana_, kBen);
  }

  std::string bens_chat() { return open_chat(ben_, kAna); }
  // Both have written, so that sessions are settled and nothing is under way.
  void warm_up() {
    say(ana_, chat_, "ping");
    say(ben_, bens_chat(), "pong");
    world_.advance(2000);
    world_.server->sends.clear();
    ana_.events.clear();
    ben_.events.clear();
  }
  static client_api::Response disconnect(Host& host) {
    client_api::Request request;
    request.mutable_disconnect();
    return host.request(std::move(request));
  }
  static void mark_read(Host& host, const std::string& conversation) {
    client_api::Request request;
    request.mutable_mark_read()->set_conversation(conversation);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  static client_api::Conversation conversation(Host& host, const std::string& id) {
    client_api::Request request;
    request.mutable_list_conversations();
    const client_api::Response response = host.request(std::move(request));
    for (const auto& each : response.list_conversations().conversations()) {
      if (each.id() == id) return each;
    }
    ADD_FAILURE() << "no such conversation";
    return {};
  }
  static void verify(Host& host, const std::string& conversation) {
    client_api::Request request;
    request.mutable_set_verified()->set_conversation(conversation);
    request.mutable_set_verified()->set_verified(true);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  // The conversation that it leads to.
  static std::string accept_identity(Host& host, const std::string& conversation) {
    client_api::Request request;
    request.mutable_accept_identity()->set_conversation(conversation);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    return response.accept_identity().id();
  }
  static int count_events(const Host& host, client_api::Event::KindCase kind) {
    int count = 0;
    for (const client_api::Event& event : host.events) count += event.kind_case() == kind ? 1 : 0;
    return count;
  }
  static void set_blocked(Host& host, const char* handle, bool blocked) {
    client_api::Request request;
    request.mutable_set_blocked()->set_handle(handle);
    request.mutable_set_blocked()->set_blocked(blocked);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  static client_api::Contact set_contact(Host& host, const std::string& handle, const std::string& name) {
    client_api::Request request;
    request.mutable_set_contact()->set_handle(handle);
    request.mutable_set_contact()->set_name(name);
    const client_api::Response response = host.request(std::move(request));
    EXPECT_FALSE(response.has_failure()) << response.failure().detail();
    return response.set_contact();
  }
  static void execute(Host& host, const char* sql) { EXPECT_TRUE(host.database().execute(sql).has_value()); }
  // The number that is asked for; -1: there is none.
  static int64_t query(Host& host, const char* sql) {
    auto row = host.database().prepare(sql);
    return row.step() ? row.integer(0) : -1;
  }

  World world_;
  Host& ana_;
  Host& ben_;
  std::string chat_;  // Ana's, with Ben
};

// The same with a server of the test's own.
template <class Server>
class TwoPeopleOn : public TwoPeople {
 protected:
  TwoPeopleOn()
      : TwoPeople([](Clock& clock, RandomSource& random) { return std::make_unique<Server>(clock, random); }) {}
  Server& server() { return static_cast<Server&>(*world_.server); }
};

}  // namespace kith::core::testing
