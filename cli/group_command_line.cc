// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/group_command_line.h"

#include <CLI/CLI.hpp>

#include "cli/command_options.h"
#include "cli/hours.h"

namespace kith::cli {
namespace {

class GroupCommands {
 public:
  GroupCommands(CLI::App& app, GroupOptions& options, const AddGroupCommand& add) : options_(options), add_(add) {
    const auto list = [](Context c, const GroupOptions& o) { return run_group_list(c, o.json); };
    group_ = &add_(app, "group", "List, make and change groups", list);
    add_json(*group_, options_.json);
    add_(*group_, "list", "List them (the default)", list);
    add_group();
    add_members();
    add_link();
  }

 private:
  static void take_group(CLI::App& command, std::string& group) {
    command.add_option("group", group, "Which")->required()->type_name("GROUP");
  }
  CLI::App& add(const char* name, const char* help, std::function<ExitCode(Context, const GroupOptions&)> run) {
    return add_(*group_, name, help, std::move(run));
  }

  void add_group() {
    CLI::App& create = add("create", "Make a group; prints its id",
                           [](Context c, const GroupOptions& o) { return run_group_create(c, o.create); });
    create.add_option("title", options_.create.title, "What to call it")->required()->type_name("TITLE");
    create.add_option("whom", options_.create.members, "Whom to add")->type_name("WHOM");
    create.add_option("--description", options_.create.description, "What it is about")->type_name("TEXT");
    create.add_flag("--announce", options_.create.announce, "Only admins write");

    CLI::App& rename = add("rename", "Call a group by another title",
                           [](Context c, const GroupOptions& o) { return run_group_rename(c, o.group, o.text); });
    take_group(rename, options_.group);
    rename.add_option("title", options_.text, "What to call it")->required()->type_name("TITLE");
    CLI::App& describe = add("describe", "Say what a group is about",
                             [](Context c, const GroupOptions& o) { return run_group_describe(c, o.group, o.text); });
    take_group(describe, options_.group);
    describe.add_option("text", options_.text, "What; \"\" for nothing")->required()->type_name("TEXT");
    CLI::App& photo = add("photo", "Give a group a photo, or take it away", [](Context c, const GroupOptions& o) {
      return run_group_photo(c, o.group, o.text, o.no_photo);
    });
    take_group(photo, options_.group);
    CLI::Option* const picture =
        photo.add_option("file", options_.text, "A picture, of which the middle is shown")->type_name("FILE");
    photo.add_flag("--remove", options_.no_photo, "Take it away")->excludes(picture);

    CLI::App& permissions =
        add("permissions", "Show or change what members may do who are no admins",
            [](Context c, const GroupOptions& o) { return run_group_permissions(c, o.permissions); });
    take_group(permissions, options_.permissions.group);
    const auto may = [&permissions](const char* name, std::string& who, const char* what) {
      permissions.add_option(name, who, what)->check(CLI::IsMember({"all", "admins"}));
    };
    may("--send", options_.permissions.send, "Who writes");
    may("--edit", options_.permissions.edit, "Who changes title, description and photo");
    may("--add", options_.permissions.add, "Who adds others");
    add_json(permissions, options_.permissions.json);

    take_group(add("leave", "Leave a group; on a terminal you are asked",
                   [](Context c, const GroupOptions& o) { return run_group_leave(c, o.group); }),
               options_.group);
  }

  void add_members() {
    CLI::App& members = add("members", "List a group's members, and who asks to be let in",
                            [](Context c, const GroupOptions& o) { return run_group_members(c, o.group, o.json); });
    take_group(members, options_.group);
    add_json(members, options_.json);
    take_people(add("add", "Add people to a group",
                    [](Context c, const GroupOptions& o) { return run_group_add(c, o.group, o.people); }));
    take_people(add("remove", "Remove members from a group",
                    [](Context c, const GroupOptions& o) { return run_group_remove(c, o.group, o.people); }));
    take_member(add("promote", "Make a member an admin",
                    [](Context c, const GroupOptions& o) { return run_group_set_admin(c, o.group, o.member, true); }));
    take_member(add("demote", "Make an admin an ordinary member",
                    [](Context c, const GroupOptions& o) { return run_group_set_admin(c, o.group, o.member, false); }));
    CLI::App& requests = add("requests", "List who asks to be let in",
                             [](Context c, const GroupOptions& o) { return run_group_requests(c, o.group, o.json); });
    take_group(requests, options_.group);
    add_json(requests, options_.json);
    take_people(add("let-in", "Let in who asks to be",
                    [](Context c, const GroupOptions& o) { return run_group_answer(c, o.group, o.people, true); }));
    take_people(add("turn-away", "Turn away who asks to be let in",
                    [](Context c, const GroupOptions& o) { return run_group_answer(c, o.group, o.people, false); }));
  }
  void take_people(CLI::App& command) {
    take_group(command, options_.group);
    command.add_option("whom", options_.people, "Whom")->required()->type_name("WHOM");
  }
  void take_member(CLI::App& command) {
    take_group(command, options_.group);
    command.add_option("whom", options_.member, "Whom")->required()->type_name("WHOM");
  }

  void add_link() {
    CLI::App& link = add("link", "Print, make or end the link by which people come into a group",
                         [](Context c, const GroupOptions& o) { return run_group_link(c, o.link); });
    take_group(link, options_.link.group);
    link.add_flag("--new", options_.link.make, "Make one, instead of one that is there, which leads in no more");
    link.add_flag("--approval", options_.link.approval, "Make one by which nobody comes in without an admin");
    link.add_option("--expires-hours", options_.link.expires_hours, "Make one that is good for so long")
        ->type_name("H")
        ->check(hours());
    CLI::Option* const end = link.add_flag("--end", options_.link.end, "End it");
    for (const char* const making : {"--new", "--approval", "--expires-hours"}) end->excludes(link.get_option(making));
    add_json(link, options_.link.json);
    add("join", "Come into a group by its link; prints the group's id",
        [](Context c, const GroupOptions& o) { return run_group_join(c, o.text); })
        .add_option("link", options_.text, "The link")
        ->required()
        ->type_name("LINK");
  }

  GroupOptions& options_;
  const AddGroupCommand& add_;
  CLI::App* group_ = nullptr;
};

}  // namespace

void add_group_commands(CLI::App& app, GroupOptions& options, const AddGroupCommand& add) {
  GroupCommands(app, options, add);
}

}  // namespace kith::cli
