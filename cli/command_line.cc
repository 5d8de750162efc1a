// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <sstream>

#include "base/about.h"
#include "cli/command_options.h"
#include "cli/command_words.h"
#include "cli/commands/commands.h"
#include "cli/conversation_command_line.h"
#include "cli/group_command_line.h"
#include "cli/message_command_line.h"

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
  ConversationOptions conversation;
  ReceiveOptions receive;
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
  StatusOptions status;
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
    add_conversation_commands(
        app_, all_->conversation, [this](CLI::App& parent, const char* name, const char* help, auto run) -> CLI::App& {
          return add(parent, name, help, [run](Context c, const AllOptions& o) { return run(c, o.conversation); });
        });
    add_people();
    add_group_commands(
        app_, all_->group, [this](CLI::App& parent, const char* name, const char* help, auto run) -> CLI::App& {
          return add(parent, name, help, [run](Context c, const AllOptions& o) { return run(c, o.group); });
        });
    add_self();
    add_shell();
  }

  void parse(int count, const char* const* arguments) {
    CommandWords words(app_, {arguments + std::min(count, 1), arguments + count});
    if (const std::string mistake = words.text_in_place_of_options(); !mistake.empty()) return refuse(mistake);
    try {
      app_.parse(words.reversed());
      line_.makes_home = app_.got_subcommand("register") || app_.got_subcommand("rpc") ||
                         (app_.got_subcommand("devices") && app_.get_subcommand("devices")->got_subcommand("link"));
      for (const char* command : {"send", "retry", "chat", "rpc"}) line_.tells_failures |= app_.got_subcommand(command);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out;
      line_.run = nullptr;
      if (const std::string mistake = words.unknown_command(); !mistake.empty()) return refuse(mistake);
      line_.code = app_.exit(error, out, out) == 0 ? ExitCode::kOk : ExitCode::kUsage;
      line_.text = out.str();
      if (line_.code == ExitCode::kOk) return;
      if (const std::string mistake = words.unknown_option(); !mistake.empty()) refuse(mistake);
    }
  }

  [[nodiscard]] CommandTable table() const { return table_of(app_); }

 private:
  void refuse(const std::string& mistake) {
    line_.code = ExitCode::kUsage;
    line_.text = mistake + "\nRun with --help for more information.\n";
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

    CLI::App& block = add(app_, "block", "Take no messages from somebody",
                          [](Context c, const AllOptions& o) { return run_block(c, o.whom, true); });
    block.add_option("whom", all.whom, "Whom")->required()->type_name("WHOM");
    CLI::App& unblock = add(app_, "unblock", "Take messages from somebody again",
                            [](Context c, const AllOptions& o) { return run_block(c, o.whom, false); });
    unblock.add_option("whom", all.whom, "Whom")->required()->type_name("WHOM");
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
