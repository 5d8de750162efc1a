// SPDX-License-Identifier: AGPL-3.0-or-later

// Every command of `kith`: what it takes, and the function that runs it. command_line.cc fills the options in;
// docs/cli.md describes them.
//
// Each function is in the file of its name; those about groups are in group.cc, group_members.cc and group_link.cc. It
// answers the exit code, writes data to standard output and words for
// people to standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.h"

namespace kith::cli {

struct RegisterOptions {
  std::string server;
  std::string phone;
  std::string email{};  // instead of a number
  std::string name;
  std::string code;  // "": from the server when it is a development server, else asked for
  std::string pin;
};
ExitCode run_register(Context context, const RegisterOptions& options);

struct SendOptions {
  std::string to;
  std::vector<std::string> also_to;  // each gets a message of its own
  std::optional<std::string> text;   // absent or "-": standard input
  std::string wait;                  // "", "sent", "delivered", "read"
  double timeout_s = 60;
  std::string reply_to;
  std::string file = {};     // a path; "": a text alone
  std::string caption = {};  // under it; or the text is
  bool as_document = false;  // the file as it is
  bool voice = false;        // it is a recording of somebody's voice
  bool hd = false;           // of a photo: larger
  bool view_once = false;
  bool preview = false;  // of the first link in the text
  bool json = false;
};
ExitCode run_send(Context context, const SendOptions& options);

struct SaveOptions {
  std::string id;               // of a message
  std::string directory = ".";  // is made if it is not there
  bool unplayed = false;
};
// Writes a message's file, which is fetched if it is not here; prints the path. A voice message that came counts as
// played then (MEDIA-8), but for `unplayed`.
ExitCode run_save(Context context, const SaveOptions& options);

struct FailedOptions {
  std::string with = "";  // "": of all conversations
  bool json = false;
};
// Lists what was not sent.
ExitCode run_failed(Context context, const FailedOptions& options);

struct RetryOptions {
  std::string what = "";  // a message's id, or WHOM; "": all that was not sent
  std::string wait = "";  // as of SendOptions
  double timeout_s = 60;
  bool json = false;
};
ExitCode run_retry(Context context, const RetryOptions& options);

struct DeleteOptions {
  std::vector<std::string> ids;
  bool everyone = false;
};
// Deletes messages from all devices of the account, or for everybody. One that can't be does not keep the others back.
ExitCode run_delete(Context context, const DeleteOptions& options);

struct EditOptions {
  std::string id;  // of a message
  std::string text;
};
ExitCode run_edit(Context context, const EditOptions& options);

struct VersionsOptions {
  std::string id;  // of a message
  bool json = false;
};
// Prints what an edited message has said.
ExitCode run_versions(Context context, const VersionsOptions& options);

struct ForwardOptions {
  std::vector<std::string> ids;
  std::vector<std::string> to;
  std::optional<std::string> caption = std::nullopt;  // of one file, instead of what is written under it
  std::string wait = "";                              // as of SendOptions
  double timeout_s = 60;
};
// Prints the ids of the new messages.
ExitCode run_forward(Context context, const ForwardOptions& options);

struct PinMessageOptions {
  std::string id;
  uint32_t days = 7;  // 1, 7, 30
  bool remove = false;
};
ExitCode run_pin_message(Context context, const PinMessageOptions& options);

struct PinnedOptions {
  std::string with;
  bool json = false;
};
// Prints what is at the top of a conversation.
ExitCode run_pinned(Context context, const PinnedOptions& options);

struct StarOptions {
  std::vector<std::string> ids;
  bool remove = false;
};
ExitCode run_star(Context context, const StarOptions& options);

struct StarredOptions {
  std::string with = "";  // "": of all conversations
  uint32_t limit = 50;
  bool json = false;
};
ExitCode run_starred(Context context, const StarredOptions& options);

struct ReactOptions {
  std::string id;          // of a message
  std::string emoji = "";  // "": with `remove` alone
  bool remove = false;
};
// Says something to a message with one emoji, or takes it back.
ExitCode run_react(Context context, const ReactOptions& options);

struct ReceiveOptions {
  bool follow = false;
  bool json = false;
  bool mark_read = false;
  std::optional<double> timeout_s = std::nullopt;
  std::string exec = "";  // run for each message instead of printing it
};
ExitCode run_receive(Context context, const ReceiveOptions& options);

struct ConversationsOptions {
  bool json = false;
  std::string list = "";  // by its name: those in it alone; "": all
};
ExitCode run_conversations(Context context, const ConversationsOptions& options);

struct HistoryOptions {
  std::string with;
  uint32_t limit = 50;
  std::string before;  // a message id
  bool all = false;    // of all times; instead of both
  bool json = false;
  bool mark_read = false;
};
ExitCode run_history(Context context, const HistoryOptions& options);

struct SearchOptions {
  std::string query;
  std::string with;  // "": everywhere
  uint32_t limit = 50;
  bool json = false;
};
ExitCode run_search(Context context, const SearchOptions& options);

struct ContactsOptions {
  bool json = false;
};
ExitCode run_contacts_list(Context context, const ContactsOptions& options);
ExitCode run_contacts_import(Context context, const std::string& file);
ExitCode run_contacts_add(Context context, const std::string& handle, const std::string& name);
ExitCode run_contacts_remove(Context context, const std::string& whom);

struct VerifyOptions {
  std::string with;
  bool mark = false;
  bool unmark = false;
  bool json = false;
};
ExitCode run_verify(Context context, const VerifyOptions& options);

ExitCode run_accept(Context context, const std::string& whom);

struct ProfileShowOptions {
  std::string of;  // "": one's own
  bool json = false;
};
ExitCode run_profile_show(Context context, const ProfileShowOptions& options);
struct ProfileSetOptions {
  std::optional<std::string> name;
  std::optional<std::string> about;
  std::string photo;  // path; "": it stays
  bool no_photo = false;
};
ExitCode run_profile_set(Context context, const ProfileSetOptions& options);

struct SettingsShowOptions {
  bool json = false;
};
ExitCode run_settings_show(Context context, const SettingsShowOptions& options);
ExitCode run_settings_set(Context context, const std::string& key, const std::string& value);

ExitCode run_block(Context context, const std::string& whom, bool blocked);

ExitCode run_archive(Context context, const std::string& whom, bool archived);
ExitCode run_pin(Context context, const std::string& whom, bool pinned);
struct UnreadOptions {
  std::string whom;
  bool remove = false;
};
ExitCode run_unread(Context context, const UnreadOptions& options);
struct MuteOptions {
  std::string whom;
  std::optional<double> hours = std::nullopt;  // absent: for ever
};
ExitCode run_mute(Context context, const MuteOptions& options);
ExitCode run_unmute(Context context, const std::string& whom);
struct ClearOptions {
  std::string whom;
  bool keep_starred = false;
};
ExitCode run_clear(Context context, const ClearOptions& options);
ExitCode run_delete_chat(Context context, const std::string& whom);
struct ListsOptions {
  bool json = false;
  std::string name;
  std::string other_name;
  std::vector<std::string> whom;
};
ExitCode run_lists(Context context, const ListsOptions& options);
ExitCode run_lists_add(Context context, const ListsOptions& options);
ExitCode run_lists_take(Context context, const ListsOptions& options);
// Gives it the other name, or removes it.
ExitCode run_lists_set(Context context, const ListsOptions& options, bool remove);
// Its id. kFailed, and the user is told: there is no list of this name.
Result<std::string, ExitCode> list_called(Context context, const std::string& name);

// GROUP is what find_group() takes, members are named as by find_members(). Who changes a group needs the server.

struct GroupCreateOptions {
  std::string title;
  std::vector<std::string> members;  // whom to begin it with
  std::string description = "";
  bool announce = false;  // only admins write
};
ExitCode run_group_create(Context context, const GroupCreateOptions& options);
ExitCode run_group_list(Context context, bool json);
ExitCode run_group_rename(Context context, const std::string& group, const std::string& title);
ExitCode run_group_describe(Context context, const std::string& group, const std::string& text);
// The middle of the picture at this path; or takes the photo away.
ExitCode run_group_photo(Context context, const std::string& group, const std::string& path, bool remove);
struct GroupPermissionsOptions {
  std::string group;
  // "all" or "admins"; "" as it is. None of them: they are shown.
  std::string send = "";
  std::string edit = "";
  std::string add = "";
  bool json = false;
};
ExitCode run_group_permissions(Context context, const GroupPermissionsOptions& options);
ExitCode run_group_leave(Context context, const std::string& group);

ExitCode run_group_members(Context context, const std::string& group, bool json);
ExitCode run_group_add(Context context, const std::string& group, const std::vector<std::string>& people);
ExitCode run_group_remove(Context context, const std::string& group, const std::vector<std::string>& members);
ExitCode run_group_set_admin(Context context, const std::string& group, const std::string& member, bool admin);
ExitCode run_group_requests(Context context, const std::string& group, bool json);
ExitCode run_group_answer(Context context, const std::string& group, const std::vector<std::string>& applicants,
                          bool let_in);

struct GroupLinkOptions {
  std::string group;
  bool make = false;                                   // one, instead of one that is there; so do the next two
  bool approval = false;                               // who comes by it has to be let in
  std::optional<double> expires_hours = std::nullopt;  // absent: never
  bool end = false;
  bool json = false;
};
ExitCode run_group_link(Context context, const GroupLinkOptions& options);
ExitCode run_group_join(Context context, const std::string& link);

struct StatusOptions {
  bool json = false;
};
ExitCode run_status(Context context, const StatusOptions& options);

// What a device says that it is, whatever it is called.
constexpr const char* kPlatform = "Terminal";

struct DevicesOptions {
  bool json = false;
};
ExitCode run_devices_list(Context context, const DevicesOptions& options);
struct DeviceLinkOptions {
  std::string server;
  std::string name = "Terminal";
};
ExitCode run_devices_link(Context context, const DeviceLinkOptions& options);
struct DeviceAddOptions {
  std::string link;
  std::string code;  // "": the person is asked where there is one
  std::string history = "all";
};
ExitCode run_devices_add(Context context, const DeviceAddOptions& options);
struct DeviceRemoveOptions {
  uint32_t device = 0;
  bool all = false;  // instead: all but this one
};
ExitCode run_devices_remove(Context context, const DeviceRemoveOptions& options);
ExitCode run_devices_rename(Context context, uint32_t device, const std::string& name);

struct ChatOptions {
  std::string with;
};
ExitCode run_chat(Context context, const ChatOptions& options);

struct RpcOptions {
  bool connect = true;
};
ExitCode run_rpc(Context context, const RpcOptions& options);

}  // namespace kith::cli
