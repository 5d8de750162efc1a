// SPDX-License-Identifier: AGPL-3.0-or-later

// Three devices of an account, offline for days, with clocks that are wrong by hours or years, under a server that is
// honest, or mixes up and drops what they say: in the end all of them have the same (STATE-2, STATE-4).

#include <algorithm>
#include <random>

#include "core/testing/linked_devices.h"
#include "core/testing/state_dump.h"
#include "core/testing/two_people.h"

namespace kith::core::testing {
namespace {

constexpr const char* kEva = "+491700000003";
constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;
constexpr int kSteps = 120;

class UnreliableServer : public LoopbackServer {
 public:
  using LoopbackServer::LoopbackServer;

  bool lies = false;
  uint64_t told_lies = 0;
  std::mt19937_64 chance;

  // As if what waited for the device had been too old.
  void expire(const AccountId& account, uint32_t device) {
    wire::Entry entry;
    entry.mutable_expired();
    append({account, {device}}, std::move(entry));
  }

 protected:
  void put(Link link, wire::ServerFrame frame) override {
    if (lies && frame.has_deliver()) mix_up(*frame.mutable_deliver());
    LoopbackServer::put(link, std::move(frame));
  }

 private:
  // What devices of one account say to each other: some of it comes in another order, some never.
  void mix_up(wire::Deliver& deliver) {
    std::vector<int> own;
    for (int i = 0; i < deliver.entries_size(); ++i) {
      const wire::Entry& entry = deliver.entries(i);
      const Account* const ana = account_of(kAna);
      if (entry.has_message() && ana != nullptr && entry.message().from_account() == ana->id.view()) own.push_back(i);
    }
    for (size_t i = own.size(); i > 1; --i) {
      const int other = own[chance() % i];
      if (other == own[i - 1]) continue;
      deliver.mutable_entries(own[i - 1])->mutable_message()->Swap(deliver.mutable_entries(other)->mutable_message());
      ++told_lies;
    }
    for (const int each : own) {
      if (chance() % 4 != 0) continue;
      deliver.mutable_entries(each)->clear_kind();
      ++told_lies;
    }
  }
};

class OwnStateConvergence : public TwoPeopleOn<UnreliableServer>, public ::testing::WithParamInterface<uint64_t> {
 protected:
  OwnStateConvergence() : chance_(GetParam()) {
    sign_up(world_.add("eva"), kEva, "Eva");
    say(ana_, chat_, "hello");
    devices_ = {{&ana_}, {&world_.add("web")}, {&world_.add("desk")}};
    for (size_t i = 1; i < devices_.size(); ++i) link(world_, ana_, *devices_[i].host, "Device");
    for (Device& device : devices_) {
      device.chats = {open_chat(*device.host, kBen), open_chat(*device.host, kEva), open_chat(*device.host, kAna)};
      say(*device.host, device.chats[0], "so that all lists are known");
      device.host->set_clock_off((static_cast<int64_t>(pick(13)) - 6) * kHourUs);
    }
    if (GetParam() % 3 == 0) devices_[pick(3)].host->set_clock_off(4 * 365 * 24 * kHourUs);
    world_.advance(20'000);
  }

  struct Device {
    Host* host = nullptr;
    std::vector<std::string> chats = {};
    bool online = true;
  };

  uint64_t pick(uint64_t below) { return chance_() % below; }
  std::string word() { return "word " + std::to_string(pick(1000)); }

  // What a person may do; some of it fails, as it would.
  void act(Device& device) {
    client_api::Request request;
    const std::string chat = device.chats[pick(device.chats.size())];
    switch (pick(11)) {
      case 10:
        if (pick(2) == 0) {
          request.mutable_clear_conversation()->set_conversation(chat);
        } else {
          request.mutable_delete_conversation()->set_conversation(chat);
        }
        break;
      case 0:
      case 1: {
        client_api::SetContactRequest& contact = *request.mutable_set_contact();
        contact.set_handle("+49170000000" + std::to_string(2 + pick(4)));
        contact.set_name(word());
        contact.set_remove(pick(3) == 0);
        break;
      }
      case 2:
        request.mutable_set_draft()->set_conversation(chat);
        if (pick(3) != 0) request.mutable_set_draft()->set_text(word());
        break;
      case 3:
        request.mutable_set_conversation()->set_conversation(chat);
        request.mutable_set_conversation()->set_archived(pick(2) == 0);
        break;
      case 4:
        request.mutable_set_conversation()->set_conversation(chat);
        request.mutable_set_conversation()->set_muted_until_us(pick(3) * world_.clock.unix_us);
        request.mutable_set_conversation()->set_marked_unread(pick(2) == 0);
        break;
      case 5:
        request.mutable_set_conversation()->set_conversation(chat);
        request.mutable_set_conversation()->set_pinned(pick(2) == 0);
        break;
      case 6:
        request.mutable_set_blocked()->set_conversation(device.chats[pick(2)]);
        request.mutable_set_blocked()->set_blocked(pick(2) == 0);
        break;
      case 7:
        request.mutable_set_settings()->set_read_receipts(pick(2) == 0);
        request.mutable_set_settings()->set_last_seen(static_cast<client_api::Settings::Scope>(pick(4)));
        break;
      case 8:
        if (pick(2) == 0) request.mutable_set_profile()->set_name(word());
        request.mutable_set_profile()->set_about(word());
        break;
      case 9:
        request.mutable_set_verified()->set_conversation(device.chats[0]);
        request.mutable_set_verified()->set_verified(pick(2) == 0);
        break;
    }
    (void)device.host->request(std::move(request));
  }

  void step() {
    Device& device = devices_[pick(devices_.size())];
    switch (pick(8)) {
      case 0:
        device.online ? (void)disconnect(*device.host) : connect(*device.host);
        device.online = !device.online;
        return;
      case 1:
        device.host->crash();
        device.host->reopen();
        if (device.online) connect(*device.host);
        return;
      case 2:
        // Days pass, in which nobody does anything.
        world_.clock.unix_us += pick(5 * 24) * static_cast<uint64_t>(kHourUs);
        return;
      case 3: return world_.advance(pick(8000));
      default: return act(device);
    }
  }

  void expect_all_the_same() {
    const std::string expected = state_dump(ana_);
    for (const Device& device : devices_) EXPECT_EQ(state_dump(*device.host), expected) << device.host->name();
    const LoopbackServer::Account& account = *server().account_of(kAna);
    EXPECT_EQ(static_cast<int64_t>(account.blocked.size()), query(ana_, "SELECT count(*) FROM blocked"));
    EXPECT_EQ(account.profile.name(), state(ana_).name());
  }

  std::mt19937_64 chance_;
  std::vector<Device> devices_;
};

TEST_P(OwnStateConvergence, AllDevicesHaveTheSameInTheEnd_STATE_2) {
  const bool lying = GetParam() % 2 == 0;
  server().lies = lying;
  server().chance.seed(GetParam());
  for (int i = 0; i < kSteps; ++i) step();
  ASSERT_GT(query(ana_, "SELECT count(*) FROM registers"), 5);
  server().lies = false;
  for (const Device& device : devices_) connect(*device.host);
  world_.advance(120'000);
  if (lying) {
    ASSERT_GT(server().told_lies, 0u);
    // What was dropped nobody knows of: each device learns that it may have missed something.
    const AccountId account = *AccountId::from_hex(state(ana_).account_id());
    for (const Device& device : devices_) {
      server().expire(account, state(*device.host).device_id());
      world_.advance(60'000);
    }
  }
  world_.advance(60'000);
  expect_all_the_same();
}

INSTANTIATE_TEST_SUITE_P(Seeds, OwnStateConvergence, ::testing::Range(uint64_t{1}, uint64_t{25}));

}  // namespace
}  // namespace kith::core::testing
