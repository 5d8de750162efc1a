// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/ledger.h"

#include <algorithm>

#include "sim/words.h"

namespace kith::sim {

using client_api::Message;

namespace {
// Between what a user asks for and what the device does about it, or between what the device does and what it tells.
constexpr uint64_t kSlackUs = 100'000;
}  // namespace

void Ledger::owns(const std::string& person, const std::string& device, uint64_t now_us) {
  if (current_.contains(person) && current_.at(person) != device) {
    moved_ = true;
    for (auto& [name, owned] : devices_) {
      if (owned.person == person) owned.in_account = false;
    }
  }
  Owned& owned = devices_[device];
  owned.person = person;
  owned.in_account = true;
  owned.since_us = now_us;
  current_[person] = device;
}

void Ledger::is_device_of(const std::string& person, const std::string& device, uint64_t now_us) {
  devices_[device].person = person;
  devices_[device].asked_us = now_us;
  shares_.insert(person);
}

void Ledger::joins(const std::string& device, bool gets_all, uint64_t now_us) {
  Owned& owned = devices_[device];
  owned.in_account = true;
  owned.since_us = now_us;
  owned.gets_all = gets_all;
  ++linked_;
}

void Ledger::leaves(const std::string& device, uint64_t now_us) {
  removed_ = true;
  devices_[device].in_account = false;
  devices_[device].left_us = now_us;
}

void Ledger::wrote(const std::string& device, const std::string& to, const Message& message, uint64_t now_us) {
  Text& text = texts_[message.id()];
  text.id = message.id();
  text.body = words_of(message);
  text.from = devices_[device].person;
  text.from_device = device;
  text.to = to;
  text.at_us = now_us;
  text.turn = ++turn_;
  bodies_[text.body] = message.id();
}

void Ledger::reads(const std::string& device, const std::string& from, uint64_t now_us) {
  Owned& owned = devices_[device];
  owned.reads[from] = now_us;
  if (!calm_) read_early_[{owned.person, from}] = now_us;
}

void Ledger::has_read(const std::string& device, const std::string& from) {
  for (auto& [id, place] : devices_[device].places) {
    const auto text = texts_.find(id);
    if (text != texts_.end() && text->second.from == from) place.read = true;
  }
}

void Ledger::sets_clock(const std::string& person, int64_t by_us, uint64_t now_us) {
  constexpr int64_t kHourUs = int64_t{3600} * 1'000'000;
  if (by_us > kHourUs || by_us < -kHourUs) clock_set_[person] = now_us;
}

void Ledger::may_delete(const Message& message) {
  deletable_.insert(message.id());
  // Who has a file of the same from somebody else may find it gone.
  if (const client_api::SealedFile* const file = files_.file_of(words_of(message)))
    files_.is_kept_away(file->file_id());
}

void Ledger::may_clear(const std::string& person, const client_api::Conversation& conversation) {
  if (conversation.has_group())
    return groups_.each_text(conversation.group().group_id(), [this](const std::string& id) { deletable_.insert(id); });
  const auto partner = people_.find(conversation.direct().partner().account_id());
  for (const auto& [id, text] : texts_) {
    const std::string& other = text.from == person ? text.to : text.from;
    const bool is_between = text.from == person || text.to == person;
    // Whose account it is may not be known yet.
    if (is_between && (partner == people_.end() || partner->second == other || conversation.has_self()))
      deletable_.insert(id);
  }
}

void Ledger::blocks(const std::string& person, const std::string& from) { blocks_.emplace(person, from); }

void Ledger::look_into_drawer(const FinalView& view) {
  for (const auto& [partner, messages] : view.conversations) {
    for (const Message& message : messages) {
      if (has_words(message) && !message.outgoing()) seen_[words_of(message)].try_emplace(view.device, 0);
    }
  }
}

bool Ledger::has_gaps(const Text& text) const {
  return taken_ || text.from == text.to || copied_.contains(text.from) || copied_.contains(text.to);
}

void Ledger::notice(const std::string& device, const Message& message) {
  const Owned& owner = devices_[device];
  if (message.has_handle_moved()) {
    if (!taken_) broken("IDENTITY-1: " + owner.person + " is told that a number has moved, and none has");
    return;
  }
  if (!taken_ && !moved_) broken("IDENTITY-2: " + owner.person + " is told of a change of identity that was none");
  noticed_.try_emplace({device, people_[message.sender().account_id()]}, ++turn_);
}

void Ledger::read_by_an_impostor(const std::string& account, const std::string& body) {
  const auto id = bodies_.find(body);
  if (id == bodies_.end()) return broken("IDENTITY: an impostor reads what nobody has written: " + body);
  const Text& text = texts_.at(id->second);
  const auto noticed = noticed_.find({text.from_device, text.to});
  const bool was_told = noticed != noticed_.end() && noticed->second < text.turn;
  if (text.from == text.to) {
    broken("IDENTITY-4: an impostor reads a note to oneself: " + body);
  } else if (people_[account] == text.from) {
    broken("IDENTITY-4: an impostor reads the copy of a text: " + body);
  } else if (people_[account] != text.to) {
    broken("IDENTITY-1: an impostor that was given a number reads what was for whoever had it: " + body);
  } else if (verified_.contains({text.from, text.to})) {
    broken("IDENTITY-6: an impostor reads what was for somebody who was verified: " + body);
  } else if (!was_told) {
    broken("IDENTITY-5: an impostor reads what was written before anybody was told: " + body);
  }
}

void Ledger::event(const std::string& device, const client_api::Event& event, uint64_t now_us) {
  once_.event(device, event.has_message_added() ? event.message_added() : event.message_changed());
  switch (event.kind_case()) {
    case client_api::Event::kMessageAdded: return show(device, event.message_added(), true, now_us);
    case client_api::Event::kMessageChanged: return show(device, event.message_changed(), false, now_us);
    default: return;
  }
}

// By its words, which are written once: a server that lies may give out other ids.
Ledger::Text* Ledger::find(const Message& message) {
  const auto body = bodies_.find(words_of(message));
  const auto known = texts_.find(body == bodies_.end() ? message.id() : body->second);
  return known == texts_.end() ? nullptr : &known->second;
}

void Ledger::show(const std::string& device, const Message& message, bool added, uint64_t now_us) {
  if (message.has_deleted()) return;
  Owned& owned = devices_[device];
  const Text* const text = find(message);
  if (text != nullptr && owned.left_us != 0 && text->at_us > owned.left_us)
    broken("DEVICE-8: " + device + " shows what was written after it had left: " + name(*text));
  if (message.outgoing()) {
    raise(device, message, now_us);
    if (text == nullptr || text->from_device == device) return;  // what is left is a copy
  } else {
    if (message.has_identity_changed() || message.has_handle_moved()) return notice(device, message);
    put(device, message);
    if (has_words(message)) {
      // It is known when, unless a start has lain between what came first and what is told now.
      const auto unread = owned.undecryptable.find(message.id());
      const bool told = added || (unread != owned.undecryptable.end() && unread->second == owned.starts);
      if (!is_without_words(message)) seen_[words_of(message)].try_emplace(device, told ? now_us : 0);
    } else if (added) {
      owned.undecryptable[message.id()] = owned.starts;
    }
  }
  const bool is_new = std::find(owned.shown.begin(), owned.shown.end(), message.id()) == owned.shown.end();
  // Of what is from before a device was linked, and of copies, it may hear something long after they came.
  if (!added && (message.outgoing() || owned.asked_us != 0)) return;
  // So of a message that it had before a crash, and could not tell: its file has moved, or somebody has said something
  // to it.
  if (!added && !owned.undecryptable.contains(message.id())) return;
  if (is_new) {
    owned.shown.push_back(message.id());
    ++shown_count_;
  } else if (added && !copied_.contains(owned.person)) {
    broken("SEND-1: " + device + " shows a second time: " + words_of(message));
  }
}

void Ledger::put(const std::string& device, const Message& message) {
  Owned& owned = devices_[device];
  Place& place = owned.places[message.id()];
  if (has_words(message) && !place.has_text) place.read = false;  // of what was not decrypted nobody has read anything
  if (place.read && place.order_us != message.order_us() && !copied_.contains(owned.person))
    broken("ORDER-1: " + device + " lists elsewhere what was read: " + words_of(message));
  place.order_us = message.order_us();
  place.has_text = has_words(message);
}

void Ledger::raise(const std::string& device, const Message& message, uint64_t now_us) {
  const auto known = texts_.find(message.id());
  if (known == texts_.end()) return;  // its answer was lost in a crash
  Text& text = known->second;
  if (message.tick() == Message::kFailed && files_.is_given_up(text.id) && message.failure() == client_api::kCancelled)
    return;
  if (message.tick() == Message::kFailed)
    return broken("a text failed on " + device + ": " + client_api::FailureReason_Name(message.failure()));
  if (text.from != text.to && message.tick() >= Message::kSent && !devices_[text.from_device].sends.contains(text.id))
    broken("TICK-1: sent, and it never left: " + name(text));
  if (text.from != text.to && message.tick() == Message::kRead && !was_read(text))
    broken("TICK-1: blue before anybody has read it: " + name(text));
  Message::Tick& tick = text.ticks[device];
  if (message.tick() < tick && !copied_.contains(text.from))
    broken("RECEIPT-2: a tick went back on " + device + ": " + words_of(message));
  tick = message.tick();
  if (tick < Message::kSent) return;
  if (device == text.from_device && !text.acknowledged) text.acknowledged_us = now_us;
  text.acknowledged = true;
}

void Ledger::sent(const std::string& device, const std::string& id) {
  Owned& owned = devices_[device];
  if (++owned.sends[id] == 1) owned.sent.push_back(id);
}

void Ledger::addressed(const std::string& device, const std::string& account, uint64_t revision) {
  Owned& owned = devices_[device];
  uint64_t& last = owned.revisions[account];
  if (revision < last && !copied_.contains(owned.person))
    broken("IDENTITY-3: " + device + " goes back to an older list of devices of " + people_[account]);
  last = revision;
}

void Ledger::broken(std::string what) { violations_.push_back(std::move(what)); }

std::string Ledger::name(const Text& text) const {
  return text.id.substr(0, 8) + " from " + text.from_device + " to " + text.to;
}

bool Ledger::was_shown(const Text& text) const {
  if (seen_.contains(text.body)) return true;
  return std::any_of(text.shown_on.begin(), text.shown_on.end(),
                     [&](const std::string& device) { return devices_.at(device).person == text.to; });
}

// On a device of the addressee's, at a time when it had shown the text, as far as it is known when that was.
bool Ledger::was_read(const Text& text) const {
  const auto seen = seen_.find(text.body);
  for (const auto& [device, owned] : devices_) {
    const auto read = owned.reads.find(text.from);
    if (owned.person != text.to || read == owned.reads.end() || read->second < text.at_us) continue;
    const Times::const_iterator shown = seen == seen_.end() ? Times::const_iterator() : seen->second.find(device);
    if (seen == seen_.end() || shown == seen->second.end() || read->second + kSlackUs >= shown->second) return true;
  }
  return false;
}

}  // namespace kith::sim
