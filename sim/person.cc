// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/person.h"

namespace kith::sim {
namespace {

constexpr const char* kServer = "http://server:1";
constexpr uint64_t kInsistUs = 3'000'000;

}  // namespace

Person::Person(Surroundings surroundings, std::string name, std::string phone)
    : network(surroundings.scheduler, surroundings.trace, surroundings.server, name),
      on_(surroundings),
      name_(std::move(name)),
      phone_(std::move(phone)) {}

void Person::reseed(uint64_t seed, uint64_t stream) {
  seed_ = seed;
  stream_ = stream;
  dice_.reseed(seed, stream);
  network.reseed(seed, stream + 1);
  if (device_) device_->reseed(seed, stream + 10 * devices_);
}

void Person::set_mutation(Mutation mutation) {
  mutation_ = mutation;
  if (device_) device_->set_mutation(mutation);
}

// ---------------------------------------------------------------- the device

void Person::get_device() {
  if (device_) {
    if (device_->runs()) device_->crash(true);
    device_->forget_plans();
    old_devices_.push_back(std::move(device_));  // in a drawer, without power
  }
  set_up_ = false;
  chats_.clear();
  ++devices_;
  device_ = std::make_unique<Device>(Device::Surroundings{on_.scheduler, on_.trace, network, *this},
                                     name_ + "-" + std::to_string(devices_), mutation_);
  device_->reseed(seed_, stream_ + 10 * devices_);
  device_->on_start = [this] {
    on_.ledger.starts(device_->name());
    if (wants_online_) connect();
  };
  on_.ledger.owns(name_, device_->name(), on_.scheduler.now());
  device_->start();
  request_code();
}

void Person::insist(client_api::Request request, std::function<void(const client_api::Response&)> done) {
  auto answered = std::make_shared<bool>(false);
  device_->request(request, [answered, done](const client_api::Response& response) {
    if (response.has_failure() || std::exchange(*answered, true)) return;
    done(response);
  });
  on_.scheduler.after(kInsistUs, [this, answered, request, done, device = device_.get()] {
    if (!*answered && device == device_.get()) insist(request, done);
  });
}

void Person::request_code() {
  client_api::Request request;
  request.mutable_request_code()->set_server(kServer);
  request.mutable_request_code()->set_handle(phone_);
  insist(request, [this](const client_api::Response& response) { register_number(response.request_code().code()); });
}

void Person::register_number(const std::string& code) {
  client_api::Request request;
  client_api::RegisterRequest& what = *request.mutable_register_();
  what.set_server(kServer);
  what.set_handle(phone_);
  what.set_code(code);
  what.set_name(name_);
  what.set_device_name(device_->name());
  auto answered = std::make_shared<bool>(false);
  const auto done = [this, answered](const client_api::State& state) {
    if (std::exchange(*answered, true)) return;
    account_ = state.account_id();
    on_.ledger.is_account(account_, name_, phone_);
    // Earlier texts may have gone to the device before.
    on_.ledger.owns(name_, device_->name(), on_.scheduler.now());
    connect();
    open_conversations();
  };
  device_->request(request, [this, answered, done](const client_api::Response& response) {
    if (!response.has_failure()) return done(response.register_());
    if (*answered) return;
    if (response.failure().code() == client_api::Failure::kAlreadyRegistered && response.failure().detail().empty()) {
      client_api::Request ask;
      ask.mutable_get_state();
      return insist(ask, [done](const client_api::Response& state) { done(state.get_state()); });
    }
    on_.scheduler.after(kInsistUs, [this, answered, device = device_.get()] {
      if (!*answered && device == device_.get()) {
        *answered = true;
        request_code();
      }
    });
  });
  on_.scheduler.after(20 * kInsistUs, [this, answered, device = device_.get()] {
    if (*answered || device != device_.get()) return;
    *answered = true;
    request_code();
  });
}

void Person::open_conversations() {
  auto left = std::make_shared<size_t>(peers_.size());
  for (const Person* const peer : peers_) {
    client_api::Request request;
    request.mutable_open_conversation()->set_handle(peer->phone_);
    insist(request, [this, left, peer](const client_api::Response& response) {
      chats_[peer] = response.open_conversation().id();
      if (--*left == 0) set_up_ = true;
    });
  }
}

void Person::connect() {
  wants_online_ = true;
  client_api::Request request;
  request.mutable_connect();
  device_->request(request, {});
}

// ---------------------------------------------------------------- habits

void Person::live(uint64_t pause_us) {
  pause_us_ = pause_us;
  const uint64_t ticket = ++ticket_;
  on_.scheduler.after(dice_.between(0, pause_us), [this, ticket] { next_deed(ticket); });
}

void Person::rest() { ++ticket_; }

void Person::next_deed(uint64_t ticket) {
  if (ticket != ticket_) return;
  deed();
  on_.scheduler.after(dice_.between(0, 2 * pause_us_), [this, ticket] { next_deed(ticket); });
}

void Person::deed() {
  if (!device_->runs() || !set_up_) return;
  if (is_lied_to_ && dice_.percent(15)) return write_note();
  if (is_lied_to_ && dice_.percent(15)) return import_card(*peers_[dice_.below(peers_.size())]);
  const uint64_t what = dice_.below(100);
  if (what < 60) {
    // Sometimes several in a row.
    for (uint64_t count = dice_.percent(20) ? dice_.between(2, 6) : 1; count > 0; --count) write();
  } else if (what < 75) {
    mark_read(*peers_[dice_.below(peers_.size())]);
  } else if (what < 80) {
    wants_online_ = false;
    client_api::Request request;
    request.mutable_disconnect();
    device_->request(std::move(request), {});
  } else if (what < 90) {
    connect();
  } else if (what < 95) {
    client_api::Request request;
    request.mutable_set_available()->set_available(dice_.percent(50));
    device_->request(std::move(request), {});
  } else {
    client_api::Request request;
    request.mutable_set_typing()->set_conversation(chats_[peers_[dice_.below(peers_.size())]]);
    request.mutable_set_typing()->set_typing(true);
    device_->request(std::move(request), {});
  }
}

void Person::write() {
  const Person& to = *peers_[dice_.below(peers_.size())];
  client_api::Request request;
  if (is_lied_to_ && dice_.percent(50)) {
    request.mutable_send_message()->set_handle(to.phone_);
  } else {
    request.mutable_send_message()->set_conversation(chats_[&to]);
  }
  write_to(to.name(), std::move(request));
}

void Person::write_note() {
  client_api::Request request;
  request.mutable_send_message()->set_handle(phone_);
  write_to(name_, std::move(request));
}

void Person::write_to(const std::string& name, client_api::Request request) {
  request.mutable_send_message()->set_text(device_->name() + " " + name + " " + std::to_string(++texts_));
  device_->request(std::move(request), [this, name, device = device_->name()](const client_api::Response& response) {
    if (response.has_failure()) return;
    const client_api::Message& message = response.send_message().message();
    on_.trace.note(on_.scheduler.now(), device, "has written", message.id(),
                   [&message] { return message.id().substr(0, 8) + " " + message.text().text(); });
    on_.ledger.wrote(device, name, response.send_message().message(), on_.scheduler.now());
  });
}

void Person::meet_a_liar(bool compares) {
  is_lied_to_ = true;
  device_->expect_repetitions();
  for (const Person* const peer : peers_) {
    import_card(*peer);
    if (compares) compare(*peer, dice_.percent(40));
  }
}

void Person::import_card(const Person& peer) {
  client_api::Request request;
  request.mutable_import_contacts()->set_vcard("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + peer.name_ +
                                               "\r\nTEL:" + peer.phone_ + "\r\nEND:VCARD\r\n");
  device_->request(std::move(request), [](const client_api::Response&) {});
}

void Person::compare(const Person& peer, bool verifies) {
  client_api::Request number;
  number.mutable_get_safety_number()->set_handle(peer.phone_);
  insist(std::move(number), [this, &peer, verifies](const client_api::Response&) {
    if (!verifies) return;
    client_api::Request open;
    open.mutable_open_conversation()->set_handle(peer.phone_);
    insist(std::move(open), [this, &peer](const client_api::Response& response) {
      client_api::Request verify;
      verify.mutable_set_verified()->set_conversation(response.open_conversation().id());
      verify.mutable_set_verified()->set_verified(true);
      insist(std::move(verify), [this, &peer](const client_api::Response&) { on_.ledger.verified(name_, peer.name_); });
    });
  });
}

void Person::read_everything() {
  for (const Person* const peer : peers_) mark_read(*peer);
}

void Person::mark_read(const Person& peer) {
  client_api::Request request;
  request.mutable_mark_read()->set_conversation(chats_[&peer]);
  on_.ledger.reads(device_->name(), peer.name(), on_.scheduler.now());
  device_->request(std::move(request),
                   [this, from = peer.name(), device = device_->name()](const client_api::Response& response) {
                     if (!response.has_failure()) on_.ledger.has_read(device, from);
                   });
}

void Person::block(const Person& other, bool blocked) {
  if (other.account().empty()) return;
  if (blocked) {
    on_.ledger.blocks(name_, other.name());
    blocked_.insert(other.account());
  } else if (blocked_.erase(other.account()) == 0) {
    return;
  }
  on_.trace.note(on_.scheduler.now(), name_, blocked ? "blocks" : "unblocks");
  client_api::Request request;
  request.mutable_set_blocked()->set_account_id(other.account());
  request.mutable_set_blocked()->set_blocked(blocked);
  insist(std::move(request), [](const client_api::Response&) {});
}

void Person::unblock_everybody() {
  for (const Person* const peer : peers_) block(*peer, false);
}

void Person::set_clock(int64_t by_us) {
  device_->clock.jump(by_us);
  on_.ledger.sets_clock(name_, by_us, on_.scheduler.now());
}

void Person::put_back() {
  if (device_->put_back()) on_.ledger.copied(name_);
}

void Person::accept_identities() {
  client_api::Request list;
  list.mutable_list_conversations();
  device_->request(std::move(list), [this](const client_api::Response& response) {
    for (const client_api::Conversation& each : response.list_conversations().conversations()) {
      if (each.direct().held_messages() == 0 && !each.direct().identity_pending()) continue;
      client_api::Request accept;
      accept.mutable_accept_identity()->set_conversation(each.id());
      device_->request(std::move(accept), {});
    }
  });
}

// ---------------------------------------------------------------- views

void Person::ask_state() {
  client_api::Request request;
  request.mutable_get_state();
  state_.Clear();
  device_->request(std::move(request), [this](const client_api::Response& response) { state_ = response.get_state(); });
}

void Person::ask(Asking& asking) { ask(*device_, asking); }

void Person::ask_drawer(std::vector<Asking>& askings) {
  for (size_t i = 0; i < old_devices_.size(); ++i) {
    old_devices_[i]->on_start = {};
    old_devices_[i]->start();
    if (old_devices_[i]->runs()) ask(*old_devices_[i], askings[i]);
  }
}

void Person::ask(Device& device, Asking& asking) {
  asking.view = {};
  asking.view.person = name_;
  asking.view.device = device.name();
  asking.open = 2;
  for (const Person* const peer : peers_) asking.view.conversations[peer->name()];
  client_api::Request state;
  state.mutable_get_state();
  device.request(std::move(state), [&asking](const client_api::Response& response) {
    asking.view.state = response.get_state();
    --asking.open;
  });
  client_api::Request list;
  list.mutable_list_conversations();
  device.request(std::move(list), [this, &device, &asking](const client_api::Response& response) {
    for (const client_api::Conversation& each : response.list_conversations().conversations()) {
      asking.view.unread += each.unread();
      describe(each, asking.view);
      for (const Person* const peer : peers_) {
        if (each.direct().partner().account_id() == peer->account()) ask(device, asking, each.id(), peer->name());
      }
    }
    --asking.open;
  });
}

// With whom it is, and whom it was opened with.
void Person::describe(const client_api::Conversation& conversation, FinalView& view) const {
  if (!conversation.has_direct()) return;
  const client_api::Person& partner_of = conversation.direct().partner();
  const FinalView::Partner partner{partner_of.account_id(),
                                   partner_of.handles_size() == 0 ? "" : partner_of.handles(0).text()};
  for (const auto& [peer, id] : chats_) {
    if (id == conversation.id()) {
      view.partners[peer->name()] = partner;
      return;
    }
  }
  view.strangers.push_back(partner);
}

void Person::ask(Device& device, Asking& asking, const std::string& conversation, const std::string& partner) {
  ++asking.open;
  client_api::Request messages;
  messages.mutable_list_messages()->set_conversation(conversation);
  messages.mutable_list_messages()->set_limit(500);
  device.request(std::move(messages), [&asking, partner](const client_api::Response& response) {
    auto& out = asking.view.conversations[partner];
    out.assign(response.list_messages().messages().begin(), response.list_messages().messages().end());
    --asking.open;
  });
}

void Person::event(const std::string& device, const client_api::Event& event) {
  on_.ledger.event(device, event, on_.scheduler.now());
}
void Person::broken(std::string what) { on_.ledger.broken(std::move(what)); }
void Person::sent(const std::string& device, BytesView message) { on_.ledger.sent(device, to_hex(message)); }

}  // namespace kith::sim
