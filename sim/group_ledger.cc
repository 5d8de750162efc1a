// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/group_ledger.h"

#include <algorithm>

#include "base/bytes.h"
#include "sim/conversation_check.h"
#include "sim/words.h"

namespace kith::sim {

using client_api::Message;

namespace {

bool is_of_a_group(const Message& message) { return words_of(message).find(" #") != std::string::npos; }

// Who has been one since the revision.
std::set<std::string> members_of(const wire::GroupState& state, const std::map<std::string, std::string>& people,
                                 uint64_t since = UINT64_MAX) {
  std::set<std::string> members;
  for (const auto& member : state.members()) {
    if (member.joined_revision() > since) continue;
    const auto person = people.find(to_hex(member.account_id()));
    if (person != people.end()) members.insert(person->second);
  }
  return members;
}

}  // namespace

void GroupLedger::wrote(const std::string& device, const std::string& person, const std::string& group,
                        const Message& message, uint64_t now_us) {
  Text& text = texts_[message.id()];
  text.body = words_of(message);
  text.group = group;
  text.from = person;
  text.device = device;
  text.at_us = now_us;
}

void GroupLedger::sent(const std::string& account, const wire::Send& send) {
  if (!send.has_group()) return;
  const std::string id = to_hex(send.message_id());
  // A second time for the same revision it is the same, or was sealed anew and is for the same.
  revisions_[id].insert(send.group().revision());
  sealed_.push_back({id, to_hex(send.group().group_id()), account, send.group().revision(), send.group().payload()});
}

void GroupLedger::kept(const std::string& device, std::vector<KeptKey> keys) {
  std::vector<KeptKey>& of = kept_[device.substr(0, device.find('-'))];
  for (KeptKey& key : keys) of.push_back(std::move(key));
}

// Each change is in the place of a message whose id is of its digest.
void GroupLedger::check_happened(const View& view, const std::map<std::string, Course>& courses,
                                 const std::function<void(std::string)>& broken) const {
  for (const auto& [id, shown] : view.groups) {
    const auto course = courses.find(id);
    if (course == courses.end()) continue;
    std::set<std::string> happened;
    for (const Bytes& digest : course->second.digests) happened.insert(to_hex(digest).substr(0, 32));
    for (const Message& message : shown.messages) {
      if (message.has_group_event() && !happened.contains(message.id()))
        broken("GROUP-1: " + view.device + " has a change of " + id.substr(0, 8) + " that was not taken");
    }
  }
}

void GroupLedger::check_keys(const std::map<std::string, Course>& courses,
                             const std::map<std::string, std::string>& people, const Exempt& exempt,
                             const std::function<void(std::string)>& broken) const {
  for (const Sealed& sealed : sealed_) {
    const auto course = courses.find(sealed.group);
    const auto writer = people.find(sealed.account);
    if (course == courses.end() || writer == people.end() || exempt.forgets(writer->second)) continue;
    if (sealed.revision == 0 || sealed.revision > course->second.states.size()) continue;
    const std::set<std::string> members = members_of(course->second.states[sealed.revision - 1], people);
    for (const auto& [person, keys] : kept_) {
      if (members.contains(person)) continue;
      const bool reads = std::any_of(keys.begin(), keys.end(), [&](const KeptKey& key) {
        return key.group.hex() == sealed.group && key.sender.account.hex() == sealed.account &&
               opens(key, sealed.payload);
      });
      if (reads) broken("GROUP-6: " + person + " could read what " + writer->second + " has written without him");
    }
  }
}

void GroupLedger::check_said_of(const std::string& group, const Course& course, const std::vector<View>& views,
                                const std::map<std::string, std::string>& people, const Exempt& exempt,
                                const std::function<void(std::string)>& broken) {
  std::set<std::string> ever, always = members_of(course.states.front(), people);
  for (const wire::GroupState& state : course.states) {
    const std::set<std::string> now = members_of(state, people);
    ever.insert(now.begin(), now.end());
    std::erase_if(always, [&now](const std::string& person) { return !now.contains(person); });
  }
  const bool is_exempt = std::any_of(ever.begin(), ever.end(), [&](const std::string& one) {
    return exempt.loses(one) ||
           std::any_of(ever.begin(), ever.end(), [&](const std::string& other) { return exempt.drops(one, other); });
  });
  if (is_exempt) return;
  std::vector<ConversationView> shown;
  for (const View& view : views) {
    const auto known = view.groups.find(group);
    if (always.contains(view.person) && known != view.groups.end())
      shown.push_back({view.person, view.device, &known->second.messages});
  }
  check_conversation(shown, broken);
}

void GroupLedger::event(const std::string& device, const client_api::Event& event) {
  const Message* message = nullptr;
  if (event.has_message_added()) message = &event.message_added();
  if (event.has_message_changed()) message = &event.message_changed();
  if (message != nullptr && has_words(*message) && is_of_a_group(*message)) shown_[words_of(*message)].insert(device);
}

void GroupLedger::check(const std::vector<View>& views, const std::map<std::string, Course>& courses,
                        const std::map<std::string, std::string>& people, const Exempt& exempt,
                        const std::function<void(std::string)>& broken) {
  std::map<std::string, std::string> owners;  // of devices
  for (const View& view : views) {
    owners[view.device] = view.person;
    check_happened(view, courses, broken);
    for (const auto& [id, shown] : view.groups) {
      const auto known = courses.find(id);
      if (known == courses.end()) {
        broken("GROUP-2: " + view.device + " is in a group that there is not: " + id.substr(0, 8));
        continue;
      }
      const wire::GroupState& state = known->second.states.back();
      const bool is_member = members_of(state, people).contains(view.person);
      if (is_member != (shown.group.role() != client_api::Group::kNone))
        broken("GROUP-4: " + view.device + (is_member ? " does not know that it is in " : " thinks that it is in ") +
               id.substr(0, 8));
      if (is_member && (shown.group.incomplete() || shown.title.empty()))
        broken("GROUP-4: " + view.device + " knows nothing of " + id.substr(0, 8));
      if (is_member && shown.group.members() != static_cast<uint32_t>(state.members_size()))
        broken("GROUP-4: " + view.device + " knows other members of " + id.substr(0, 8));
      std::set<std::string> bodies;
      for (const Message& message : shown.messages) {
        if (message.has_undecryptable()) {
          if (!exempt.loses(view.person))
            broken("GROUP-3: unreadable in the end: " + view.device + " has " + message.id().substr(0, 8));
          continue;
        }
        if (!has_words(message)) continue;
        if (!is_without_words(message) && !bodies.insert(words_of(message)).second)
          broken("SEND-1: twice on " + view.device + ": " + words_of(message));
        const auto text = texts_.find(message.id());
        if (text == texts_.end()) continue;  // its writer's answer was lost in a crash
        text->second.shown_on.insert(view.device);
        if (view.device == text->second.device) text->second.tick = message.tick();
        if (message.outgoing() && message.tick() >= Message::kSent && message.tick() <= Message::kRead)
          text->second.acknowledged = true;
      }
    }
  }
  check_keys(courses, people, exempt, broken);
  for (const auto& [id, course] : courses) check_said_of(id, course, views, people, exempt, broken);
  for (const View& one : views) {
    for (const View& other : views) {
      if (one.device >= other.device) continue;
      for (const auto& [id, shown] : one.groups) {
        const auto of_other = other.groups.find(id);
        if (of_other == other.groups.end()) continue;
        const auto shared = [](const GroupView& of, const GroupView& with) {
          std::set<std::string> there;
          for (const Message& message : with.messages) there.insert(message.id());
          std::vector<std::string> ids;
          for (const Message& message : of.messages) {
            if (there.contains(message.id()) && message.tick() != Message::kFailed &&
                message.tick() != Message::kPending)
              ids.push_back(message.id());
          }
          return ids;
        };
        if (shared(shown, of_other->second) != shared(of_other->second, shown))
          broken("ORDER-1: " + one.device + " and " + other.device + " list " + id.substr(0, 8) + " in another order");
      }
    }
  }
  for (auto& [id, text] : texts_) {
    const std::set<uint64_t>& revisions = revisions_[id];
    const auto known = courses.find(text.group);
    if (known == courses.end() || revisions.empty()) continue;
    std::set<std::string> may, must;
    bool first = true;
    for (const uint64_t revision : revisions) {
      if (revision == 0 || revision > known->second.states.size()) {
        broken("GROUP-3: a text was sent for a revision that there is not");
        continue;
      }
      const std::set<std::string> members = members_of(known->second.states[revision - 1], people);
      may.insert(members.begin(), members.end());
      std::set<std::string> both;
      std::set_intersection(must.begin(), must.end(), members.begin(), members.end(), std::inserter(both, both.end()));
      must = first ? members : both;
      first = false;
    }
    for (const std::string& device : shown_[text.body]) {
      const std::string person = device.substr(0, device.find('-'));
      if (!may.contains(person)) broken("GROUP-6: " + device + " reads what was not for " + person + ": " + text.body);
    }
    if (!text.acknowledged || exempt.loses(text.from) || exempt.may_be_deleted(id)) continue;
    // Who has left and come back does not count: nobody knows what it missed.
    const std::set<std::string> now = members_of(known->second.states.back(), people, *revisions.begin());
    bool all_have = true;
    for (const View& view : views) {
      if (!must.contains(view.person) || !now.contains(view.person) || view.since_us >= text.at_us) continue;
      if (text.shown_on.contains(view.device)) continue;
      all_have = false;
      if (!exempt.loses(view.person) && !exempt.drops(text.from, view.person))
        broken("GROUP-3: lost for " + view.device + ": " + text.body);
    }
    const bool others = now.contains(text.from) && std::any_of(now.begin(), now.end(), [&](const std::string& person) {
                          return person != text.from && must.contains(person);
                        });
    const bool any_exempt = std::any_of(now.begin(), now.end(), [&](const std::string& person) {
      return exempt.loses(person) || exempt.shares(person) || exempt.drops(text.from, person) ||
             exempt.drops(person, text.from);
    });
    // Who has left is not told any more.
    if (all_have && others && !any_exempt && text.shown_on.contains(text.device) && text.tick != Message::kRead)
      broken("GROUP-5: not blue in the end: " + text.body + ": " + Message::Tick_Name(text.tick));
  }
}

}  // namespace kith::sim
