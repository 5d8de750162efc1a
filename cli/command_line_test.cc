// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/command_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/about.h"
#include "cli/testing/captured_output.h"
#include "cli/testing/fake_host.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

using client_api::Request;
using client_api::Response;
using ::testing::HasSubstr;

CommandLine parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "kith");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

// The requests that the command line makes of the core.
std::vector<Request> requests_of(std::vector<const char*> arguments) {
  testing::FakeHost host([](const Request& request) {
    Response response;
    if (request.has_open_conversation()) response.mutable_open_conversation()->set_id(std::string(32, 'c'));
    if (request.has_send_message()) response.mutable_send_message()->mutable_message()->set_id("m");
    return response;
  });
  testing::CapturedOutput output;
  const CommandLine line = parse(std::move(arguments));
  EXPECT_TRUE(line.run) << line.text;
  if (line.run) line.run({host, output.out});
  return host.requests;
}

TEST(CommandLine, HelpListsCommandsAndExitCodes) {
  const CommandLine line = parse({"--help"});
  EXPECT_FALSE(line.run);
  EXPECT_EQ(line.code, ExitCode::kOk);
  for (const char* word :
       {"register", "send", "receive", "chat", "history", "search", "contacts", "verify", "profile", "settings",
        "block", "status", "rpc", "conversations", "make and change groups", "Exit codes"}) {
    EXPECT_THAT(line.text, HasSubstr(word));
  }
}

TEST(CommandLine, VersionNamesLicenceAndSource) {
  const CommandLine line = parse({"--version"});
  EXPECT_EQ(line.code, ExitCode::kOk);
  for (const char* words : {"kith ", "AGPL-3.0-or-later", "Source: "}) EXPECT_THAT(line.text, HasSubstr(words));
  EXPECT_THAT(about_text("kith", "1", "https://kith.example/source"),
              ::testing::EndsWith("Source: https://kith.example/source"));
  EXPECT_THAT(about_text("kith", "1", ""), HasSubstr("LICENSE"));
}

TEST(CommandLine, DocumentationHasEveryCommandAndExitCode) {
  std::ifstream file(std::string(KITH_SOURCE_DIR) + "/docs/cli.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  const std::string help = parse({"--help"}).text;
  std::istringstream lines(help.substr(help.find("Subcommands:")));
  std::string line;
  std::getline(lines, line);
  int commands = 0;
  while (std::getline(lines, line) && line.starts_with("  ")) {
    const std::string name = line.substr(2, line.find(' ', 2) - 2);
    EXPECT_THAT(page, HasSubstr("kith " + name)) << name;
    ++commands;
  }
  EXPECT_GE(commands, 15);
  for (const ExitCode code : {ExitCode::kOk, ExitCode::kFailed, ExitCode::kUsage, ExitCode::kNotRegistered,
                              ExitCode::kOffline, ExitCode::kTimedOut, ExitCode::kHomeInUse, ExitCode::kDeviceEnded,
                              ExitCode::kStorage, ExitCode::kInterrupted}) {
    EXPECT_THAT(page, HasSubstr("\n| " + std::to_string(static_cast<int>(code)) + " |"));
  }
}

TEST(CommandLine, MistakesAreUsageErrorsThatSayWhatIsWrong) {
  EXPECT_EQ(parse({}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"sned"}).code, ExitCode::kUsage);
  EXPECT_THAT(parse({"sned"}).text, HasSubstr("Unknown command sned. Did you mean send?"));
  EXPECT_THAT(parse({"--home", "/a", "sned", "x"}).text, HasSubstr("Did you mean send?"));
  EXPECT_THAT(parse({"xylophone"}).text, HasSubstr("Unknown command xylophone.\n"));
  EXPECT_THAT(parse({"contacts", "ad", "x"}).text,
              HasSubstr("Unknown command contacts ad. Did you mean contacts add?"));
  EXPECT_EQ(parse({"contacts", "ad", "x"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"receive", "--exec", "x", "--json"}).code, ExitCode::kUsage);
  EXPECT_THAT(parse({"send"}).text, HasSubstr("whom"));
  EXPECT_THAT(parse({"send", "+491700000001", "x", "--wait", "seen"}).text, HasSubstr("seen"));
  EXPECT_EQ(parse({"history", "+491700000001", "--limit", "0"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"verify", "+491700000001", "--mark", "--unmark"}).code, ExitCode::kUsage);
}

TEST(CommandLine, HelpOfACommandMayStandBehindOptions) {
  const std::string help = parse({"send", "--help"}).text;
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"help", "send"}, {"--home", "/a", "help", "send"}, {"-v", "--home=/a", "help", "send"}}) {
    EXPECT_EQ(parse(words).code, ExitCode::kOk);
    EXPECT_EQ(parse(words).text, help);
  }
  EXPECT_EQ(requests_of({"--home", "help", "send", "+491700000001", "help"}).at(1).send_message().text(), "help");
}

TEST(CommandLine, AHomeWithoutANameIsNone) {
  for (const auto& words : std::vector<std::vector<const char*>>{
           {"--home", "", "status"}, {"status", "--home", ""}, {"--home=", "status"}, {"status", "--home="}}) {
    const CommandLine line = parse(words);
    EXPECT_EQ(line.code, ExitCode::kUsage) << words.front();
    EXPECT_FALSE(line.run);
    EXPECT_THAT(line.text, HasSubstr("--home"));
  }
}

TEST(CommandLine, AnEmptyValueBehindAnEqualsSignIsThatAndNotTheNextWord) {
  const auto profile = requests_of({"profile", "set", "--about=", "--name", "Ana"}).front().set_profile();
  EXPECT_TRUE(profile.clear_about());
  EXPECT_EQ(profile.name(), "Ana");
  EXPECT_EQ(requests_of({"send", "+1555", "--", "--to="}).at(1).send_message().text(), "--to=") << "is a text";
  EXPECT_EQ(requests_of({"profile", "set", "--name", "--home="}).front().set_profile().name(), "--home=");
}

TEST(CommandLine, WithToTheWordThatStandsAloneIsTheText) {
  const auto sent = [](std::vector<const char*> words) {
    words.insert(words.begin(), "send");
    std::string all;
    for (const Request& request : requests_of(words)) {
      if (request.has_send_message())
        all += request.send_message().handle() + ":" + request.send_message().text() + " ";
    }
    return all;
  };
  EXPECT_EQ(sent({"--to", "+1555", "--to", "+1556", "hi"}), "+1555:hi +1556:hi ");
  EXPECT_EQ(sent({"hi", "--to", "+1555"}), "+1555:hi ");
  EXPECT_EQ(sent({"+1555", "hi", "--to", "+1556"}), "+1555:hi +1556:hi ");
  EXPECT_EQ(sent({"--to", "+1555", "--", "-hi"}), "+1555:-hi ");
  EXPECT_THAT(parse({"send"}).text, HasSubstr("whom is required"));
  EXPECT_EQ(parse({"send"}).code, ExitCode::kUsage);
}

TEST(CommandLine, HomeMayStandBeforeOrBehindTheCommand) {
  EXPECT_EQ(parse({"--home", "/a", "status"}).home, "/a");
  EXPECT_EQ(parse({"status", "--home", "/a"}).home, "/a");
  EXPECT_EQ(parse({"contacts", "add", "+491700000001", "Ana", "--home", "/a"}).home, "/a");
}

TEST(CommandLine, TextsMayBeginWithADash) {
  EXPECT_EQ(requests_of({"send", "+491700000001", "--", "--wait"}).at(1).send_message().text(), "--wait");
}

TEST(CommandLine, ATextThatLooksLikeAnOptionIsNamedAndNothingElseDone) {
  for (const char* text : {"-hi", "-v you", "-x", "--hello", "-history of it"}) {
    const CommandLine line = parse({"send", "+491700000001", text});
    EXPECT_FALSE(line.run) << text;
    EXPECT_EQ(line.code, ExitCode::kUsage) << text;
    EXPECT_THAT(line.text, HasSubstr(std::string(text) + " is no option.")) << text;
    EXPECT_THAT(line.text, HasSubstr("goes after --")) << text;
  }
  EXPECT_THAT(parse({"send", "+491700000001", "x", "--wiat", "sent"}).text, HasSubstr("Did you mean --wait?"));
  EXPECT_EQ(requests_of({"profile", "set", "--about", "-hi"}).at(0).set_profile().about(), "-hi");
  EXPECT_EQ(requests_of({"send", "+491700000001", "--", "-hi"}).at(1).send_message().text(), "-hi");
  EXPECT_EQ(requests_of({"send", "+491700000001", "-5 degrees"}).at(1).send_message().text(), "-5 degrees");
  EXPECT_EQ(parse({"send", "-hv"}).code, ExitCode::kOk);
}

TEST(CommandLine, HelpIsACommandToo) {
  EXPECT_EQ(parse({"help"}).text, parse({"--help"}).text);
  EXPECT_EQ(parse({"help", "contacts", "add"}).text, parse({"contacts", "add", "--help"}).text);
  EXPECT_EQ(parse({"help"}).code, ExitCode::kOk);
  EXPECT_EQ(parse({"help", "sned"}).code, ExitCode::kUsage);
}

TEST(CommandLine, AnIdNamesAConversationAndANumberAPerson) {
  const std::string id(32, 'a');
  EXPECT_EQ(requests_of({"send", id.c_str(), "x"}).at(1).send_message().conversation(), id);
  EXPECT_EQ(requests_of({"send", "+491700000001", "x"}).at(1).send_message().handle(), "+491700000001");
  EXPECT_EQ(requests_of({"history", id.c_str()}).at(0).open_conversation().conversation(), id);
}

TEST(CommandLine, WhatFailedIsListedSentAgainAndDeleted) {
  const std::string id(32, 'a');
  EXPECT_TRUE(requests_of({"failed"}).at(1).has_list_conversations());
  EXPECT_TRUE(requests_of({"retry"}).at(1).has_list_conversations());
  EXPECT_EQ(requests_of({"retry", "+491700000001"}).at(0).open_conversation().handle(), "+491700000001");
  EXPECT_EQ(requests_of({"retry", id.c_str()}).at(0).get_message().id(), id);
  EXPECT_EQ(requests_of({"delete", id.c_str(), id.c_str()}).size(), 2u);
  EXPECT_EQ(parse({"delete"}).code, ExitCode::kUsage);
  for (const char* command : {"send", "retry", "chat"}) {
    EXPECT_TRUE(parse({command, "+491700000001"}).tells_failures) << command;
  }
  EXPECT_FALSE(parse({"receive"}).tells_failures);
}

TEST(CommandLine, WhatWasSentIsEditedDeletedAndStarred) {
  const std::string id(32, 'a');
  EXPECT_EQ(requests_of({"delete", id.c_str()}).at(0).delete_messages().ids(0), id);
  EXPECT_FALSE(requests_of({"delete", id.c_str()}).at(0).delete_messages().for_everyone());
  EXPECT_TRUE(requests_of({"delete", id.c_str(), "--everyone"}).at(0).delete_messages().for_everyone());
  EXPECT_EQ(requests_of({"edit", id.c_str(), "at seven"}).at(0).edit_message().text(), "at seven");
  EXPECT_EQ(requests_of({"edit", id.c_str(), "at seven"}).at(0).edit_message().id(), id);
  EXPECT_EQ(parse({"edit", id.c_str()}).code, ExitCode::kUsage);
  EXPECT_EQ(requests_of({"versions", id.c_str()}).at(0).list_versions().id(), id);
  EXPECT_TRUE(requests_of({"star", id.c_str()}).at(0).star_messages().starred());
  EXPECT_FALSE(requests_of({"star", id.c_str(), "--remove"}).at(0).star_messages().starred());
  EXPECT_EQ(requests_of({"starred", "--limit", "7"}).at(0).list_starred().limit(), 7u);
  EXPECT_EQ(parse({"starred", "--limit", "501"}).code, ExitCode::kUsage);
  EXPECT_EQ(requests_of({"starred", "+491700000001"}).at(0).open_conversation().handle(), "+491700000001");
}

TEST(CommandLine, WhatIsForwardedGoesToAllWhoAreNamed) {
  const std::string id(32, 'a');
  const std::string other(32, 'b');
  const auto requests = requests_of({"forward", id.c_str(), other.c_str(), "--to", "+491700000001", "--to", "@ben"});
  ASSERT_GE(requests.size(), 2u);
  EXPECT_EQ(requests.at(0).open_conversation().handle(), "+491700000001");
  EXPECT_EQ(requests.at(1).open_conversation().handle(), "@ben");
  const auto forward = std::ranges::find_if(requests, &Request::has_forward_messages);
  ASSERT_NE(forward, requests.end());
  EXPECT_THAT(forward->forward_messages().ids(), ::testing::ElementsAre(id, other));
  EXPECT_EQ(forward->forward_messages().conversations_size(), 2);
  EXPECT_FALSE(forward->forward_messages().has_caption());
  EXPECT_EQ(parse({"forward", id.c_str()}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"forward", "--to", "@ben"}).code, ExitCode::kUsage);
}

TEST(CommandLine, AMessageIsPinnedForADayAWeekOrThirty) {
  const std::string id(32, 'a');
  const auto seconds = [&id](std::vector<const char*> words) {
    words.insert(words.begin(), {"pin-message", id.c_str()});
    return requests_of(words).at(0).pin_message().seconds();
  };
  EXPECT_EQ(seconds({}), 7u * 24 * 3600);
  EXPECT_EQ(seconds({"--days", "30"}), 30u * 24 * 3600);
  EXPECT_EQ(seconds({"--remove"}), 0u);
  EXPECT_EQ(parse({"pin-message", id.c_str(), "--days", "2"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"pin-message", id.c_str(), "--days", "1", "--remove"}).code, ExitCode::kUsage);
  EXPECT_EQ(requests_of({"pinned", "@ben"}).at(1).list_pinned().conversation(), std::string(32, 'c'));
}

TEST(CommandLine, AllOfAHistoryIsNeitherLimitedNorBeforeSomething) {
  EXPECT_EQ(requests_of({"history", "@ben", "--all"}).at(1).list_messages().limit(), 500u);
  EXPECT_EQ(parse({"history", "@ben", "--all", "--limit", "5"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"history", "@ben", "--all", "--before", std::string(32, 'a').c_str()}).code, ExitCode::kUsage);
}

TEST(CommandLine, AConversationIsMarkedAsUnread) {
  EXPECT_EQ(requests_of({"unread", "@ben"}).at(0).open_conversation().handle(), "@ben");
  EXPECT_TRUE(requests_of({"unread", "@ben"}).at(1).set_conversation().marked_unread());
  EXPECT_TRUE(requests_of({"unread", "@ben", "--remove"}).at(1).set_conversation().has_marked_unread());
  EXPECT_FALSE(requests_of({"unread", "@ben", "--remove"}).at(1).set_conversation().marked_unread());
  EXPECT_EQ(parse({"unread"}).code, ExitCode::kUsage);
  EXPECT_TRUE(requests_of({"clear", "@ben"}).at(1).has_clear_conversation());
  EXPECT_FALSE(requests_of({"clear", "@ben"}).at(1).clear_conversation().keep_starred());
  EXPECT_TRUE(requests_of({"clear", "@ben", "--keep-starred"}).at(1).clear_conversation().keep_starred());
  EXPECT_EQ(parse({"clear"}).code, ExitCode::kUsage);
  EXPECT_TRUE(requests_of({"delete-chat", "@ben"}).at(1).has_delete_conversation());
  EXPECT_EQ(parse({"delete-chat"}).code, ExitCode::kUsage);
}

TEST(CommandLine, ListsOfConversationsAreMadeByPuttingSomethingIntoThem) {
  EXPECT_TRUE(requests_of({"lists"}).at(0).has_list_lists());
  const auto made = requests_of({"lists", "add", "Family", "@ben"});
  ASSERT_EQ(made.size(), 4u);
  EXPECT_EQ(made.at(1).set_list().name(), "Family");
  EXPECT_EQ(made.at(1).set_list().id().size(), 32u);
  EXPECT_TRUE(made.at(3).set_listed().listed());
  EXPECT_EQ(made.at(3).set_listed().conversations_size(), 1);
  EXPECT_EQ(parse({"lists", "add"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"lists", "take", "Family"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"lists", "rename", "Family"}).code, ExitCode::kUsage);
}

TEST(CommandLine, AReactionIsOneEmojiOrNoneAnyMore) {
  const std::string id(32, 'a');
  EXPECT_EQ(requests_of({"react", id.c_str(), "👍"}).at(0).react().emoji(), "👍");
  EXPECT_EQ(requests_of({"react", id.c_str(), "👍"}).at(0).react().id(), id);
  EXPECT_TRUE(requests_of({"react", id.c_str(), "--remove"}).at(0).has_react());
  EXPECT_EQ(requests_of({"react", id.c_str(), "--remove"}).at(0).react().emoji(), "");
  EXPECT_TRUE(requests_of({"react", id.c_str()}).empty());
  EXPECT_EQ(parse({"react", id.c_str(), "👍", "--remove"}).code, ExitCode::kUsage);
  EXPECT_EQ(parse({"react"}).code, ExitCode::kUsage);
}

TEST(CommandLine, CommandsWithoutSubcommandShow) {
  EXPECT_TRUE(requests_of({"contacts"}).at(0).has_list_contacts());
  EXPECT_TRUE(requests_of({"contacts", "list"}).at(0).has_list_contacts());
  EXPECT_TRUE(requests_of({"profile"}).at(0).has_get_profile());
  EXPECT_TRUE(requests_of({"settings", "--json"}).at(0).has_get_settings());
}

TEST(CommandLine, ChangesNameOnlyWhatIsToChange) {
  const auto profile = requests_of({"profile", "set", "--about", ""}).at(0).set_profile();
  EXPECT_TRUE(profile.clear_about());
  EXPECT_EQ(profile.name(), "");
  EXPECT_FALSE(profile.has_photo() || profile.remove_photo());
  EXPECT_TRUE(requests_of({"profile", "set", "--no-photo"}).at(0).set_profile().remove_photo());
  EXPECT_EQ(requests_of({"settings", "set", "photo", "contacts"}).at(0).set_settings().photo(),
            client_api::Settings::kContacts);
  const auto settings = requests_of({"settings", "set", "last_seen", "nobody"}).at(0).set_settings();
  EXPECT_EQ(settings.last_seen(), client_api::Settings::kNobody);
  EXPECT_FALSE(settings.has_read_receipts());
  EXPECT_FALSE(requests_of({"unblock", "+491700000001"}).at(0).set_blocked().blocked());
}

TEST(CommandLine, GroupsHaveCommandsOfTheirOwn) {
  EXPECT_TRUE(requests_of({"group"}).at(0).has_list_conversations());
  EXPECT_TRUE(requests_of({"group", "list", "--json"}).at(0).has_list_conversations());
  const auto made =
      requests_of({"group", "create", "Book club", "+491700000002", "@eva", "--description", "Novels", "--announce"});
  EXPECT_EQ(made.back().create_group().title(), "Book club");
  EXPECT_EQ(made.back().create_group().members_size(), 2);
  EXPECT_EQ(made.back().create_group().description(), "Novels");
  EXPECT_FALSE(made.back().create_group().permissions().send());
  EXPECT_EQ(requests_of({"group", "create", "--", "-x-"}).back().create_group().title(), "-x-");
  EXPECT_EQ(requests_of({"group", "join", "https://kith.example/x"}).back().join_group().link(),
            "https://kith.example/x");
  for (const auto& words : std::vector<std::vector<const char*>>{{"group", "create"},
                                                                 {"group", "add", "x"},
                                                                 {"group", "remove", "x"},
                                                                 {"group", "promote", "x"},
                                                                 {"group", "demote", "x", "y", "z"},
                                                                 {"group", "let-in", "x"},
                                                                 {"group", "leave"},
                                                                 {"group", "join"},
                                                                 {"group", "permissions", "x", "--send", "nobody"},
                                                                 {"group", "link", "x", "--end", "--approval"},
                                                                 {"group", "link", "x", "--expires-hours", "-1"},
                                                                 {"group", "kick", "x"}})
    EXPECT_EQ(parse(words).code, ExitCode::kUsage) << words[1];
  EXPECT_THAT(parse({"group", "promot", "x"}).text, HasSubstr("Did you mean group promote?"));
}

TEST(CommandLine, EachCommandOfGroupsDoesItsOwn) {
  const std::string group(32, '1');
  const auto last_of = [&](std::vector<const char*> words) {
    words.insert(words.begin() + 2, group.c_str());
    testing::FakeHost host([&](const Request& request) {
      Response response;
      if (request.has_list_conversations()) {
        auto& conversation = *response.mutable_list_conversations()->add_conversations();
        conversation.set_id(std::string(32, '2'));
        conversation.set_title("Book club");
        conversation.mutable_group()->set_group_id(group);
      } else if (request.has_list_members()) {
        response.mutable_list_members()->add_members()->mutable_person()->set_name("Ben");
        response.mutable_list_members()->mutable_members(0)->mutable_person()->set_account_id(std::string(32, 'b'));
        *response.mutable_list_members()->add_applicants() = response.list_members().members(0).person();
      }
      return response;
    });
    testing::CapturedOutput output;
    const CommandLine line = parse(words);
    EXPECT_TRUE(line.run) << line.text;
    if (line.run) line.run({host, output.out});
    return host.requests.back();
  };
  const std::string ben(32, 'b');
  EXPECT_EQ(last_of({"group", "rename", "Readers"}).set_group().title(), "Readers");
  EXPECT_EQ(last_of({"group", "describe", "Novels"}).set_group().description(), "Novels");
  EXPECT_TRUE(last_of({"group", "permissions", "--add", "all"}).set_group().permissions().add_members());
  EXPECT_EQ(last_of({"group", "leave"}).leave_group().conversation(), std::string(32, '2'));
  EXPECT_TRUE(last_of({"group", "members", "--json"}).has_list_members());
  EXPECT_TRUE(last_of({"group", "requests", "--json"}).has_list_members());
  EXPECT_EQ(last_of({"group", "add", "+491700000002", "@eva"}).add_members().members_size(), 2);
  EXPECT_EQ(last_of({"group", "remove", "Ben"}).remove_members().account_ids(0), ben);
  EXPECT_TRUE(last_of({"group", "promote", "Ben"}).set_member().admin());
  EXPECT_EQ(last_of({"group", "demote", "Ben"}).set_member().account_id(), ben);
  EXPECT_FALSE(last_of({"group", "demote", "Ben"}).set_member().admin());
  EXPECT_EQ(last_of({"group", "let-in", "Ben"}).answer_applicants().let_in(0), ben);
  EXPECT_EQ(last_of({"group", "turn-away", "Ben"}).answer_applicants().turned_away(0), ben);
  EXPECT_TRUE(last_of({"group", "link", "--new"}).has_set_group_link());
  EXPECT_TRUE(last_of({"group", "link", "--approval"}).set_group_link().approval());
  EXPECT_GT(last_of({"group", "link", "--expires-hours", "1"}).set_group_link().expires_us(), 0u);
  EXPECT_TRUE(last_of({"group", "link", "--end"}).set_group_link().remove());
}

TEST(CommandLine, ConversationsAreArrangedOneThingAtATime) {
  const auto asked = [](std::vector<const char*> arguments) {
    const auto requests = requests_of(std::move(arguments));
    EXPECT_EQ(requests.size(), 2u);
    EXPECT_EQ(requests.back().set_conversation().conversation(), std::string(32, 'c'));
    return requests.back().set_conversation();
  };
  EXPECT_TRUE(asked({"archive", "+491700000001"}).archived());
  EXPECT_FALSE(asked({"archive", "+491700000001"}).has_pinned());
  EXPECT_TRUE(asked({"unarchive", "+491700000001"}).has_archived());
  EXPECT_FALSE(asked({"unarchive", "+491700000001"}).archived());
  EXPECT_TRUE(asked({"pin", "+491700000001"}).pinned());
  EXPECT_TRUE(asked({"unpin", "+491700000001"}).has_pinned());
  EXPECT_EQ(asked({"mute", "+491700000001"}).muted_until_us(), UINT64_MAX);
  const uint64_t until = asked({"mute", "+491700000001", "--hours", "8"}).muted_until_us();
  EXPECT_GT(until, unix_now_us() + uint64_t{7} * 3600 * 1'000'000);
  EXPECT_LT(until, unix_now_us() + uint64_t{9} * 3600 * 1'000'000);
  EXPECT_TRUE(asked({"unmute", "+491700000001"}).has_muted_until_us());
}

TEST(CommandLine, HoursAreANumberThatCanBe) {
  for (const char* hours : {"nan", "-nan", "NaN", "inf", "-inf", "infinity", "-1", "1e7", "1e999", "soon", "", "8h"}) {
    const std::string words = "\"" + std::string(hours) + "\" is no number of hours from 0 to 1000000";
    const CommandLine mute = parse({"mute", "+491700000001", "--hours", hours});
    EXPECT_EQ(mute.code, ExitCode::kUsage) << hours;
    EXPECT_THAT(mute.text, HasSubstr("--hours: " + words));
    const CommandLine link = parse({"group", "link", "x", "--expires-hours", hours});
    EXPECT_EQ(link.code, ExitCode::kUsage) << hours;
    EXPECT_THAT(link.text, HasSubstr("--expires-hours: " + words));
  }
  for (const char* hours : {"0", "0.5", "1e6"})
    EXPECT_TRUE(parse({"mute", "+491700000001", "--hours", hours}).run) << hours;
}

}  // namespace
}  // namespace kith::cli
