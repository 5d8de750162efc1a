// SPDX-License-Identifier: AGPL-3.0-or-later

// What was written and seen in groups, in plaintext, and what must be true of it in the end:
//
//   - nobody ever reads a text of a revision at which he was no member, nor could with a key that his devices have ever
//     had                                                                                                   GROUP-6
//   - a text that was told to be sent is on every device of everybody who was a member at its revision and is still,
//     once                                                                                         GROUP-3, SEND-1
//   - all devices of all members list what they share of a group in the same order: texts, and what has happened
//                                                                                                          ORDER-1
//   - whoever was a member all the time shows the same reactions to each of them, and the same pin          REACT-1
//   - and the same text, or that the same person has deleted it                                      EDIT-1, EDIT-2
//   - no text is unreadable in the end                                                                     GROUP-3
//   - when everybody has read everything, every tick is blue                                                GROUP-5
//   - everybody who is a member knows the same state, with its title; whoever is not knows that he is not   GROUP-4
//   - what has happened to a group on a device is what the server has of it                                 GROUP-1
//
// Whom and what the run takes out of that (a number that registered anew, a copy of a home, blocks, expiry, full
// inboxes) says the Ledger, as for texts between two.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "client_api/client_api.pb.h"
#include "sim/kept_keys.h"
#include "wire/frames.pb.h"
#include "wire/groups.pb.h"

namespace kith::sim {

// A group as a device shows it in the end.
struct GroupView {
  std::string title;
  client_api::Group group;
  std::vector<client_api::Message> messages;
};

class GroupLedger {
 public:
  void wrote(const std::string& device, const std::string& person, const std::string& group,
             const client_api::Message& message, uint64_t now_us);
  // A Send of the account left.
  void sent(const std::string& account, const wire::Send& send);
  // Keys that a device has had.
  void kept(const std::string& device, std::vector<KeptKey> keys);
  void event(const std::string& device, const client_api::Event& event);

  // A device in the end.
  struct View {
    std::string person;
    std::string device;
    uint64_t since_us = 0;                    // in its account
    std::map<std::string, GroupView> groups;  // by id
  };
  struct Exempt {
    std::function<bool(const std::string& person)> loses;  // texts from and to this person may be missing
    std::function<bool(const std::string& from, const std::string& to)> drops;
    // What was read on one device of the person may be told by none: one that was linked meanwhile says up to where,
    // and a server that was killed has forgotten it.
    std::function<bool(const std::string& person)> shares;
    // A device of the person goes on from a copy: it does not know to whom it has handed its key since.
    std::function<bool(const std::string& person)> forgets;
    // Somebody has asked for the message to be deleted: it may be missing.
    std::function<bool(const std::string& id)> may_be_deleted;
  };
  // Of a group, as the server has it: every state, and the digest of every change, the first revision's first.
  struct Course {
    std::vector<wire::GroupState> states;
    std::vector<Bytes> digests;
  };
  // `courses`: by group; `people`: by account id.
  void check(const std::vector<View>& views, const std::map<std::string, Course>& courses,
             const std::map<std::string, std::string>& people, const Exempt& exempt,
             const std::function<void(std::string)>& broken);

  [[nodiscard]] size_t texts() const { return texts_.size(); }
  void each_text(const std::string& group, const std::function<void(const std::string& id)>& use) const {
    for (const auto& [id, text] : texts_) {
      if (text.group == group) use(id);
    }
  }

 private:
  // A text as it was encrypted.
  struct Sealed {
    std::string message;
    std::string group;
    std::string account;
    uint64_t revision = 0;
    Bytes payload;
  };
  struct Text {
    std::string body;
    std::string group;
    std::string from;
    std::string device;
    uint64_t at_us = 0;
    bool acknowledged = false;
    client_api::Message::Tick tick = client_api::Message::kNone;
    std::set<std::string> shown_on;
  };

  void check_happened(const View& view, const std::map<std::string, Course>& courses,
                      const std::function<void(std::string)>& broken) const;
  // Reactions and corrections.
  static void check_said_of(const std::string& group, const Course& course, const std::vector<View>& views,
                            const std::map<std::string, std::string>& people, const Exempt& exempt,
                            const std::function<void(std::string)>& broken);
  void check_keys(const std::map<std::string, Course>& courses, const std::map<std::string, std::string>& people,
                  const Exempt& exempt, const std::function<void(std::string)>& broken) const;

  std::map<std::string, Text> texts_;                    // by id
  std::map<std::string, std::set<std::string>> shown_;   // body → devices that ever showed it
  std::map<std::string, std::set<uint64_t>> revisions_;  // by message id: what it was encrypted for
  std::vector<Sealed> sealed_;
  std::map<std::string, std::vector<KeptKey>> kept_;  // by person
};

}  // namespace kith::sim
