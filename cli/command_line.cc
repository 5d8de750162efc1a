// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>

#include "base/about.h"
#include "cli/command_options.h"
#include "cli/commands/commands.h"
#include "cli/group_command_line.h"
#include "cli/hours.h"
#include "cli/message_command_line.h"
#include "cli/suggestion.h"

namespace kith::cli {
namespace {

constexpr const char* kIntroduction =
    "WHOM is a phone number with country code (+491700000001), an e-mail address, a username (@ana), the name of a "
    "contact or a group, group:ID, a conversation's id, or \"Note to self\". GROUP is group:ID, the id alone, a "
    "conversation's id, or a title. A text that begins with - goes after --.\n"
    "Data goes to standard output, words for people to standard error.\n\n";

std::string footer() {
  std::string text = std::string(kIntroduction) + "Exit codes:\n";
  for (const ExitCodeMeaning& code : exit_code_meanings()) {
    const std::string number = std::to_string(static_cast<int>(code.code));
    text += std::string(5 - number.size(), ' ') + number + " " + code.meaning + "\n";
  }
  return text;
}

// The text for --version.
std::string version_text() { return about_text("kith", KITH_VERSION, KITH_SOURCE_URL); }

// Where the parser writes to. Commands share it, and so keep it alive until they have run.
struct AllOptions {
  RegisterOptions register_;
  SendOptions send;
  SaveOptions save;
  MessageOptions message;
  ReceiveOptions receive;
  ConversationsOptions conversations;
  HistoryOptions history;
  SearchOptions search;
  ContactsOptions contacts;
  std::string contacts_file;
  std::string contact_handle;
  std::string contact_name;
  VerifyOptions verify;
  ProfileShowOptions profile_show;
  std::string profile_name;
  std::string profile_about;
  std::string profile_photo;
  bool profile_no_photo = false;
  SettingsShowOptions settings_show;
  std::string setting_key;
  std::string setting_value;
  std::string whom;
  MuteOptions mute;
  UnreadOptions unread;
  ClearOptions clear;
  ListsOptions lists;
  StatusOptions status;
  ChatOptions chat;
  RpcOptions rpc;
  DevicesOptions devices;
  DeviceLinkOptions device_link;
  DeviceAddOptions device_add;
  DeviceRemoveOptions device_remove;
  uint32_t device = 0;
  std::string device_name;
  GroupOptions group;
  std::string shell;
};
using Shared = std::shared_ptr<AllOptions>;

class Parser {
 public:
  explicit Parser(CommandLine& line) : line_(line) {
    app_.name("kith");
    app_.set_version_flag("--version", version_text());
    app_.footer(footer());
    app_.require_subcommand(1);
    app_.add_option("--home", line.home, "Directory of this device (default: $KITH_HOME, else ~/.local/share/kith)")
        ->type_name("DIR")
        ->check([](const std::string& directory) { return directory.empty() ? "DIR can't be empty" : ""; });
    app_.add_flag("-v,--verbose", line.verbose, "Say on standard error what goes over the network");
    add_messages();
    add_people();
    add_group_commands(
        app_, all_->group, [this](CLI::App& parent, const char* name, const char* help, auto run) -> CLI::App& {
          return add(parent, name, help, [run](Context c, const AllOptions& o) { return run(c, o.group); });
        });
    add_self();
    add_shell();
  }

  void parse(int count, const char* const* arguments) {
    std::vector<std::string> words(arguments + std::min(count, 1), arguments + count);
    part_from_empty_values(words);
    if (const auto help = first_that_is_no_option(words); help != words.end() && *help == "help") {
      words.erase(help);  // kith help send: kith send --help
      words.emplace_back("--help");
    }
    if (const std::string text = text_in_place_of_options(words); !text.empty()) return refuse(no_option(text));
    try {
      app_.parse(std::vector<std::string>(words.rbegin(), words.rend()));
      line_.makes_home = app_.got_subcommand("register") || app_.got_subcommand("rpc") ||
                         (app_.got_subcommand("devices") && app_.get_subcommand("devices")->got_subcommand("link"));
      for (const char* command : {"send", "retry", "chat", "rpc"}) line_.tells_failures |= app_.got_subcommand(command);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      line_.run = nullptr;
      if (const std::string unknown = unknown_command(words); !unknown.empty()) return refuse(unknown);
      line_.code = app_.exit(error, out, out) == 0 ? ExitCode::kOk : ExitCode::kUsage;
      line_.text = out.str();
      if (line_.code == ExitCode::kOk) return;
      if (const std::string unknown = unknown_option(words); !unknown.empty()) refuse(no_option(unknown));
    }
  }

  [[nodiscard]] CommandTable table() const {
    CommandTable table;
    describe(app_, {}, table);
    return table;
  }

 private:
  void refuse(const std::string& mistake) {
    line_.code = ExitCode::kUsage;
    line_.text = mistake + "\nRun with --help for more information.\n";
  }

  [[nodiscard]] std::vector<std::string> options_with_value() const {
    std::vector<std::string> names;
    for (const CommandEntry& command : table()) {
      for (const OptionEntry& option : command.options) {
        if (!option.value.empty()) names.insert(names.end(), option.names.begin(), option.names.end());
      }
    }
    return names;
  }

  // CLI11 takes "--home=" for "--home", and the next word for its value.
  void part_from_empty_values(std::vector<std::string>& words) const {
    const std::vector<std::string> with_value = options_with_value();
    const auto takes_value = [&](const std::string& word) {
      return std::ranges::find(with_value, word) != with_value.end();
    };
    for (size_t i = 0; i < words.size() && words[i] != "--"; ++i) {
      if (takes_value(words[i])) {
        ++i;
      } else if (words[i].ends_with('=') && takes_value(words[i].substr(0, words[i].size() - 1))) {
        words[i].pop_back();
        words.insert(words.begin() + static_cast<ptrdiff_t>(++i), "");
      }
    }
  }

  // Where the command stands, if there is one.
  [[nodiscard]] std::vector<std::string>::iterator first_that_is_no_option(std::vector<std::string>& words) const {
    const std::vector<std::string> with_value = options_with_value();
    for (auto word = words.begin(); word != words.end() && *word != "--"; ++word) {
      if (!word->starts_with('-')) return word;
      const bool has_value = std::ranges::find(with_value, *word) != with_value.end();
      if (has_value && ++word == words.end()) break;
    }
    return words.end();
  }

  // A text that the parser would take apart, letter by letter, as if it were several options in one word: the first
  // word like -hi that is not the value of an option. "" when there is none.
  [[nodiscard]] std::string text_in_place_of_options(const std::vector<std::string>& words) const {
    const std::vector<std::string> with_value = options_with_value();
    const std::string* before = nullptr;
    for (const std::string& word : words) {
      if (word == "--") break;
      const bool is_value =
          before != nullptr && std::find(with_value.begin(), with_value.end(), *before) != with_value.end();
      const bool is_several =
          word.size() > 2 && word[0] == '-' && word[1] != '-' && !(word[1] >= '0' && word[1] <= '9');
      if (!is_value && is_several && word.find_first_not_of("hv", 1) != std::string::npos) return word;
      before = is_value ? nullptr : &word;
    }
    return "";
  }

  // The command that was named so far, and its name with those above it, each followed by a space.
  [[nodiscard]] std::pair<const CLI::App*, std::string> command_named() const {
    const CLI::App* command = &app_;
    std::string path;
    while (!command->get_subcommands().empty()) {
      command = command->get_subcommands().front();
      path += command->get_name() + " ";
    }
    return {command, path};
  }

  // The first word that is like an option and is none; "" when there is none.
  [[nodiscard]] std::string unknown_option(const std::vector<std::string>& words) const {
    const std::vector<std::string> rest = app_.remaining(true);  // in no promised order
    for (const std::string& word : words) {
      if (word == "--") break;
      if (word.size() > 1 && word[0] == '-' && std::find(rest.begin(), rest.end(), word) != rest.end()) return word;
    }
    return "";
  }

  [[nodiscard]] std::string no_option(const std::string& word) const {
    std::vector<std::string> known;
    for (const CLI::App* const command : {command_named().first, &app_}) {
      for (const CLI::Option* const option : command->get_options()) {
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
      }
    }
    const std::string meant = word.starts_with("--") ? nearest_word(word, known) : "";
    return word + " is no option." + (meant.empty() ? "" : " Did you mean " + meant + "?") +
           " A text that begins with - goes after --, like: kith send WHOM -- TEXT";
  }

  // What to say when a word stands where a command should; "" when it is no such mistake.
  [[nodiscard]] std::string unknown_command(const std::vector<std::string>& words) const {
    const auto [parent, path] = command_named();
    std::vector<std::string> known;
    for (const CLI::App* const command : parent->get_subcommands(nullptr)) known.push_back(command->get_name());
    const std::vector<std::string> rest = app_.remaining(true);  // in no promised order
    for (const std::string& word : words) {
      if (known.empty() || word.starts_with('-') || std::find(rest.begin(), rest.end(), word) == rest.end()) continue;
      const std::string meant = nearest_word(word, known);
      return "Unknown command " + path + word + "." + (meant.empty() ? "" : " Did you mean " + path + meant + "?");
    }
    return "";
  }

  static void describe(const CLI::App& command, const std::vector<std::string>& path, CommandTable& table) {
    CommandEntry entry{path, command.get_description(), {}};
    for (const CLI::Option* const option : command.get_options()) entry.options.push_back(described(*option));
    table.push_back(std::move(entry));
    for (const CLI::App* const below : command.get_subcommands(nullptr)) {
      std::vector<std::string> its = path;
      its.push_back(below->get_name());
      describe(*below, its, table);
    }
  }
  static OptionEntry described(const CLI::Option& option) {
    OptionEntry entry;
    for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
    entry.help = option.get_description();
    entry.required = option.get_required();
    if (option.get_items_expected_max() == 0) return entry;
    // "TYPE:{one,two}" is what CLI11 makes of a type and IsMember
    const std::string type = option.get_type_name();
    entry.value = type.substr(0, type.find(':'));
    if (const size_t from = type.find(":{"); from != std::string::npos) {
      std::istringstream words(type.substr(from + 2, type.find('}') - from - 2));
      for (std::string word; std::getline(words, word, ',');) entry.choices.push_back(word);
    }
    return entry;
  }

  // A command that runs `run` unless one of its own subcommands does.
  template <class Run>
  CLI::App& add(CLI::App& parent, const std::string& name, const std::string& help, Run run) {
    CLI::App& command = *parent.add_subcommand(name, help);
    command.fallthrough();  // --home may stand behind the command too
    command.final_callback([this, &command, run] {
      if (command.get_subcommands().empty())
        line_.run = [all = all_, run](Context context) { return run(context, *all); };
    });
    return command;
  }
  // With --to, what stands alone is the text: kith send --to A --to B TEXT.
  static SendOptions with_addressees(SendOptions options) {
    if (options.also_to.empty()) {
      if (options.to.empty() && !options.text) throw CLI::RequiredError("whom");
      return options;
    }
    if (options.text) return options;
    if (!options.to.empty()) options.text = std::move(options.to);
    options.to = std::move(options.also_to.front());
    options.also_to.erase(options.also_to.begin());
    return options;
  }

  void add_messages() {
    AllOptions& all = *all_;
    CLI::App& send = *app_.add_subcommand("send", "Send a message; prints its id");
    send.fallthrough();
    send.final_callback([this] {
      const SendOptions options = with_addressees(all_->send);
      line_.run = [options](Context context) { return run_send(context, options); };
    });
    send.add_option("whom", all.send.to, "To whom; not needed with --to")->type_name("WHOM");
    send.add_option("text", all.send.text, "The text; without it, or with -, it is read from standard input")
        ->type_name("TEXT");
    add_wait(send, all.send.wait, all.send.timeout_s);
    send.add_option("--file", all.send.file, "Send this file; the text, if there is one, is what stands under it")
        ->type_name("FILE");
    send.add_option("--caption", all.send.caption, "What stands under the file")->type_name("TEXT")->needs("--file");
    send.add_flag("--document", all.send.as_document, "The file as it is, unchanged")->needs("--file");
    send.add_flag("--voice", all.send.voice, "The file is a voice message")->needs("--file");
    send.add_flag("--hd", all.send.hd, "A photo in twice the size")->needs("--file");
    send.add_flag("--view-once", all.send.view_once, "A photo, video or voice message that can be opened once")
        ->needs("--file");
    send.add_flag("--preview", all.send.preview,
                  "With a preview of the first link in the text, which the server fetches for it")
        ->excludes("--file");
    send.add_option("--reply-to", all.send.reply_to, "Quote the message with this id")->type_name("ID");
    send.add_option("--to", all.send.also_to, "To whom; may be given again, and a single word without one is the text")
        ->type_name("WHOM")
        ->allow_extra_args(false);
    add_json(send, all.send.json);

    CLI::App& save = add(app_, "save", "Write a message's file into a directory; prints its path",
                         [](Context c, const AllOptions& o) { return run_save(c, o.save); });
    save.add_option("id", all.save.id, "The message")->required()->type_name("ID");
    save.add_option("directory", all.save.directory, "Where; without it, here")->type_name("DIR");
    save.add_flag("--unplayed", all.save.unplayed, "Don't tell the sender of a voice message that it was played");

    add_message_commands(
        app_, all_->message, [this](CLI::App& parent, const char* name, const char* help, auto run) -> CLI::App& {
          return add(parent, name, help, [run](Context c, const AllOptions& o) { return run(c, o.message); });
        });

    CLI::App& receive = add(app_, "receive", "Print each message that came, once",
                            [](Context c, const AllOptions& o) { return run_receive(c, o.receive); });
    receive.add_flag("--follow", all.receive.follow, "Go on until stopped");
    receive.add_option("--timeout", all.receive.timeout_s, "Wait up to S seconds for something new")
        ->check(CLI::Range(0.0, 1e6))
        ->type_name("S");
    receive.add_flag("--mark-read", all.receive.mark_read, "Tell the senders that it was read");
    CLI::Option* const exec =
        receive
            .add_option("--exec", all.receive.exec,
                        "Run a shell command for each message, which is on its standard input as JSON")
            ->type_name("CMD");
    receive.add_flag("--json", all.receive.json, "One JSON object a line")->excludes(exec);

    CLI::App& chat = add(app_, "chat", "Talk to somebody, interactively",
                         [](Context c, const AllOptions& o) { return run_chat(c, o.chat); });
    chat.add_option("whom", all.chat.with, "With whom")->required()->type_name("WHOM");

    CLI::App& conversations = add(app_, "conversations", "List the conversations, newest first",
                                  [](Context c, const AllOptions& o) { return run_conversations(c, o.conversations); });
    add_json(conversations, all.conversations.json);
    conversations.add_option("--list", all.conversations.list, "Only those in this list: kith lists")
        ->type_name("NAME");

    CLI::App& history = add(app_, "history", "Show a conversation's messages",
                            [](Context c, const AllOptions& o) { return run_history(c, o.history); });
    history.add_option("whom", all.history.with, "With whom")->required()->type_name("WHOM");
    CLI::Option& limit = add_limit(history, all.history.limit);
    CLI::Option* const before =
        history.add_option("--before", all.history.before, "Only what is older than this message")->type_name("ID");
    history.add_flag("--all", all.history.all, "From the first message on")->excludes(&limit)->excludes(before);
    history.add_flag("--mark-read", all.history.mark_read, "Tell the sender that it was read");
    add_json(history, all.history.json);

    CLI::App& search = add(app_, "search", "Find messages by words, newest first",
                           [](Context c, const AllOptions& o) { return run_search(c, o.search); });
    search.add_option("query", all.search.query, "Words")->required()->type_name("QUERY");
    search.add_option("--with", all.search.with, "Only in this conversation")->type_name("WHOM");
    add_limit(search, all.search.limit);
    add_json(search, all.search.json);
  }

  void add_people() {
    AllOptions& all = *all_;
    const auto list = [](Context c, const AllOptions& o) { return run_contacts_list(c, o.contacts); };
    CLI::App& contacts = add(app_, "contacts", "List, import and change contacts", list);
    add_json(contacts, all.contacts.json);
    add(contacts, "list", "List them (the default)", list);
    CLI::App& import = add(contacts, "import", "Take in a vCard file",
                           [](Context c, const AllOptions& o) { return run_contacts_import(c, o.contacts_file); });
    import.add_option("file", all.contacts_file, "A .vcf file; - reads standard input")->required()->type_name("FILE");
    CLI::App& contact = add(contacts, "add", "Add a contact, or rename one", [](Context c, const AllOptions& o) {
      return run_contacts_add(c, o.contact_handle, o.contact_name);
    });
    contact.add_option("handle", all.contact_handle, "Phone number, e-mail address or username")
        ->required()
        ->type_name("HANDLE");
    contact.add_option("name", all.contact_name, "Name to show")->required()->type_name("NAME");
    CLI::App& remove = add(contacts, "remove", "Remove a contact",
                           [](Context c, const AllOptions& o) { return run_contacts_remove(c, o.whom); });
    remove.add_option("whom", all.whom, "Whom")->required()->type_name("WHOM");

    CLI::App& verify = add(app_, "verify", "Show the safety number with somebody",
                           [](Context c, const AllOptions& o) { return run_verify(c, o.verify); });
    verify.add_option("whom", all.verify.with, "With whom")->required()->type_name("WHOM");
    CLI::Option* const mark =
        verify.add_flag("--mark", all.verify.mark, "It is the same on their side: mark as verified");
    verify.add_flag("--unmark", all.verify.unmark, "Take the mark away")->excludes(mark);
    add_json(verify, all.verify.json);

    CLI::App& accept = add(app_, "accept", "Agree to somebody's changed identity, so that what waits is sent",
                           [](Context c, const AllOptions& o) { return run_accept(c, o.whom); });
    accept.add_option("whom", all.whom, "Whose")->required()->type_name("WHOM");

    add_arranging();
    add_lists();

    CLI::App& block = add(app_, "block", "Take no messages from somebody",
                          [](Context c, const AllOptions& o) { return run_block(c, o.whom, true); });
    block.add_option("whom", all.whom, "Whom")->required()->type_name("WHOM");
    CLI::App& unblock = add(app_, "unblock", "Take messages from somebody again",
                            [](Context c, const AllOptions& o) { return run_block(c, o.whom, false); });
    unblock.add_option("whom", all.whom, "Whom")->required()->type_name("WHOM");
  }

  void add_arranging() {
    AllOptions& all = *all_;
    const auto whom = [&all](CLI::App& command) {
      command.add_option("whom", all.whom, "With whom")->required()->type_name("WHOM");
    };
    whom(add(app_, "archive", "Put a conversation away, also when a message comes",
             [](Context c, const AllOptions& o) { return run_archive(c, o.whom, true); }));
    whom(add(app_, "unarchive", "Take it out again",
             [](Context c, const AllOptions& o) { return run_archive(c, o.whom, false); }));
    CLI::App& unread = add(app_, "unread", "Mark a conversation as unread, until somebody reads in it next",
                           [](Context c, const AllOptions& o) { return run_unread(c, o.unread); });
    unread.add_option("whom", all.unread.whom, "With whom")->required()->type_name("WHOM");
    unread.add_flag("--remove", all.unread.remove, "Take it back");
    whom(add(app_, "pin", "Show a conversation before all others; three at most",
             [](Context c, const AllOptions& o) { return run_pin(c, o.whom, true); }));
    whom(add(app_, "unpin", "Show it in its place again",
             [](Context c, const AllOptions& o) { return run_pin(c, o.whom, false); }));
    CLI::App& mute = add(app_, "mute", "Be notified of nothing in a conversation",
                         [](Context c, const AllOptions& o) { return run_mute(c, o.mute); });
    mute.add_option("whom", all.mute.whom, "With whom")->required()->type_name("WHOM");
    mute.add_option("--hours", all.mute.hours, "For so long; without it for ever")->type_name("N")->check(hours());
    whom(
        add(app_, "unmute", "Be notified again", [](Context c, const AllOptions& o) { return run_unmute(c, o.whom); }));
    CLI::App& clear = add(app_, "clear", "Take all messages of a conversation from one's own devices",
                          [](Context c, const AllOptions& o) { return run_clear(c, o.clear); });
    clear.add_option("whom", all.clear.whom, "With whom")->required()->type_name("WHOM");
    clear.add_flag("--keep-starred", all.clear.keep_starred, "But for those that are starred");
    whom(add(app_, "delete-chat", "Clear a conversation, and list it no more until something is said in it",
             [](Context c, const AllOptions& o) { return run_delete_chat(c, o.whom); }));
  }

  void add_lists() {
    ListsOptions& options = all_->lists;
    CLI::App& lists = add(app_, "lists", "List one's own lists of conversations",
                          [](Context c, const AllOptions& o) { return run_lists(c, o.lists); });
    lists.require_subcommand(0, 1);
    add_json(lists, options.json);
    const auto named = [&](const char* command, const char* help, auto run) -> CLI::App& {
      CLI::App& added = add(lists, command, help, run);
      added.add_option("name", options.name, "Which list")->required()->type_name("NAME");
      return added;
    };
    named("add", "Put conversations into a list; makes the list if there is none",
          [](Context c, const AllOptions& o) { return run_lists_add(c, o.lists); })
        .add_option("whom", options.whom, "Whom with")
        ->type_name("WHOM");
    named("take", "Take conversations out of a list",
          [](Context c, const AllOptions& o) { return run_lists_take(c, o.lists); })
        .add_option("whom", options.whom, "Whom with")
        ->required()
        ->type_name("WHOM");
    named("rename", "Call a list something else",
          [](Context c, const AllOptions& o) { return run_lists_set(c, o.lists, false); })
        .add_option("new-name", options.other_name, "What to call it")
        ->required()
        ->type_name("NEW");
    named("remove", "Remove a list; its conversations stay",
          [](Context c, const AllOptions& o) { return run_lists_set(c, o.lists, true); });
  }

  void add_devices() {
    AllOptions& all = *all_;
    const auto list = [](Context c, const AllOptions& o) { return run_devices_list(c, o.devices); };
    CLI::App& devices = add(app_, "devices", "List, link and remove this account's devices", list);
    add_json(devices, all.devices.json);
    add(devices, "list", "List them (the default)", list);
    CLI::App& link = add(devices, "link", "Make this home a further device of an account: prints a link, and waits",
                         [](Context c, const AllOptions& o) { return run_devices_link(c, o.device_link); });
    link.add_option("--server", all.device_link.server, "Address of the account's server, like https://kith.example")
        ->required()
        ->type_name("URL");
    link.add_option("--name", all.device_link.name, "What to call this device")
        ->type_name("NAME")
        ->capture_default_str();
    CLI::App& admit = add(devices, "add", "Let the device that shows this link into the account",
                          [](Context c, const AllOptions& o) { return run_devices_add(c, o.device_add); });
    admit.add_option("link", all.device_add.link, "The link")->required()->type_name("LINK");
    admit.add_option("--code", all.device_add.code, "The code that the new device shows; without it you are asked")
        ->type_name("N");
    admit.add_option("--history", all.device_add.history, "Which messages from before it gets")
        ->check(CLI::IsMember({"all", "year", "none"}))
        ->capture_default_str();
    CLI::App& remove = add(devices, "remove", "End a device, by its number, or all others",
                           [](Context c, const AllOptions& o) { return run_devices_remove(c, o.device_remove); });
    CLI::Option* const one = remove.add_option("device", all.device_remove.device, "Which")->type_name("N");
    remove.add_flag("--all", all.device_remove.all, "All but this one; on a terminal you are asked")->excludes(one);
    CLI::App& rename = add(devices, "rename", "Call a device by another name", [](Context c, const AllOptions& o) {
      return run_devices_rename(c, o.device, o.device_name);
    });
    rename.add_option("device", all.device, "Which")->required()->type_name("N");
    rename.add_option("name", all.device_name, "Its name")->required()->type_name("NAME");
  }

  void add_self() {
    AllOptions& all = *all_;
    CLI::App& registration = add(app_, "register", "Make this home a device of a phone number or e-mail address",
                                 [](Context c, const AllOptions& o) { return run_register(c, o.register_); });
    registration.add_option("--server", all.register_.server, "Address of the server, like https://kith.example")
        ->required()
        ->type_name("URL");
    CLI::Option* phone =
        registration.add_option("--phone", all.register_.phone, "Phone number with country code")->type_name("NUMBER");
    registration.add_option("--email", all.register_.email, "E-mail address, instead of a number")
        ->excludes(phone)
        ->type_name("ADDRESS");
    registration.add_option("--name", all.register_.name, "Name to show to others")->required()->type_name("NAME");
    registration.add_option("--code", all.register_.code, "The code that proves it")->type_name("N");
    registration.add_option("--pin", all.register_.pin, "The registration PIN, if there is one")->type_name("P");

    add_devices();

    const auto show_profile = [](Context c, const AllOptions& o) { return run_profile_show(c, o.profile_show); };
    CLI::App& profile = add(app_, "profile", "Show or change the profile", show_profile);
    add_json(profile, all.profile_show.json);
    add(profile, "show", "Show it (the default), or somebody's", show_profile)
        .add_option("whom", all.profile_show.of, "Whose")
        ->type_name("WHOM");
    CLI::App& set_profile = *profile.add_subcommand("set", "Change one's own");
    set_profile.fallthrough();
    CLI::Option* const name =
        set_profile.add_option("--name", all.profile_name, "Name to show to others")->type_name("NAME");
    CLI::Option* const about =
        set_profile.add_option("--about", all.profile_about, "A few words; \"\" for none")->type_name("TEXT");
    CLI::Option* const photo =
        set_profile.add_option("--photo", all.profile_photo, "A picture, of which the middle is shown")
            ->type_name("FILE");
    set_profile.add_flag("--no-photo", all.profile_no_photo, "Remove the photo")->excludes(photo);
    set_profile.final_callback([this, name, about] {
      ProfileSetOptions options;
      if (name->count() > 0) options.name = all_->profile_name;
      if (about->count() > 0) options.about = all_->profile_about;
      options.photo = all_->profile_photo;
      options.no_photo = all_->profile_no_photo;
      line_.run = [options](Context context) { return run_profile_set(context, options); };
    });

    const auto show_settings = [](Context c, const AllOptions& o) { return run_settings_show(c, o.settings_show); };
    CLI::App& settings = add(app_, "settings", "Show or change the settings", show_settings);
    add_json(settings, all.settings_show.json);
    add(settings, "show", "Show them (the default)", show_settings);
    CLI::App& set_setting =
        add(settings, "set",
            "Change one: read_receipts, link_previews on|off; last_seen, about, photo everyone|contacts|nobody; pin "
            "PIN|none|- "
            "(standard input)",
            [](Context c, const AllOptions& o) { return run_settings_set(c, o.setting_key, o.setting_value); });
    set_setting.add_option("key", all.setting_key, "Which")
        ->required()
        ->type_name("KEY")
        ->check(CLI::IsMember({"read_receipts", "last_seen", "about", "photo", "link_previews", "pin"}));
    set_setting.add_option("value", all.setting_value, "To what")->required()->type_name("VALUE");

    CLI::App& status = add(app_, "status", "Show who this device is, and whether it reaches the server",
                           [](Context c, const AllOptions& o) { return run_status(c, o.status); });
    add_json(status, all.status.json);

    CLI::App& rpc = add(app_, "rpc", "Be driven by a program: JSON-RPC 2.0 on standard input and output",
                        [](Context c, const AllOptions& o) { return run_rpc(c, o.rpc); });
    rpc.add_flag_callback(
        "--no-connect", [&all] { all.rpc.connect = false; }, "Connect only when told to by the method connect");
  }

  void add_shell() {
    CLI::App& completion = *app_.add_subcommand("completion", "Print a completion script for a shell");
    completion.add_option("shell", all_->shell, "Which")
        ->required()
        ->type_name("SHELL")
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    completion.final_callback([this] {
      const Shell shell = all_->shell == "bash" ? Shell::kBash : all_->shell == "zsh" ? Shell::kZsh : Shell::kFish;
      line_.text = completion_script(table(), shell);
    });
    app_.add_subcommand("man", "Print the manual page, for man -l -")->final_callback([this] {
      line_.text = manual_page(table(), "kith " KITH_VERSION);
    });
  }

  CommandLine& line_;
  Shared all_ = std::make_shared<AllOptions>();
  CLI::App app_{"Kith: a private messenger, in the terminal."};
};

}  // namespace

CommandTable command_table() {
  CommandLine line;
  return Parser(line).table();
}

CommandLine parse_command_line(int count, const char* const* arguments) {
  CommandLine line;
  Parser(line).parse(count, arguments);
  return line;
}

}  // namespace kith::cli
