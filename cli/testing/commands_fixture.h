// SPDX-License-Identifier: AGPL-3.0-or-later

// Commands, run against a core that answers from what the test has put here; their output can be read.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/testing/captured_output.h"
#include "cli/testing/fake_host.h"

namespace kith::cli::testing {

// One that came (`tick` kNone), or that was sent.
inline client_api::Message text_message(const std::string& id, client_api::Message::Tick tick) {
  client_api::Message message;
  message.set_id(id);
  message.set_conversation("c");
  message.mutable_text();
  message.set_outgoing(tick != client_api::Message::kNone);
  message.set_tick(tick);
  return message;
}

inline client_api::Event changed(const client_api::Message& message, client_api::Message::Tick tick) {
  client_api::Event event;
  *event.mutable_message_changed() = message;
  event.mutable_message_changed()->set_tick(tick);
  return event;
}

class Commands : public ::testing::Test {
 protected:
  FakeHost host{[this](const client_api::Request& request) { return respond(request); }};
  CapturedOutput output;
  Context context{host, output.out};

  std::vector<client_api::Contact> contacts;
  std::vector<client_api::Conversation> conversations;
  client_api::Profile profile;
  std::vector<client_api::Message> backlog;  // what take_events gives, two at a time
  // Of everything but connect.
  client_api::Failure::Code failure = client_api::Failure::kUnspecified;
  std::string failure_detail;

  // A suite whose core does more answers that first. A request that is not known here has an empty answer.
  virtual client_api::Response respond(const client_api::Request& request) {
    using client_api::State;
    client_api::Response response;
    if (request.has_connect()) {
      response.mutable_connect()->set_registered(true);
      response.mutable_connect()->set_connection(State::kConnecting);
    } else if (failure != client_api::Failure::kUnspecified) {
      response.mutable_failure()->set_code(failure);
      response.mutable_failure()->set_detail(failure_detail);
    } else if (request.has_set_blocked()) {
      response.mutable_set_blocked();
    } else if (request.has_request_code()) {
      response.mutable_request_code();
    } else if (request.has_register_()) {
      response.mutable_register_()->set_registered(true);
    } else if (request.has_send_message()) {
      *response.mutable_send_message()->mutable_message() = text_message("m1", client_api::Message::kPending);
    } else if (request.has_take_events()) {
      auto& taken = *response.mutable_take_events();
      for (int i = 0; i < 2 && !backlog.empty(); ++i) {
        *taken.add_messages() = backlog.front();
        backlog.erase(backlog.begin());
      }
      taken.set_more(!backlog.empty());
    } else if (request.has_list_contacts()) {
      *response.mutable_list_contacts()->mutable_contacts() = {contacts.begin(), contacts.end()};
    } else if (request.has_list_conversations()) {
      *response.mutable_list_conversations()->mutable_conversations() = {conversations.begin(), conversations.end()};
    } else if (request.has_open_conversation()) {
      response.mutable_open_conversation()->set_id(request.open_conversation().conversation());
      response.mutable_open_conversation()->set_title("Cleo Two");
    } else if (request.has_get_safety_number()) {
      response.mutable_get_safety_number()->set_digits("12345");
    } else if (request.has_set_contact()) {
      response.mutable_set_contact();
    } else if (request.has_get_profile()) {
      *response.mutable_get_profile() = profile;
    } else if (request.has_mark_read()) {
      response.mutable_mark_read();
    }
    return response;
  }
  // Of what was written as data.
  long lines() {
    const std::string data = output.data();
    return std::count(data.begin(), data.end(), '\n');
  }
};

}  // namespace kith::cli::testing
