// SPDX-License-Identifier: AGPL-3.0-or-later

// One user: a phone number, the device it has now, and habits. Everything a user does is a request to the core of that
// device.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "sim/device.h"
#include "sim/ledger.h"
#include "sim/surroundings.h"

namespace kith::sim {

class Person final : public Witness {
 public:
  Person(Surroundings surroundings, std::string name, std::string phone);

  void reseed(uint64_t seed, uint64_t stream);
  void set_mutation(Mutation mutation);

  // A new device, which registers the number, connects, and opens its conversations; every step is insisted on.
  void get_device();
  void set_peers(std::vector<Person*> peers) { peers_ = std::move(peers); }
  // The device has done all of that.
  [[nodiscard]] bool is_set_up() const { return set_up_; }

  // Does something now and then, `pause_us` apart on average, until told otherwise.
  void live(uint64_t pause_us);
  void rest();
  // Wants to be online, from now on.
  void connect();
  void read_everything();
  // Agrees to whatever changed about others' identities, so that what waits for it leaves (IDENTITY-6).
  void accept_identities();
  void block(const Person& other, bool blocked);
  void unblock_everybody();
  // The device's wall clock is set.
  void set_clock(int64_t by_us);
  // The device goes on from a copy of its home.
  void put_back();
  // The server lies from now on: so people have each other in their address books, write to numbers as well, and notes
  // to themselves, and when identities are at stake (`compares`) they have met before and compared some safety numbers.
  void meet_a_liar(bool compares);

  // The device's view, asked through its core. Complete when `ready`.
  struct Asking {
    FinalView view;
    size_t open = 0;
    [[nodiscard]] bool ready() const { return open == 0; }
  };
  void ask(Asking& asking);
  // The devices before, which are started without a network for it.
  void ask_drawer(std::vector<Asking>& askings);
  void ask_state();
  [[nodiscard]] const client_api::State& state() const { return state_; }

  [[nodiscard]] size_t drawer_size() const { return old_devices_.size(); }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] const std::string& phone() const { return phone_; }
  [[nodiscard]] const std::string& account() const { return account_; }
  [[nodiscard]] Device& device() { return *device_; }
  Network network;

  // ---- Witness
  void event(const std::string& device, const client_api::Event& event) override;
  void broken(std::string what) override;
  void sent(const std::string& device, BytesView message) override;

 private:
  void ask(Device& device, Asking& asking);
  static void ask(Device& device, Asking& asking, const std::string& conversation, const std::string& partner);
  void describe(const client_api::Conversation& conversation, FinalView& view) const;
  void mark_read(const Person& peer);
  void next_deed(uint64_t ticket);
  void deed();
  void write();
  void write_to(const std::string& name, client_api::Request request);
  void write_note();
  // In the address book: the server is asked whose number it is.
  void import_card(const Person& peer);
  // Looks at the safety number, so that this device knows the other's keys; `verifies`: it is compared as well.
  void compare(const Person& peer, bool verifies);
  void request_code();
  void register_number(const std::string& code);
  void open_conversations();
  // Asks again and again until the core is there to answer and answers well.
  void insist(client_api::Request request, std::function<void(const client_api::Response&)> done);

  Surroundings on_;
  std::string name_;
  std::string phone_;
  std::string account_;
  Dice dice_;
  Mutation mutation_ = Mutation::kNone;
  uint64_t seed_ = 0;
  uint64_t stream_ = 0;
  uint32_t devices_ = 0;
  std::unique_ptr<Device> device_;
  std::vector<std::unique_ptr<Device>> old_devices_;
  std::vector<Person*> peers_;
  std::map<const Person*, std::string> chats_;  // the conversations of this device
  std::set<std::string> blocked_;               // accounts
  bool set_up_ = false;
  bool wants_online_ = true;
  bool is_lied_to_ = false;
  uint64_t pause_us_ = 0;
  uint64_t ticket_ = 0;
  uint32_t texts_ = 0;
  client_api::State state_;
};

}  // namespace kith::sim
