// SPDX-License-Identifier: AGPL-3.0-or-later

// The groups that this account is in: which there are, and when each is read. What is kept of what was told of one is
// with group_tellings.h, and what an answer of the server's makes of its state with group_following.h.
//
// What the server alone says of a group is noted, and shown to nobody: it is read when somebody has told of it in the
// encryption (GroupWelcome), or this device knows by itself what it is. A welcome about a group that is known counts
// from the account's own devices alone.
//
//   heard of     a newer revision (GroupChanged, a message, a refusal), once in each run when it has caught up, when
//                entries were lost, and with a new connection (GET /v1/groups): the group is read soon, kReadAtOnce at
//                a time
//   in vain      pauses from kAgainMs to kAgainMaxMs, doubling
//   no answer    to a change of this device's: the server may take it later, and tells everybody but its author. What
//                this device knows of a group that it makes or joins stays (GroupTellings::kExpectedMs), though the
//                server has none; one that it has a state of is read again after kAgainMs, and then in pauses that
//                double, to kWatchMs
//   taken out    the state remains as of then, and says so (GroupRow::present)
//
// Limits: groups of which there is no state are kUnknownMax; what is told of more is dropped, but by the account's own
//         devices, and is told again when one of these is asked. Of one welcome of somebody else as many groups are
//         looked at as are put into one (GroupWelcomes::kGroupsOfStranger). Each time that a group without state is
//         read in vain it begins with the next that was told, so that nobody can make it begin too early for ever.
// Source: GROUP-1, GROUP-4 in docs/protocol.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "core/content_handler.h"
#include "core/group_following.h"
#include "core/group_tellings.h"
#include "core/timers.h"
#include "wire/groups.pb.h"

namespace kith::core {

struct Engine;
struct HttpReply;

class Groups final : public ContentHandler {
 public:
  enum class Outcome {
    kDone,         // all that the server has of it for this account is here
    kNoGroup,      // the server has none for this account; or nobody has told yet what it is
    kUnavailable,  // no answer, or one that says to come again
    kInvalid,      // the answer does not verify: what was taken is what held before
  };
  // Whether the server has said what it has.
  static bool is_answer(Outcome outcome) { return outcome == Outcome::kDone || outcome == Outcome::kNoGroup; }
  using Done = std::function<void(Outcome)>;

  static constexpr int64_t kUnknownMax = 256;
  static constexpr uint64_t kWatchMs = 480'000;
  static constexpr size_t kReadAtOnce = 4;
  static constexpr int64_t kStaleAtOnce = 512;
  static constexpr uint64_t kAgainMs = 30'000;
  static constexpr uint64_t kAgainMaxMs = 3'600'000;
  static constexpr uint64_t kListedMs = 60'000;  // so long after a list a lost connection asks for no other

  explicit Groups(Engine& engine);

  // The group has a newer revision: reads it soon (now, or when there is a connection again).
  void note_revision(const GroupId& group, Revision revision);
  // Reads and checks what is new. `done` is called later, never within the call.
  void fetch(const GroupId& group, Done done);
  // Whether the state of this revision, or a later one, is here.
  [[nodiscard]] bool up_to(const GroupId& group, Revision revision);

  // Whether the account is a member, or was one; also where more has happened than is known here.
  [[nodiscard]] bool may_be_member(const GroupId& group, const AccountId& account);

  // What this device knows by itself of a group that it has no state of: it makes it, or joins by its link.
  void expect(const GroupId& group, Revision revision, BytesView change_digest, BytesView info_key);
  // Whoever expected it has an answer, or none is to come: from here on it counts what the server knows of the group.
  void expected_is_answered(const GroupId& group);
  // Nothing came of it, and nothing will: what others have told stays.
  void expect_no_more(const GroupId& group, BytesView change_digest);
  // The group may be another than is known here: it is read soon.
  void read_soon(const GroupId& group);
  // A change to the group that has no answer may have been taken, or will be: it is read soon, and again for a while.
  void watch(const GroupId& group);

  // By a newer list of its account's, a device has other keys or is no more: each of this device's own keys that the
  // account was handed ends (GROUP-6). It may have left the group, and come back before anything is sent there.
  void keys_changed(const AccountId& account);
  // Something may have been missed: the server is asked which groups there are.
  void look_at_all();
  // What the server had to tell may be lost with it.
  void connection_gone();

  // A GroupWelcome.
  [[nodiscard]] bool take(const IncomingContent& incoming) override;

  // Reads what is to be read, as far as there is a connection.
  void pump();
  void look_again() { look_ = true; }

 private:
  struct Reading {
    GroupFollowing following;
    std::vector<Done> waiting = {};
    bool outdated = false;  // the group was heard of since the server was asked
  };
  struct Pause {
    uint64_t not_before_ms = 0;
    uint64_t ms = 0;
  };
  struct Watch {
    uint64_t next_ms = 0;
    uint64_t pause_ms = 0;
  };
  using Answer = std::shared_ptr<const wire::GroupAnswer>;

  void heard_of(const GroupId& group);
  void read(const GroupId& group);
  void on_answer(const GroupId& group, const HttpReply& reply);
  void follow(const GroupId& group, const Answer& answer);
  void finish(const GroupId& group, Outcome outcome);
  // With the keys of others for it.
  void forget(const GroupId& group);
  void later(Done done, Outcome outcome);

  void take_welcome(const AccountId& teller, const content::GroupWelcome::Group& said);
  void look_at_watched(uint64_t now, uint64_t& next_ms);
  [[nodiscard]] bool has_room();
  void list();
  void on_list(const HttpReply& reply);

  Engine& engine_;
  GroupTellings tellings_;
  std::map<GroupId, Reading> reading_;
  std::map<GroupId, Pause> pauses_;
  std::set<GroupId> to_read_;  // though no newer revision was heard of
  // What makes them may be on its way: that the server knows nothing of them yet says nothing.
  std::set<GroupId> not_answered_;
  std::map<GroupId, size_t> begun_;  // of a group without state: how often it was read in vain
  std::map<GroupId, Watch> watched_;
  bool look_ = true;
  bool list_is_due_ = true;
  bool listing_ = false;
  Timer again_;
  Timer list_again_;
  std::vector<std::pair<Done, Outcome>> answered_;
  Timer answer_;
};

}  // namespace kith::core
