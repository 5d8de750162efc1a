// SPDX-License-Identifier: AGPL-3.0-or-later

// What every command gets, and the steps that commands share.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/host.h"
#include "cli/message_text.h"
#include "cli/output.h"

namespace kith::cli {

struct Context {
  Host& host;
  Output& out;
};

// Tells the user of a failure; gives the command's exit code.
ExitCode say_failure(Context context, const client_api::Failure& failure);

// Asks the core; connects when the answer needs the server and nothing has asked for a connection yet. A failure is in
// the answer; absent when it was stopped before.
std::optional<client_api::Response> answer_to(Context context, client_api::Request request);
// The same; a failure is told to the user and becomes the command's exit code.
Result<client_api::Response, ExitCode> ask(Context context, client_api::Request request);

// Whether the text is an id (32 hexadecimal digits) and no handle.
bool is_conversation_id(const std::string& text);

// Nothing but white space, or nothing at all.
bool is_blank(const std::string& text);

// Of those that somebody (State, Person, Profile) is found by, the one to show; "" when none is known.
template <class Owner>
std::string first_handle(const Owner& owner) {
  return owner.handles().empty() ? "" : owner.handles(0).text();
}
// The number of this account, in the country of which others are read; "" when it is found by something else.
std::string own_phone(const client_api::State& state);
// The partner's of a conversation; "" too when there is nobody.
std::string handle_of(const client_api::Conversation& conversation);

// The conversation with `whom`, as whom.h takes it.
Result<client_api::Conversation, ExitCode> conversation_with(Context context, const std::string& whom);
// The same where it has to be one person's: a group is told to the user, as what `command` does not take: kUsage.
Result<client_api::Conversation, ExitCode> conversation_with_person(Context context, const std::string& whom,
                                                                    const std::string& command);

// Where a connection attempt came to.
enum class Reached {
  kOnline,    // connected, and the backlog is in
  kOffline,   // the attempt failed; the core goes on trying
  kStorage,   // so it did, because the home's database can't take what comes: State.storage_failure
  kEnded,     // is_refused()
  kTimedOut,  // neither in time
  kStopped,
};
// Tells the core to connect and to stay connected. Fails when the device is not registered.
Result<void, ExitCode> start_connecting(Context context);
// After start_connecting: waits for one of the outcomes.
Reached wait_for_connection(Host& host, std::optional<MonotonicMs> deadline);
// The server does not take this device for what it is: it has ended or lost it, is another server, or another identity
// has its number.
bool is_refused(const client_api::State& state);
// Says which, and what to do.
void say_refused(Context context);
// The attempt has failed for now, or there will be no connection any more.
bool is_offline(const client_api::State& state);
// Why that is, in a word or two: "offline", "the disk is full".
std::string why_offline(const client_api::State& state);

// What there is to know of the account's devices: one was added, or is ended because nobody uses it.
void say_device_notices(Context context);

// What commands do once they are done: messages that have not left, and changes that the server does not know, get a
// few seconds. Does nothing when there are none.
void send_leftovers(Context context);

// Says of every message that turns out not to be sendable from now on why, and what to do, until the host forgets the
// command: for those that do not say it themselves.
void report_failures(Context context);

// For commands that are better off with a connection and do without: connects, and waits for it while there is hope, at
// most ten seconds.
Result<void, ExitCode> connect_if_possible(Context context);

// What the conversation with oneself is called.
constexpr const char* kNoteToSelf = "Note to self";
// What a conversation is called.
std::string title_of(const client_api::Conversation& conversation);
Place place_of(const client_api::Conversation& conversation);
// Of every conversation, by its id.
using Places = std::unordered_map<std::string, Place>;
Result<Places, ExitCode> all_places(Context context);
// How a message of this place is told among others of it.
Told told_there(Context context, const client_api::Message& message, const Place& place);
// How it is told among messages of other places: with the group's title in front.
Told told_anywhere(Context context, const client_api::Message& message, const Place& place);

// All of a descriptor's text up to its end, at most `limit` bytes. Absent beyond that, and when reading fails.
std::optional<std::string> read_everything(int descriptor, size_t limit);
// The same of standard input, without its last line break, however long it takes: the home serves other programs
// meanwhile. What is wrong with it is told: kUsage.
Result<std::string, ExitCode> read_input(Context context, size_t limit);

}  // namespace kith::cli
