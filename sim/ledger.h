// SPDX-License-Identifier: AGPL-3.0-or-later

// What users have written and seen, in plaintext, and what must be true of it in the end.
//
//   - a text that a user was told to be sent (a tick) is shown at its addressee, exactly once; so is every text that
//     was committed, once the outboxes are empty                                        SEND-1, SEND-2, INBOX-1
//   - what is shown was written, by that sender, and is never shown a second time on a device           SEND-1
//   - texts of one device to another that were sent once appear in the order sent                       ORDER-1
//   - what was read is never listed at another place                                                  ORDER-1
//   - both sides of a conversation list what they share in the same order, but for what was sent again after it was
//     read, or after its reader's clock was set by more than an hour                                  ORDER-1
//   - when everybody has read everything, every tick is blue and nothing is unread         RECEIPT-1, RECEIPT-2
//   - ticks only rise                                                                                 RECEIPT-2
//   - a first tick is only at a text that has left, a second one only at a text that a device of its addressee has
//     shown, and a blue one only when its reader has read the conversation on a device that had shown it         TICK-1
//   - a text is shown under the id that its writer's device gave it                                    TICK-1
//   - nothing that was written is read by an impostor, unless its writer was told before that the addressee's identity
//     has changed, had never compared safety numbers with them, and wrote all the same          IDENTITY-5, IDENTITY-6
//   - no note to oneself is; nor is anything, ever, by an account that a known number was given to
//                                                                                               IDENTITY-4, IDENTITY-1
//   - a conversation stays with the account that it was opened with, and with its number; what is shown as somebody's
//     is theirs                                                                                            IDENTITY-1
//   - nobody is told of a change of identity when there is none                                            IDENTITY-2
//   - whatever the server has said of a device, its own list or itself: in the end it is online as what it was
//                                                                                               IDENTITY-4, IDENTITY-7
//   - no text is undecryptable in the end; none ever was, unless the run has what may make one: a number that
//     registers anew, a linked device that is removed, or device lists that can't be had from the server for a while
//
// A person may have several devices. Then, of the devices that are in the account in the end and were in it when the
// text was written:
//
//   - it is shown on each of its addressee's, and of its writer's, once, in the same order, with the same ticks
//                                                                                               COPY-1, DEVICE-1
//   - what was read on one of them is not unread on another                                                  COPY-2
//   - whoever shows it shows the same reactions to it, and the same pin                                     REACT-1
//   - and the same text, or that the same person has deleted it                                      EDIT-1, EDIT-2
//   - what a person has deleted for itself, or cleared, is on none of its devices                    EDIT-3 CLEAR-1
//   - of all earlier messages a device that was promised them has those that the first device had          HISTORY-1
//   - what is written after a device was removed is never shown on it; nobody goes back to an older list of somebody's
//     devices                                                                                   DEVICE-8, IDENTITY-3
//
// Devices that are replaced take with them what only they had: a text to a person who has registered anew since it was
// written may be shown on the device before, or on none. What was written to somebody who has blocked its writer in
// this run may have been dropped, and so may the read receipts of somebody whom its writer has blocked. A linked device
// that was removed has taken with it what had not left: texts, copies, and the word that something was read. Of a text
// from before one of its addressee's devices was linked there may be no read receipt: that device, which may not have
// it, says up to where it has read, and the others take all before that for read. A device that was put back from a
// copy of its home has forgotten what came after the copy: of texts from and to its person, only the ticks are looked
// at. So it is with every text of a run in which the server gave an account or a number to somebody else. Where entries
// expire, what was not confirmed may be gone. What a server that lies repeats in a message of its own may come out of
// order, and is listed by the time that came first.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "client_api/client_api.pb.h"
#include "sim/conversation_check.h"
#include "sim/file_ledger.h"
#include "sim/group_ledger.h"
#include "sim/once_ledger.h"
#include "sim/photo_ledger.h"

namespace kith::sim {

// One device as its user sees it in the end. All of its conversations, in full.
struct FinalView {
  struct Partner {
    std::string account;
    std::string phone;
  };
  std::string person;
  std::string device;
  client_api::State state;
  std::map<std::string, std::vector<client_api::Message>> conversations;  // by partner
  std::map<std::string, Partner> partners;  // by whom the conversation was opened with: with whom it is now
  std::vector<Partner> strangers;           // of all other conversations
  std::map<std::string, GroupView> groups;  // by id
  uint32_t unread = 0;
};

class Ledger {
 public:
  // A person's device from now on.
  void owns(const std::string& person, const std::string& device, uint64_t now_us);
  // Its program does, once more: what it had not told its interface it will not tell.
  void starts(const std::string& device) { ++devices_[device].starts; }
  // A device that the person wants to have linked; it is in the account; it is not any more.
  void is_device_of(const std::string& person, const std::string& device, uint64_t now_us);
  void joins(const std::string& device, bool gets_all, uint64_t now_us);
  void leaves(const std::string& device, uint64_t now_us);
  // The user's core has answered that it has committed the text.
  void wrote(const std::string& device, const std::string& to, const client_api::Message& message, uint64_t now_us);
  void event(const std::string& device, const client_api::Event& event, uint64_t now_us);
  // A Send of the message left.
  void sent(const std::string& device, const std::string& id);
  // A Send left that names the account's devices as of this revision.
  void addressed(const std::string& device, const std::string& account, uint64_t revision);
  // The user of the device wants everything from this person marked as read.
  void reads(const std::string& device, const std::string& from, uint64_t now_us);
  // The user's core has answered that everything from this person is read.
  void has_read(const std::string& device, const std::string& from);
  // A person's device has its clock set by `by_us`.
  void sets_clock(const std::string& person, int64_t by_us, uint64_t now_us);
  void blocks(const std::string& person, const std::string& from);
  // Somebody asks for the message to be deleted: it may be missing.
  void may_delete(const client_api::Message& message);
  // The person clears a conversation: what was written in it until now may be.
  void may_clear(const std::string& person, const client_api::Conversation& conversation);
  // It is on none of the person's devices from now on, by this rule.
  void removed(const std::string& person, const std::string& id, const std::string& rule) {
    removals_[{person, id}] = rule;
  }
  // A person's device was put back from a copy of its home.
  void copied(const std::string& person) { copied_.insert(person); }
  [[nodiscard]] bool was_copied(const std::string& person) const { return copied_.contains(person); }
  // What a device that was replaced has shown.
  void look_into_drawer(const FinalView& view);
  void broken(std::string what);
  // Nothing goes wrong any more.
  void calm_begins() { calm_ = true; }

  // ---- a server that lies
  void is_account(const std::string& account, const std::string& person, const std::string& phone) {
    people_[account] = person;
    phones_[person] = phone;
  }
  // The server has put the text into another message as well, which may be the one that comes first.
  void repeats(const std::string& id) { repeated_.insert(id); }
  // The server gives accounts or numbers to somebody else in this run.
  void identities_are_taken() { taken_ = true; }
  // The person has compared safety numbers with the other.
  void verified(const std::string& person, const std::string& other) { verified_.emplace(person, other); }
  // An impostor was able to decrypt it, sent to this account.
  void read_by_an_impostor(const std::string& account, const std::string& body);

  // The server lies in this run. Of a message to a group whose sender's key is not there yet, its id is the server's
  // word: under another one nobody can ask for it.
  void ids_are_lied_about() { lied_ = true; }
  // The server was killed: what it had gathered of receipts in groups, and what was read, may be lost until it is named
  // again.
  void server_was_killed() { killed_ = true; }
  // What comes for a group to an inbox that is full is not kept.
  void inboxes_are_small() { small_ = true; }
  // Entries expire in this run.
  void entries_expire() { expires_ = true; }
  // Device lists could not always be had in this run.
  void lists_were_away() { lists_were_away_ = true; }
  // One device of a person has read everything, and the others have heard of it.
  void check_read(const FinalView& reader, const FinalView& other);
  void check(const std::vector<FinalView>& views);
  // `courses`: as GroupLedger::check() has them.
  void check_groups(const std::vector<FinalView>& views, const std::map<std::string, GroupLedger::Course>& courses);
  // Of a device, in the end: its messages that have files, and the files that it has.
  void check_files(const std::string& person, const std::string& device,
                   const std::vector<client_api::Message>& messages, const std::vector<std::string>& files);
  // Everything is at rest: what was opened all devices of who has opened it know.
  void openings_are_known();
  // Of a device, in the end: a message that was to be viewed once.
  void check_once(const std::string& device, const client_api::Message& message, bool has_key, bool on_server);
  // And who is said to have opened it, on a device of its sender's; `all`: that could read whatever came.
  void check_openers(const std::string& device, bool all, const client_api::Message& message,
                     const client_api::ListReceiptsResponse& receipts);
  [[nodiscard]] GroupLedger& groups() { return groups_; }
  [[nodiscard]] FileLedger& files() { return files_; }
  [[nodiscard]] OnceLedger& once() { return once_; }
  [[nodiscard]] PhotoLedger& photos() { return photos_; }
  // A device shows somebody's photo, which is this file of its own.
  void sees_photo(const std::string& device, const std::string& of, const std::string& file, BytesView content);
  // Two devices in the end: the first one that `of` has, and one of somebody's. What each shows as the photo of `of`.
  void check_photo(const std::string& of, const std::string& device, BytesView shown, BytesView is_there);

  [[nodiscard]] const std::vector<std::string>& violations() const { return violations_; }
  [[nodiscard]] size_t texts() const { return texts_.size(); }
  [[nodiscard]] size_t shown() const { return shown_count_; }
  [[nodiscard]] size_t linked() const { return linked_; }

 private:
  struct Text {
    std::string id;
    std::string body;
    std::string from;
    std::string from_device;
    std::string to;
    uint64_t at_us = 0;
    uint64_t turn = 0;  // in the order in which the ledger was told
    bool acknowledged = false;
    uint64_t acknowledged_us = 0;                            // on the device where it was written; 0: not, or some time
    std::map<std::string, client_api::Message::Tick> ticks;  // by device
    std::set<std::string> shown_on;
  };
  // Where a device lists what has come.
  struct Place {
    uint64_t order_us = 0;
    bool has_text = false;
    bool read = false;
  };
  struct Owned {
    std::string person;
    std::map<std::string, Place> places;  // by id
    std::vector<std::string> shown;       // ids, in the order they appeared
    std::vector<std::string> sent;        // ids, in the order of their first Send
    std::map<std::string, int> sends;
    uint64_t starts = 0;
    std::map<std::string, uint64_t> undecryptable;  // id → at which start it came
    std::map<std::string, uint64_t> reads;          // whose texts → when, last
    std::map<std::string, uint64_t> revisions;      // account → of its devices, as last addressed
    bool in_account = false;
    uint64_t since_us = 0;  // in the account
    uint64_t asked_us = 0;  // to be linked
    uint64_t left_us = 0;
    bool gets_all = false;  // that was before
    bool unreadable = false;
  };
  using Times = std::map<std::string, uint64_t>;

  Text* find(const client_api::Message& message);
  void show(const std::string& device, const client_api::Message& message, bool added, uint64_t now_us);
  void raise(const std::string& device, const client_api::Message& message, uint64_t now_us);
  // Reactions and corrections.
  void check_conversations(const std::vector<FinalView>& views);
  void check_removals(const std::vector<FinalView>& views);
  void check_partners(const FinalView& view);
  // Every text that a device lists, where it belongs.
  void check_list(const FinalView& view);
  void check_words(const FinalView& view, const std::string& partner, const client_api::Message& message);
  void check_texts(const std::vector<FinalView>& views);
  void check_order(const std::vector<FinalView>& views);
  void check_arrivals();
  void check_tick(const Text& text);
  void put(const std::string& device, const client_api::Message& message);
  void check_copies(const Text& text);
  void check_history(const Text& text);
  void check_ticks_in_the_end(const Text& text);
  // The person's devices that are in the account, and were when the text was written.
  [[nodiscard]] std::vector<std::string> devices_of(const std::string& person, const Text& text) const;
  // Whether a device of the person's has left the account since the text was written.
  [[nodiscard]] bool has_lost_one(const std::string& person, const Text& text) const;
  [[nodiscard]] bool is_written_by(const FinalView& view, const std::string& body) const;
  void compare(const FinalView& a, const std::vector<client_api::Message>& of_a, const FinalView& b,
               const std::vector<client_api::Message>& of_b);
  [[nodiscard]] bool was_shown(const Text& text) const;
  [[nodiscard]] bool was_read(const Text& text) const;
  [[nodiscard]] bool may_have_stayed(const std::string& id) const;
  [[nodiscard]] bool has_gaps(const Text& text) const;
  void notice(const std::string& device, const client_api::Message& message);
  // What must have become of a text in the end.
  void check_end(const Text& text);
  [[nodiscard]] std::string name(const Text& text) const;

  std::map<std::string, Text> texts_;  // by id
  std::map<std::string, Owned> devices_;
  std::map<std::string, std::string> current_;  // person → the device that has registered the number
  bool removed_ = false;                        // some linked device was
  std::set<std::string> shares_;                // whoever has linked devices
  std::vector<std::string> violations_;
  std::set<std::pair<std::string, std::string>> blocks_;                // who, whom
  std::map<std::pair<std::string, std::string>, uint64_t> read_early_;  // who, whose texts → when, before the calm
  std::map<std::string, uint64_t> clock_set_;                           // person → when by more than an hour
  bool calm_ = false;
  std::set<std::string> copied_;
  std::map<std::string, std::string> people_;                            // by account
  std::map<std::string, std::string> phones_;                            // by person
  std::map<std::string, std::string> bodies_;                            // of texts → id
  std::set<std::string> deletable_;                                      // ids
  std::map<std::pair<std::string, std::string>, std::string> removals_;  // by whom, ids → rule
  std::set<std::pair<std::string, std::string>> verified_;
  std::map<std::pair<std::string, std::string>, uint64_t> noticed_;  // device, about whom → turn
  uint64_t turn_ = 0;
  std::set<std::string> repeated_;
  bool taken_ = false;
  bool expires_ = false;
  bool lied_ = false;
  bool small_ = false;
  bool killed_ = false;
  std::map<std::string, Times> seen_;  // body → addressee's device → when it was shown; 0: some time
  GroupLedger groups_;
  FileLedger files_;
  OnceLedger once_;
  PhotoLedger photos_;
  size_t shown_count_ = 0;
  size_t linked_ = 0;  // devices
  bool moved_ = false;
  bool lists_were_away_ = false;
};

}  // namespace kith::sim
