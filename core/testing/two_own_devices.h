// SPDX-License-Identifier: AGPL-3.0-or-later

// Two devices of Ana's account, which come to the same state, and short ways to say what they do.
#pragma once

#include <algorithm>
#include <string>

#include "core/testing/linked_devices.h"
#include "core/testing/state_dump.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {

inline constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;

class TwoOwnDevices : public TwoPeople {
 protected:
  TwoOwnDevices() : web_(world_.add("web")) {
    say(ana_, chat_, "before");
    link(world_, ana_, web_, "Web");
    webs_ = open_chat(web_, kBen);
    world_.advance(5000);
  }

  void settle() { world_.advance(10'000); }
  static void set_draft(Host& host, const std::string& conversation, const std::string& text,
                        const std::string& quote = "") {
    client_api::Request request;
    request.mutable_set_draft()->set_conversation(conversation);
    request.mutable_set_draft()->set_text(text);
    request.mutable_set_draft()->set_quote_message_id(quote);
    EXPECT_FALSE(host.request(std::move(request)).has_failure());
  }
  template <class Set>
  static client_api::Response set_conversation(Host& host, const std::string& conversation, const Set& set) {
    client_api::Request request;
    request.mutable_set_conversation()->set_conversation(conversation);
    set(*request.mutable_set_conversation());
    return host.request(std::move(request));
  }
  static client_api::Response pin(Host& host, const std::string& conversation, bool pinned = true) {
    return set_conversation(host, conversation, [pinned](auto& what) { what.set_pinned(pinned); });
  }
  AccountId ana() { return *AccountId::from_hex(state(ana_).account_id()); }
  // What devices of Ana's have sent to her account.
  size_t sent_to_self() {
    const AccountId self = ana();
    return static_cast<size_t>(
        std::count_if(world_.server->sends.begin(), world_.server->sends.end(),
                      [&self](const wire::Send& send) { return send.account().account_id() == self.view(); }));
  }
  void expect_same() { EXPECT_EQ(state_dump(ana_), state_dump(web_)); }

  Host& web_;
  std::string webs_;  // the chat with Ben, on Ana's second device
};

}  // namespace kith::core::testing
