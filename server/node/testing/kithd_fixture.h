// SPDX-License-Identifier: AGPL-3.0-or-later

// Tests of the program itself: real processes, real disk, loopback.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "server/gateway/testing/client.h"
#include "server/node/testing/kithd_process.h"

namespace kith::node {

using gateway::testing::Client;
using ::testing::HasSubstr;
using wire::ServerFrame;

inline MessageId message_id(uint8_t number) {
  MessageId id;
  id.value.fill(number);
  return id;
}

inline wire::ClientFrame send_frame(const RegisteredDevice& to, const MessageId& id, Bytes payload) {
  wire::ClientFrame frame;
  wire::Send& send = *frame.mutable_send();
  send.set_message_id(id.bytes());
  wire::ToAccount& account = *send.mutable_account();
  account.set_account_id(to.account.bytes());
  account.set_device_list_revision(to.revision);
  account.set_receipt_number(7);
  wire::Envelope& envelope = *account.add_envelopes();
  envelope.set_device_id(to.device_id);
  envelope.set_payload(std::move(payload));
  return frame;
}

inline wire::ClientFrame confirm_frame(uint64_t position) {
  wire::ClientFrame frame;
  frame.mutable_confirm()->set_position(position);
  return frame;
}

// All entries up to the end of the backlog, or until `count` have come.
inline std::vector<wire::Entry> collect(Client& client, size_t count = SIZE_MAX) {
  std::vector<wire::Entry> entries;
  while (entries.size() < count) {
    const auto frame = client.receive();
    if (!frame || frame->has_backlog_end()) break;
    for (const wire::Entry& entry : frame->deliver().entries()) entries.push_back(entry);
  }
  return entries;
}

struct Connected : Client {
  Connected(uint16_t port, const RegisteredDevice& device, uint64_t confirmed = 0) : Client(port) {
    EXPECT_TRUE(open_socket());
    EXPECT_TRUE(hello(device.token, confirmed));
  }
};

class Kithd : public ::testing::Test {
 protected:
  TestDirectory directory_;
  KithdProcess server_{directory_};
};

}  // namespace kith::node
