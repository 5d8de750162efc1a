// SPDX-License-Identifier: AGPL-3.0-or-later

// A person at one of its devices: what it does there, by requests to the device's core, and what it sees there.
//
// A seat has one device after the other: one that the account has ended goes into the drawer, and the next one takes
// its place. The way to the server stays.
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

class Person;

class Seat final : public Witness {
 public:
  Seat(Surroundings surroundings, Person& person);

  [[nodiscard]] const std::string& owner() const;
  [[nodiscard]] Person& person() { return person_; }
  // A device of this name from now on, of which nothing is known; the one before is in the drawer, without power.
  void take_device(const std::string& name, Mutation mutation);
  [[nodiscard]] bool has_device() const { return device_ != nullptr; }
  [[nodiscard]] Device& device() { return *device_; }
  // The device is an account's, and has its conversations.
  [[nodiscard]] bool is_set_up() const { return set_up_; }
  // The device is an account's: it goes on to its conversations.
  void begins();
  // The device is no account's any more.
  void ends();

  // Asks again and again until the core is there to answer and answers well, or another device has its place.
  void insist(client_api::Request request, std::function<void(const client_api::Response&)> done);

  // Wants to be online, from now on.
  void connect();
  void disconnect();
  void set_available(bool available);
  void set_typing(const Person& peer);
  void write(const std::string& text, const Person& to, bool to_number);
  void write_note(const std::string& text);
  // Forwards a file, with these words under it.
  void send_on(const std::string& text, const Person& to, const client_api::Message& message);
  void mark_read(const Person& peer);
  void read_everything();
  // In the address book: the server is asked whose number it is.
  void import_card(const Person& peer);
  // Looks at the safety number, so that this device knows the other's keys; `verifies`: it is compared as well.
  void compare(const Person& peer, bool verifies);
  void set_blocked(const std::string& account, bool blocked, const std::function<void()>& done);
  // Agrees to whatever changed about others' identities, so that what waits for it leaves (IDENTITY-6).
  void accept_identities();
  void set_clock(int64_t by_us);
  // The device goes on from a copy of its home.
  void put_back();

  // The device's view, asked through its core. Complete when `ready`.
  struct Asking {
    FinalView view;
    size_t open = 0;
    [[nodiscard]] bool ready() const { return open == 0; }
  };
  void ask(Asking& asking);
  // The devices before, which are started without a network for it.
  void ask_drawer(std::vector<Asking>& askings);
  [[nodiscard]] size_t drawer_size() const { return drawer_.size(); }
  void ask_state();
  [[nodiscard]] const client_api::State& state() const { return state_; }
  [[nodiscard]] const std::string& chat_with(const Person& peer) const { return chats_.at(&peer); }

  Network network;
  bool wants_online = true;

  // ---- Witness
  void event(const std::string& device, const client_api::Event& event) override;
  void broken(std::string what) override;
  void sent(const std::string& device, const wire::Send& send) override;
  void kept(const std::string& device, std::vector<KeptKey> keys) override;

 private:
  void open_conversations();
  void has_written(const std::string& device, const std::string& to, const client_api::Message& message);
  void write_to(const std::string& name, client_api::Request request);
  void ask(Device& device, Asking& asking);
  // All messages of the conversation, into a place that stays.
  static void ask(Device& device, Asking& asking, const std::string& conversation,
                  std::vector<client_api::Message>& messages_of);
  void describe(const client_api::Conversation& conversation, FinalView& view) const;

  Surroundings on_;
  Person& person_;
  std::unique_ptr<Device> device_;
  std::vector<std::unique_ptr<Device>> drawer_;
  std::map<const Person*, std::string> chats_;  // the conversations of this device
  bool set_up_ = false;
  client_api::State state_;
};

}  // namespace kith::sim
