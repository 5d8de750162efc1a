// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/seat.h"

#include "sim/person.h"
#include "sim/words.h"

namespace kith::sim {
namespace {

constexpr uint64_t kInsistUs = 3'000'000;

}  // namespace

Seat::Seat(Surroundings surroundings, Person& person)
    : network(surroundings.scheduler, surroundings.trace, surroundings.server, person.name()),
      on_(surroundings),
      person_(person) {}

const std::string& Seat::owner() const { return person_.name(); }

// ---------------------------------------------------------------- the device

void Seat::take_device(const std::string& name, Mutation mutation) {
  if (device_) {
    if (device_->runs()) device_->crash(true);
    device_->forget_plans();
    drawer_.push_back(std::move(device_));
  }
  ends();
  device_ = std::make_unique<Device>(Device::Surroundings{on_.scheduler, on_.trace, network, *this}, name, mutation);
  device_->on_start = [this] {
    on_.ledger.starts(device_->name());
    if (wants_online) connect();
  };
}

void Seat::begins() {
  connect();
  open_conversations();
}

void Seat::ends() {
  set_up_ = false;
  chats_.clear();
}

void Seat::insist(client_api::Request request, std::function<void(const client_api::Response&)> done) {
  auto answered = std::make_shared<bool>(false);
  device_->request(request, [answered, done](const client_api::Response& response) {
    if (response.has_failure() || std::exchange(*answered, true)) return;
    done(response);
  });
  on_.scheduler.after(kInsistUs, [this, answered, request, done, device = device_.get()] {
    if (!*answered && device == device_.get()) insist(request, done);
  });
}

void Seat::open_conversations() {
  auto left = std::make_shared<size_t>(person_.peers().size());
  for (const Person* const peer : person_.peers()) {
    client_api::Request request;
    request.mutable_open_conversation()->set_handle(peer->phone());
    insist(request, [this, left, peer](const client_api::Response& response) {
      chats_[peer] = response.open_conversation().id();
      if (--*left == 0) set_up_ = true;
    });
  }
}

void Seat::connect() {
  wants_online = true;
  client_api::Request request;
  request.mutable_connect();
  device_->request(request, {});
}

void Seat::disconnect() {
  wants_online = false;
  client_api::Request request;
  request.mutable_disconnect();
  device_->request(std::move(request), {});
}

void Seat::set_clock(int64_t by_us) {
  device_->clock.jump(by_us);
  on_.ledger.sets_clock(person_.name(), by_us, on_.scheduler.now());
}

void Seat::put_back() {
  if (device_->put_back()) on_.ledger.copied(person_.name());
}

// ---------------------------------------------------------------- deeds

void Seat::set_available(bool available) {
  client_api::Request request;
  request.mutable_set_available()->set_available(available);
  device_->request(std::move(request), {});
}

void Seat::set_typing(const Person& peer) {
  client_api::Request request;
  request.mutable_set_typing()->set_conversation(chats_[&peer]);
  request.mutable_set_typing()->set_typing(true);
  device_->request(std::move(request), {});
}

void Seat::write(const std::string& text, const Person& to, bool to_number) {
  client_api::Request request;
  if (to_number) {
    request.mutable_send_message()->set_handle(to.phone());
  } else {
    request.mutable_send_message()->set_conversation(chats_[&to]);
  }
  request.mutable_send_message()->set_text(device_->name() + " " + to.name() + " " + text);
  person_.files().attach(*this, *request.mutable_send_message());
  add_link(*request.mutable_send_message());
  write_to(to.name(), std::move(request));
}

void Seat::send_on(const std::string& text, const Person& to, const client_api::Message& message) {
  const std::string caption = device_->name() + " " + to.name() + " " + text;
  on_.ledger.files().sends_again(caption, words_of(message));
  client_api::Request request;
  request.mutable_forward_messages()->add_ids(message.id());
  request.mutable_forward_messages()->add_conversations(chats_[&to]);
  request.mutable_forward_messages()->set_caption(caption);
  device_->request(std::move(request), [this, name = to.name()](const client_api::Response& response) {
    if (response.has_failure()) return;
    client_api::Request made;
    made.mutable_get_message()->set_id(response.forward_messages().ids(0));
    device_->request(std::move(made), [this, name, device = device_->name()](const client_api::Response& found) {
      if (!found.has_failure()) has_written(device, name, found.get_message());
    });
  });
}

void Seat::write_note(const std::string& text) {
  client_api::Request request;
  request.mutable_send_message()->set_handle(person_.phone());
  request.mutable_send_message()->set_text(device_->name() + " " + person_.name() + " " + text);
  write_to(person_.name(), std::move(request));
}

void Seat::write_to(const std::string& name, client_api::Request request) {
  device_->request(std::move(request), [this, name, device = device_->name()](const client_api::Response& response) {
    if (response.has_failure()) return;
    has_written(device, name, response.send_message().message());
  });
}

void Seat::has_written(const std::string& device, const std::string& to, const client_api::Message& message) {
  on_.trace.note(on_.scheduler.now(), device, "has written", message.id(),
                 [&message] { return message.id().substr(0, 8) + " " + words_of(message); });
  on_.ledger.wrote(device, to, message, on_.scheduler.now());
}

void Seat::mark_read(const Person& peer) {
  client_api::Request request;
  request.mutable_mark_read()->set_conversation(chats_[&peer]);
  on_.ledger.reads(device_->name(), peer.name(), on_.scheduler.now());
  device_->request(std::move(request),
                   [this, from = peer.name(), device = device_->name()](const client_api::Response& response) {
                     if (!response.has_failure()) on_.ledger.has_read(device, from);
                   });
}

void Seat::read_everything() {
  for (const Person* const peer : person_.peers()) mark_read(*peer);
  if (person_.groups().lives()) person_.groups().read_everything(*this);
}

void Seat::import_card(const Person& peer) {
  client_api::Request request;
  request.mutable_import_contacts()->set_vcard("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" + peer.name() +
                                               "\r\nTEL:" + peer.phone() + "\r\nEND:VCARD\r\n");
  device_->request(std::move(request), [](const client_api::Response&) {});
}

void Seat::compare(const Person& peer, bool verifies) {
  client_api::Request number;
  number.mutable_get_safety_number()->set_handle(peer.phone());
  insist(std::move(number), [this, &peer, verifies](const client_api::Response&) {
    if (!verifies) return;
    client_api::Request open;
    open.mutable_open_conversation()->set_handle(peer.phone());
    insist(std::move(open), [this, &peer](const client_api::Response& response) {
      client_api::Request verify;
      verify.mutable_set_verified()->set_conversation(response.open_conversation().id());
      verify.mutable_set_verified()->set_verified(true);
      insist(std::move(verify),
             [this, &peer](const client_api::Response&) { on_.ledger.verified(person_.name(), peer.name()); });
    });
  });
}

void Seat::set_blocked(const std::string& account, bool blocked, const std::function<void()>& done) {
  client_api::Request request;
  request.mutable_set_blocked()->set_account_id(account);
  request.mutable_set_blocked()->set_blocked(blocked);
  insist(std::move(request), [done](const client_api::Response&) { done(); });
}

void Seat::accept_identities() {
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

void Seat::ask_state() {
  client_api::Request request;
  request.mutable_get_state();
  state_.Clear();
  device_->request(std::move(request), [this](const client_api::Response& response) { state_ = response.get_state(); });
}

void Seat::ask(Asking& asking) { ask(*device_, asking); }

void Seat::ask_drawer(std::vector<Asking>& askings) {
  for (size_t i = 0; i < drawer_.size(); ++i) {
    drawer_[i]->on_start = {};
    drawer_[i]->start();
    if (drawer_[i]->runs()) ask(*drawer_[i], askings[i]);
  }
}

void Seat::ask(Device& device, Asking& asking) {
  asking.view = {};
  asking.view.person = person_.name();
  asking.view.device = device.name();
  asking.open = 2;
  for (const Person* const peer : person_.peers()) asking.view.conversations[peer->name()];
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
      if (each.has_group()) {
        GroupView& group = asking.view.groups[each.group().group_id()];
        group.title = each.title();
        group.group = each.group();
        ask(device, asking, each.id(), group.messages);
      }
      for (const Person* const peer : person_.peers()) {
        if (each.has_direct() && each.direct().partner().account_id() == peer->account())
          ask(device, asking, each.id(), asking.view.conversations[peer->name()]);
      }
    }
    --asking.open;
  });
}

// With whom it is, and whom it was opened with.
void Seat::describe(const client_api::Conversation& conversation, FinalView& view) const {
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

void Seat::ask(Device& device, Asking& asking, const std::string& conversation,
               std::vector<client_api::Message>& messages_of) {
  ++asking.open;
  client_api::Request messages;
  messages.mutable_list_messages()->set_conversation(conversation);
  messages.mutable_list_messages()->set_limit(500);
  device.request(std::move(messages), [&asking, &messages_of](const client_api::Response& response) {
    messages_of.assign(response.list_messages().messages().begin(), response.list_messages().messages().end());
    --asking.open;
  });
}

// ---------------------------------------------------------------- Witness

void Seat::event(const std::string& device, const client_api::Event& event) {
  on_.ledger.event(device, event, on_.scheduler.now());
  on_.ledger.groups().event(device, event);
}
void Seat::broken(std::string what) { on_.ledger.broken(std::move(what)); }
void Seat::sent(const std::string& device, const wire::Send& send) {
  if (!send.has_account()) return on_.ledger.groups().sent(person_.account(), send);
  const std::string account = to_hex(send.account().account_id());
  on_.ledger.addressed(device, account, send.account().device_list_revision());
  // A copy has the id of what it is a copy of.
  if (account != person_.account()) on_.ledger.sent(device, to_hex(send.message_id()));
}
void Seat::kept(const std::string& device, std::vector<KeptKey> keys) {
  on_.ledger.groups().kept(device, std::move(keys));
}

}  // namespace kith::sim
