// SPDX-License-Identifier: AGPL-3.0-or-later

// What must be true in the end of what the ledger was told.
#include "sim/ledger.h"

#include <algorithm>

#include "sim/words.h"

namespace kith::sim {

using client_api::Message;

namespace {

std::string lines(const std::vector<Message>& messages) {
  std::string out;
  for (const Message& message : messages)
    out += message.id().substr(0, 8) + "@" + std::to_string(message.order_us()) + (message.outgoing() ? "> " : "< ");
  return out;
}

}  // namespace

void Ledger::check(const std::vector<FinalView>& views) {
  for (const FinalView& view : views) {
    const client_api::State& state = view.state;
    if (state.unsent_messages() != 0 && !taken_)
      broken(view.device + ": unsent in the end: " + std::to_string(state.unsent_messages()));
    if (state.connection() != client_api::State::kOnline)
      broken("IDENTITY-4: " + view.device + ": not online in the end: " + std::to_string(state.connection()));
    devices_[view.device].unreadable = state.undecryptable() != 0;
    // A message to a group may overtake the word of what the group is: it is asked for again.
    const bool may_overtake = groups_.texts() != 0;
    if (state.undecryptable() != 0 && !moved_ && !removed_ && !lists_were_away_ && !taken_ && copied_.empty() &&
        !may_overtake)
      broken(view.device + ": undecryptable: " + std::to_string(state.undecryptable()));
    if (view.unread != 0 && !taken_)
      broken("RECEIPT-1: " + view.device + ": unread in the end: " + std::to_string(view.unread));
    check_partners(view);
  }
  check_texts(views);
  check_order(views);
  check_arrivals();
  check_conversations(views);
  check_removals(views);
}

void Ledger::check_conversations(const std::vector<FinalView>& views) {
  // A device that was removed may have told one side and not the other.
  if (moved_ || taken_ || expires_ || lied_ || small_ || removed_) return;
  std::map<std::pair<std::string, std::string>, std::vector<ConversationView>> conversations;  // by both, in order
  for (const FinalView& view : views) {
    for (const auto& [partner, messages] : view.conversations) {
      const bool drops = blocks_.contains({view.person, partner}) || blocks_.contains({partner, view.person});
      if (drops || copied_.contains(view.person) || copied_.contains(partner)) continue;
      conversations[std::minmax(view.person, partner)].push_back({view.person, view.device, &messages});
    }
  }
  for (const auto& [of, shown] : conversations)
    check_conversation(shown, [this](std::string what) { broken(std::move(what)); });
}

void Ledger::check_removals(const std::vector<FinalView>& views) {
  if (moved_ || taken_ || expires_ || removed_) return;
  for (const FinalView& view : views) {
    if (copied_.contains(view.person)) continue;
    const auto look = [&](const std::vector<Message>& messages) {
      for (const Message& message : messages) {
        const auto removal = removals_.find({view.person, message.id()});
        if (removal != removals_.end())
          broken(removal->second + ": " + view.device + " has what " + view.person +
                 " has deleted: " + message.id().substr(0, 8));
      }
    };
    for (const auto& [partner, messages] : view.conversations) look(messages);
    for (const auto& [id, group] : view.groups) look(group.messages);
  }
}

void Ledger::check_groups(const std::vector<FinalView>& views,
                          const std::map<std::string, GroupLedger::Course>& courses) {
  std::vector<GroupLedger::View> shown;
  for (const FinalView& view : views)
    shown.push_back({view.person, view.device, devices_[view.device].since_us, view.groups});
  const GroupLedger::Exempt exempt{
      [this](const std::string& person) { return moved_ || taken_ || expires_ || copied_.contains(person); },
      [this](const std::string& from, const std::string& to) {
        return lied_ || small_ || blocks_.contains({to, from}) || blocks_.contains({from, to});
      },
      [this](const std::string& person) { return killed_ || shares_.contains(person); },
      [this](const std::string& person) { return was_copied(person); },
      [this](const std::string& id) { return deletable_.contains(id); }};
  groups_.check(shown, courses, people_, exempt, [this](std::string what) { broken(std::move(what)); });
}

void Ledger::check_files(const std::string& person, const std::string& device, const std::vector<Message>& messages,
                         const std::vector<std::string>& files) {
  // A home that was put back from a copy has the files of then.
  if (copied_.empty() && devices_.at(device).person == person)
    files_.check_device(device, messages, files, [this](std::string what) { broken(std::move(what)); });
}

void Ledger::openings_are_known() {
  once_.is_at_rest([this](const std::string& device) {
    const Owned& owned = devices_.at(device);
    return expires_ || !owned.in_account || copied_.contains(owned.person);
  });
}

void Ledger::check_once(const std::string& device, const Message& message, bool has_key, bool on_server) {
  const Owned& owned = devices_.at(device);
  if (owned.in_account && !copied_.contains(owned.person))
    once_.check(device, message, has_key, on_server, [this](std::string what) { broken(std::move(what)); });
}

void Ledger::check_openers(const std::string& device, bool all, const Message& message,
                           const client_api::ListReceiptsResponse& receipts) {
  const Owned& owned = devices_.at(device);
  // What it could not read may have been the word of it, which is said once.
  const bool may_lack_some = !all || expires_ || !owned.in_account || copied_.contains(owned.person);
  for (const client_api::Receipt& each : receipts.receipts()) {
    const std::string& reader = people_[each.member().account_id()];
    const std::string on = once_.opened_on(reader, message.id());
    if (each.opened_us() != 0 && !once_.asked_for(reader, message.id()))
      broken("MEDIA-7: " + device + " is told that " + reader +
             " has opened what he never asked for: " + words_of(message));
    if (each.opened_us() != 0 || on.empty() || may_lack_some) continue;
    const bool may_be_dropped = blocks_.contains({owned.person, reader}) || blocks_.contains({reader, owned.person}) ||
                                !devices_.at(on).in_account || copied_.contains(reader);
    if (!may_be_dropped)
      broken("MEDIA-7: " + device + " is not told that " + reader + " has opened " + words_of(message));
  }
}

void Ledger::sees_photo(const std::string& device, const std::string& of, const std::string& file, BytesView content) {
  files_.keeps(device, file);
  // Of devices that had not heard of each other one may have gone on with what the other had changed.
  if (moved_ || copied_.contains(of) || shares_.contains(of)) return;
  if (devices_.at(device).person != of)
    photos_.shows(device, of, content, [this](std::string what) { broken(std::move(what)); });
}

void Ledger::check_photo(const std::string& of, const std::string& device, BytesView shown, BytesView is_there) {
  const Owned& owned = devices_.at(device);
  const bool is_own = owned.person == of;
  if (moved_ || expires_ || !copied_.empty() || !owned.in_account || shown == is_there) return;
  if (!is_own && (!photos_.sees_for_certain(of, owned.person) || blocks_.contains({owned.person, of}))) return;
  broken("PHOTO-2: " + device + (shown.empty() ? " has no photo of " : " has another photo of ") + of);
}

void Ledger::check_partners(const FinalView& view) {
  for (const auto& [name, partner] : view.partners) {
    if (people_[partner.account] != name)
      broken("IDENTITY-1: the conversation of " + view.device + " with " + name + " is with another account now");
    if (partner.phone != phones_[name])
      broken("IDENTITY-1: the number of " + name + " has left its conversation on " + view.device);
  }
  for (const FinalView::Partner& stranger : view.strangers) {
    for (const auto& [name, phone] : phones_) {
      if (stranger.phone == phone && people_[stranger.account] != name)
        broken("IDENTITY-1: the number of " + name + " leads to another account on " + view.device);
    }
  }
}

void Ledger::check_list(const FinalView& view) {
  std::set<std::string> bodies;
  for (const auto& [partner, messages] : view.conversations) {
    for (const Message& message : messages) {
      if (message.has_identity_changed() || message.has_handle_moved() || message.has_deleted()) continue;
      if (!has_words(message)) {
        const bool may_be_a_stranger =
            lists_were_away_ && devices_[view.device].asked_us != 0;  // as check_end() has it
        if (!moved_ && !removed_ && !taken_ && !expires_ && copied_.empty() && !may_be_a_stranger)
          broken("undecryptable in the end: " + view.device + " has " + message.id().substr(0, 8) + " of " + partner);
        continue;
      }
      files_.look(view.device, message, [this](std::string what) { broken(std::move(what)); });
      const std::string& body = words_of(message);
      if (!is_without_words(message)) {
        if (!bodies.insert(body).second) broken("SEND-1: twice on " + view.device + ": " + body);
        check_words(view, partner, message);
      }
      Text* const text = find(message);
      if (text == nullptr) continue;  // its writer's answer was lost in a crash
      text->shown_on.insert(view.device);
      if (message.outgoing()) {
        text->ticks[view.device] = message.tick();
        if (message.tick() >= Message::kSent) text->acknowledged = true;
      } else if (message.id() != text->id) {
        broken("TICK-1: under another id on " + view.device + ": " + body);
      }
    }
  }
}

void Ledger::check_words(const FinalView& view, const std::string& partner, const Message& message) {
  const std::string& body = words_of(message);
  if (!has_its_preview(message)) broken("PREVIEW-1: without its preview on " + view.device + ": " + body);
  // A text names its sender and its addressee: "ana-1 ben 17".
  if (message.outgoing() && !(is_written_by(view, body) && body.find(" " + partner + " ") != std::string::npos))
    broken("not written here: " + view.device + ": " + body);
  if (!message.outgoing() &&
      (!body.starts_with(partner + "-") || body.find(" " + view.person + " ") == std::string::npos)) {
    broken("not for here: " + view.device + " from " + partner + ": " + body);
  }
}

// "ana-1 ben 17": there, or on another device of the account.
bool Ledger::is_written_by(const FinalView& view, const std::string& body) const {
  const std::string writer = body.substr(0, body.find(' '));
  if (writer == view.device) return true;
  const auto owned = devices_.find(writer);
  return shares_.contains(view.person) && owned != devices_.end() && owned->second.person == view.person;
}

void Ledger::check_texts(const std::vector<FinalView>& views) {
  for (const FinalView& view : views) check_list(view);
  for (auto& [id, text] : texts_) {
    if (deletable_.contains(id)) continue;
    check_tick(text);
    if (!has_gaps(text)) check_end(text);
  }
}

std::vector<std::string> Ledger::devices_of(const std::string& person, const Text& text) const {
  std::vector<std::string> devices;
  for (const auto& [name, owned] : devices_) {
    if (owned.person == person && owned.in_account && owned.since_us < text.at_us) devices.push_back(name);
  }
  return devices;
}

bool Ledger::has_lost_one(const std::string& person, const Text& text) const {
  return std::any_of(devices_.begin(), devices_.end(), [&](const auto& each) {
    return each.second.person == person && each.second.left_us > text.at_us;
  });
}

void Ledger::check_end(const Text& text) {
  const bool may_be_dropped = expires_ || blocks_.contains({text.to, text.from});
  const bool sender_stays = devices_.at(text.from_device).in_account;
  if (sender_stays && !text.shown_on.contains(text.from_device)) broken("lost on its own device: " + name(text));
  const auto own_tick = text.ticks.find(text.from_device);
  if (own_tick != text.ticks.end() && own_tick->second == Message::kFailed) {
    if (was_shown(text)) broken("MEDIA-5: given up, and shown: " + name(text));
    return;
  }
  check_history(text);
  if (sender_stays && text.acknowledged && !expires_) check_copies(text);
  if (may_be_dropped && text.acknowledged) return;
  for (const std::string& device : devices_of(text.to, text)) {
    if (text.shown_on.contains(device) || !sender_stays) continue;
    // A linked device that has never seen a list of the sender's may be shown one from before that one was linked.
    if (lists_were_away_ && devices_.at(device).asked_us != 0 && devices_.at(text.from_device).asked_us != 0) continue;
    // A sender that is no more can't prove who it was to somebody who has never heard of it.
    broken((text.acknowledged ? "SEND-2: acknowledged and lost: " : "SEND-2: committed and never shown: ") +
           name(text) + " on " + device);
  }
  if (sender_stays) check_ticks_in_the_end(text);
}

void Ledger::check_copies(const Text& text) {
  for (const std::string& device : devices_of(text.from, text)) {
    if (!text.shown_on.contains(device)) broken("COPY-1: acknowledged, and not on " + device + ": " + name(text));
  }
}

// What the first device had before the other one asked to be linked.
void Ledger::check_history(const Text& text) {
  if (expires_) return;
  const std::string& partner = text.from;
  for (const auto& [name, owned] : devices_) {
    if (!owned.in_account || !owned.gets_all || text.shown_on.contains(name)) continue;
    const std::string& first = current_.at(owned.person);
    uint64_t there_us = 0;
    if (owned.person == text.to) {
      const auto seen = seen_.find(text.body);
      if (seen != seen_.end() && seen->second.contains(first)) there_us = seen->second.at(first);
    } else if (owned.person == partner && text.from_device == first) {
      there_us = text.acknowledged_us;
    }
    if (there_us != 0 && there_us < owned.asked_us)
      broken("HISTORY-1: the first device had it, and " + name + " has not got it: " + this->name(text));
  }
}

void Ledger::check_ticks_in_the_end(const Text& text) {
  bool shown = false;
  for (const auto& [device, owned] : devices_) {
    if (owned.person != text.to || !owned.in_account) continue;
    // It says up to where it has read, which takes in what it did not have.
    if (owned.asked_us != 0 && (owned.since_us >= text.at_us || !text.shown_on.contains(device))) return;
    shown = shown || (owned.since_us < text.at_us && text.shown_on.contains(device));
  }
  // A read receipt is dropped like everything that comes from somebody who is blocked, and does not come again.
  const bool receipt_may_be_dropped = expires_ || blocks_.contains({text.from, text.to}) || has_lost_one(text.to, text);
  if (!shown || receipt_may_be_dropped) return;
  const bool was_asked_for = std::any_of(devices_.begin(), devices_.end(), [&text](const auto& each) {
    return each.second.person == text.to && each.second.unreadable;
  });
  for (const auto& [device, tick] : text.ticks) {
    // Under which number it went out again knows only the device that has sent it.
    if (device != text.from_device && was_asked_for) continue;
    if (devices_.at(device).in_account && tick != Message::kRead)
      broken("RECEIPT-1: read, and the tick on " + device + " is " + std::to_string(tick) + ": " + name(text));
  }
}

void Ledger::check_read(const FinalView& reader, const FinalView& other) {
  if (taken_ || copied_.contains(reader.person) || !devices_.at(reader.device).in_account ||
      !devices_.at(other.device).in_account)
    return;
  size_t not_there = 0;
  for (const auto& [partner, messages] : other.conversations) {
    for (const Message& message : messages) {
      const auto there = reader.conversations.find(partner);
      const bool is_there = there != reader.conversations.end() &&
                            std::any_of(there->second.begin(), there->second.end(),
                                        [&message](const Message& each) { return each.id() == message.id(); });
      if (!message.outgoing() && !is_there) ++not_there;
    }
  }
  for (const auto& [id, group] : other.groups) {
    const auto there = reader.groups.find(id);
    for (const Message& message : group.messages) {
      const bool is_there = there != reader.groups.end() &&
                            std::any_of(there->second.messages.begin(), there->second.messages.end(),
                                        [&message](const Message& each) { return each.id() == message.id(); });
      if (!message.outgoing() && !is_there) ++not_there;
    }
  }
  if (other.unread > not_there)
    broken("COPY-2: " + reader.device + " has read everything, and " + other.device + " has " +
           std::to_string(other.unread) + " unread");
}

void Ledger::check_tick(const Text& text) {
  if (text.from == text.to) return;  // who wrote a note has it
  auto highest = Message::kNone;
  for (const auto& [device, tick] : text.ticks) {
    if (tick != Message::kFailed) highest = std::max(highest, tick);
  }
  if (highest < Message::kDelivered) return;
  // What its addressee had before a copy was put back, or on a device that has left, and nobody was told of before a
  // crash, can't be known.
  if (!was_shown(text)) {
    if (!copied_.contains(text.to) && !has_lost_one(text.to, text))
      broken("TICK-1: delivered, and never shown: " + name(text));
  } else if (highest == Message::kRead && !was_read(text)) {
    broken("TICK-1: blue, and nobody has read it: " + name(text));
  }
}

// It was sent again, perhaps with another time, and may have been read before, or have stood there for more than a day
// by the clock of its reader, or have come again while its sender was blocked: then it stays.
bool Ledger::may_have_stayed(const std::string& id) const {
  const auto text = texts_.find(id);
  if (text == texts_.end()) return true;  // its writer's answer was lost in a crash
  const auto& sent = devices_.at(text->second.from_device).sends;
  const auto sends = sent.find(id);
  const auto read = read_early_.find({text->second.to, text->second.from});
  const auto set = clock_set_.find(text->second.to);
  const bool was_read = read != read_early_.end() && read->second >= text->second.at_us;
  const bool was_set = set != clock_set_.end() && set->second >= text->second.at_us;
  if (repeated_.contains(id)) return true;  // what came may have the time of the repetition
  const bool was_blocked = blocks_.contains({text->second.to, text->second.from});
  return sends != sent.end() && sends->second > 1 && (was_read || was_set || was_blocked);
}

void Ledger::check_order(const std::vector<FinalView>& views) {
  if (taken_) return;  // an impostor gives times of its own
  for (const FinalView& a : views) {
    for (const FinalView& b : views) {
      if (copied_.contains(a.person) || copied_.contains(b.person)) continue;
      if (a.person == b.person && a.device < b.device) {
        for (const auto& [partner, messages] : a.conversations) {
          if (b.conversations.contains(partner)) compare(a, messages, b, b.conversations.at(partner));
        }
      } else if (a.person < b.person && a.conversations.contains(b.person) && b.conversations.contains(a.person)) {
        compare(a, a.conversations.at(b.person), b, b.conversations.at(a.person));
      }
    }
  }
}

void Ledger::compare(const FinalView& a, const std::vector<Message>& of_a, const FinalView& b,
                     const std::vector<Message>& of_b) {
  const auto ids = [this](const std::vector<Message>& messages, const std::vector<Message>& others) {
    std::set<std::string> shared;
    for (const Message& message : others) {
      if (has_words(message)) shared.insert(message.id());
    }
    std::vector<std::string> out;
    for (const Message& message : messages) {
      if (has_words(message) && !may_have_stayed(message.id()) && shared.contains(message.id()))
        out.push_back(message.id());
    }
    return out;
  };
  const auto left = ids(of_a, of_b);
  const auto right = ids(of_b, of_a);
  if (left == right) return;
  const auto [at, other] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  broken("ORDER-1: " + a.device + " and " + b.device + " list their conversation differently from " +
         (at == left.end() ? "the end" : at->substr(0, 8)) + " on: " + lines(of_a) + " / " + lines(of_b));
}

void Ledger::check_arrivals() {
  for (const auto& [name, device] : devices_) {
    // Sender and addressee → place of its last text here
    std::map<std::pair<std::string, std::string>, std::pair<size_t, std::string>> last;
    for (const std::string& id : device.shown) {
      const auto text = texts_.find(id);
      if (text == texts_.end() || has_gaps(text->second)) continue;
      const Owned& sender = devices_.at(text->second.from_device);
      const auto sends = sender.sends.find(id);
      if (sends == sender.sends.end() || sends->second != 1 || repeated_.contains(id)) continue;
      // A copy that could not be read stands nowhere before it comes again.
      if (device.person == text->second.from && device.unreadable) continue;
      const auto place =
          static_cast<size_t>(std::find(sender.sent.begin(), sender.sent.end(), id) - sender.sent.begin());
      auto& before = last[{text->second.from_device, text->second.to}];
      if (!before.second.empty() && place < before.first) {
        broken("ORDER-1: " + name + " got " + id.substr(0, 8) + " of " + text->second.from_device +
               " after the later " + before.second.substr(0, 8));
      }
      before = {place, id};
    }
  }
}

}  // namespace kith::sim
