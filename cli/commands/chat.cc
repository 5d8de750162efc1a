// SPDX-License-Identifier: AGPL-3.0-or-later

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <unordered_set>

#include "cli/chat_screen.h"
#include "cli/commands/commands.h"
#include "cli/group_text.h"
#include "cli/mentions.h"
#include "cli/message_text.h"
#include "cli/time_text.h"

namespace kith::cli {
namespace {

using client_api::Conversation;
using client_api::Event;
using client_api::Message;
using client_api::Presence;
using client_api::Request;
using client_api::Response;
using client_api::State;

constexpr uint32_t kShownAtStart = 20;
constexpr uint64_t kFarewellMs = 5000;
constexpr uint64_t kDraftMs = 2000;

constexpr const char* kHelp[] = {
    "Type a line to send it.",
    "/history [N]  shows earlier messages",
    "/retry        sends again what was not sent",
    "/delete       deletes the last that was not sent",
    "/quit         ends",
    "//...         sends a line that begins with /",
};

class Chat {
 public:
  Chat(Context context, Conversation conversation)
      : context_(context), host_(context.host), conversation_(std::move(conversation)) {}

  ExitCode run() {
    host_.listen([this](const Event& event) { on_event(event); });
    screen_ =
        ChatScreen::open(context_, {[this](std::string line) { on_line(std::move(line)); },
                                    [this](bool composing) { tell_typing(composing); }, [this] { over_ = true; }});
    context_.host.start(list_messages(kShownAtStart), [this](const Response& response) {
      for (const Message& message : response.list_messages().messages()) show(message);
      screen_->print(context_.out.coloured(
          "2", "Chat with " + one_line(title_of(conversation_)) + ". /help for help, /quit to leave."));
      say_why_not_to_write();
      begin();
    });
    const auto outcome = host_.run_until([&] { return over_ || is_refused(host_.state()); }, std::nullopt);
    outcome == Host::Outcome::kStopped ? keep_draft() : leave();
    screen_.reset();
    if (is_refused(host_.state())) {
      say_refused(context_);
      return ExitCode::kDeviceEnded;
    }
    return ExitCode::kOk;
  }

 private:
  void begin() {
    Request available;
    available.mutable_set_available()->set_available(true);
    ignore(std::move(available));
    if (!conversation_.has_group()) {
      Request watch;
      watch.mutable_watch_presence()->add_conversations(conversation_.id());
      ignore(std::move(watch));
    }
    learn_members();
    mark_read();
    if (!conversation_.draft().empty() && screen_->draft().empty()) screen_->set_draft(conversation_.draft());
    begun_ = true;
    update_status();
  }

  // Who can be named in a line.
  void learn_members() {
    if (!conversation_.has_group()) return;
    Request request;
    request.mutable_list_members()->set_conversation(conversation_.id());
    ++outstanding_;
    host_.start(std::move(request), [this](const Response& response) {
      --outstanding_;
      if (response.has_list_members()) members_ = response.list_members();
    });
  }

  void say_why_not_to_write() {
    const client_api::Group& group = conversation_.group();
    if (!conversation_.has_group() || group.incomplete() || group.role() == client_api::Group::kAdmin) return;
    const bool is_out = group.role() == client_api::Group::kNone;
    if (!is_out && group.permissions().send()) return;
    screen_->print(context_.out.coloured(
        "33", is_out ? "You are no member of this group any more: you can only read." : "Only admins write here."));
  }

  // Also where the chat was stopped. One that was kept before and not shown yet stays what it is.
  void keep_draft() {
    if (!screen_->shows_status() || !begun_) return;
    Request draft;
    draft.mutable_set_draft()->set_conversation(conversation_.id());
    draft.mutable_set_draft()->set_text(screen_->draft());
    const auto is_kept = std::make_shared<bool>(false);
    host_.start(std::move(draft), [is_kept](const Response&) { *is_kept = true; });
    host_.finish([is_kept] { return *is_kept; }, kDraftMs);
  }

  // Keeps what was not sent, and lets what was sent leave.
  void leave() {
    keep_draft();
    host_.run_until(
        [&] { return outstanding_ == 0 && (host_.state().unsent_messages() == 0 || is_offline(host_.state())); },
        host_.in_ms(kFarewellMs));
  }

  void ignore(Request request) {
    ++outstanding_;
    host_.start(std::move(request), [this](const Response&) { --outstanding_; });
  }

  Request list_messages(uint32_t limit) const {
    Request request;
    request.mutable_list_messages()->set_conversation(conversation_.id());
    request.mutable_list_messages()->set_limit(limit);
    return request;
  }

  void mark_read() {
    Request request;
    request.mutable_mark_read()->set_conversation(conversation_.id());
    ignore(std::move(request));
  }

  void tell_typing(bool composing) {
    if (!composing && !typing_) return;
    typing_ = composing;
    Request request;
    request.mutable_set_typing()->set_conversation(conversation_.id());
    request.mutable_set_typing()->set_typing(composing);
    ignore(std::move(request));
  }

  void on_line(std::string line) {
    if (over_ || is_blank(line)) return;
    if (line.starts_with("//")) {
      line.erase(0, 1);
    } else if (line.starts_with('/')) {
      return on_command(line);
    }
    typing_ = false;  // the message says it
    Request request;
    request.mutable_send_message()->set_conversation(conversation_.id());
    request.mutable_send_message()->set_text(line);
    const Mentions mentions = mentions_in(line, members_);
    request.mutable_send_message()->mutable_mentions()->Assign(mentions.of.begin(), mentions.of.end());
    if (!mentions.unclear.empty())
      screen_->print(context_.out.coloured("33", one_line(unclear_mentions_note(mentions.unclear))));
    ++outstanding_;
    host_.start(std::move(request), [this](const Response& response) {
      --outstanding_;
      if (response.has_failure()) {
        screen_->print(context_.out.coloured("31", safe_for_terminal("not sent: " + describe(response.failure()))));
      } else if (!shown_.contains(response.send_message().message().id())) {
        show(response.send_message().message());
      }
    });
  }

  void on_command(const std::string& line) {
    if (line == "/quit" || line == "/q") {
      over_ = true;
    } else if (line == "/history" || line.starts_with("/history ")) {
      show_history(line.substr(std::string_view("/history").size()));
    } else if (line == "/retry") {
      with_failed([this](const Messages& failed) {
        for (const Message& message : failed) retry(message);
      });
    } else if (line == "/delete") {
      with_failed([this](const Messages& failed) { remove(failed.back()); });
    } else if (line == "/help") {
      for (const char* const help : kHelp) screen_->print(context_.out.coloured("2", help));
    } else {
      screen_->print(context_.out.coloured("2", "There is no such command; /help lists them."));
    }
  }

  void show_history(const std::string& how_many) {
    const unsigned long wanted = is_blank(how_many) ? 50 : std::strtoul(how_many.c_str(), nullptr, 10);
    if (wanted == 0) return screen_->print(context_.out.coloured("2", "/history takes a number, up to 500."));
    ++outstanding_;
    host_.start(list_messages(static_cast<uint32_t>(std::min(wanted, 500UL))), [this](const Response& response) {
      --outstanding_;
      for (const Message& message : response.list_messages().messages()) show(message);
    });
  }

  // Those among the last 500 messages, the oldest first.
  using Messages = std::vector<Message>;
  void with_failed(std::function<void(const Messages&)> use) {
    ask_and_say_failure(list_messages(500), [this, use = std::move(use)](const Response& response) {
      Messages failed;
      for (const Message& message : response.list_messages().messages()) {
        if (message.tick() == Message::kFailed) failed.push_back(message);
      }
      if (!failed.empty()) return use(failed);
      screen_->print(context_.out.coloured("2", "Nothing here failed to be sent."));
    });
  }
  void retry(const Message& message) {
    Request request;
    request.mutable_retry_message()->set_id(message.id());
    ask_and_say_failure(std::move(request), [this](const Response& response) {
      const Message& again = response.retry_message();
      if (!screen_->reprint(again.id(), line_of(again))) show(again);
    });
  }
  void remove(const Message& message) {
    Request request;
    request.mutable_delete_messages()->add_ids(message.id());
    ask_and_say_failure(std::move(request), [this, text = message.text().text()](const Response&) {
      screen_->print(context_.out.coloured("2", "deleted: " + one_line(excerpt(text, 40))));
    });
  }
  void ask_and_say_failure(Request request, std::function<void(const Response&)> use) {
    ++outstanding_;
    host_.start(std::move(request), [this, use = std::move(use)](const Response& response) {
      --outstanding_;
      if (!response.has_failure()) return use(response);
      screen_->print(context_.out.coloured("31", safe_for_terminal(describe(response.failure()))));
    });
  }

  void show(const Message& message) {
    shown_.insert(message.id());
    if (message.outgoing()) note_tick(message);
    screen_->print(message.id(), line_of(message));
  }
  std::string line_of(const Message& message) const {
    return message_line(context_.out, message, told_there(context_, message, place_of(conversation_)), unix_now_us());
  }

  // The status line shows the ticks of one's last message.
  void note_tick(const Message& message) {
    if (message.has_group_event()) return;
    if (message.order_us() < last_sent_.order_us() && message.id() != last_sent_.id()) return;
    last_sent_ = message;
    update_status();
  }

  void on_event(const Event& event) {
    if (event.has_state_changed()) {
      const bool offline = is_offline(event.state_changed());
      if (offline != offline_ && !screen_->shows_status())
        context_.out.note(offline ? why_offline(event.state_changed()) + ": messages are sent later" : "online");
      offline_ = offline;
    } else if (event.has_resync()) {
      show_missed();
    } else if (event.has_message_added() && event.message_added().conversation() == conversation_.id()) {
      const Message& message = event.message_added();
      shown_.contains(message.id()) ? on_changed(message) : show(message);
      if (!message.outgoing()) mark_read();
      if (message.has_group_event()) learn_members();
    } else if (event.has_message_changed() && event.message_changed().conversation() == conversation_.id()) {
      on_changed(event.message_changed());
    } else if (event.has_message_removed() && event.message_removed().conversation() == conversation_.id()) {
      on_removed(event.message_removed().id());
    } else if (event.has_conversation_changed() && event.conversation_changed().id() == conversation_.id()) {
      on_conversation(event.conversation_changed());
    } else if (event.has_typing_changed() && event.typing_changed().conversation() == conversation_.id()) {
      on_typing(event.typing_changed());
    } else if (event.has_group_progress() && event.group_progress().conversation() == conversation_.id()) {
      keys_ = event.group_progress();
    } else if (event.has_presence_changed() && event.presence_changed().conversation() == conversation_.id()) {
      *conversation_.mutable_direct()->mutable_presence() = event.presence_changed().presence();
    }
    update_status();
  }

  void on_conversation(const Conversation& now) {
    const client_api::Group before = conversation_.group();
    conversation_ = now;
    const bool may_send = now.group().permissions().send();
    if (before.role() != now.group().role() || before.permissions().send() != may_send) say_why_not_to_write();
  }

  void on_typing(const client_api::TypingChanged& change) {
    auto& typing = *conversation_.mutable_typing();
    const auto is_it = [&](const client_api::Person& one) { return one.account_id() == change.who().account_id(); };
    typing.erase(std::remove_if(typing.begin(), typing.end(), is_it), typing.end());
    if (change.typing()) *typing.Add() = change.who();
  }

  // Events were left out.
  void show_missed() {
    ++outstanding_;
    host_.start(list_messages(kShownAtStart), [this](const Response& response) {
      --outstanding_;
      for (const Message& message : response.list_messages().messages()) {
        shown_.contains(message.id()) ? on_changed(message) : show(message);
      }
      mark_read();
    });
    learn_members();
  }

  void on_changed(const Message& message) {
    const bool is_new = message.id() != last_sent_.id() || message.tick() != last_sent_.tick();
    if (message.outgoing()) note_tick(message);
    if (screen_->reprint(message.id(), line_of(message))) {
      // seen where it stands
    } else if (!message.outgoing() || message.tick() == Message::kFailed) {
      show(message);  // one that can be read now, or that will not be sent
    } else if (is_new && !screen_->shows_status() && message.tick() >= Message::kDelivered) {
      context_.out.note(tick_word(message.tick()) + ": " + excerpt(message.text().text(), 40));
    }
    if (is_new && message.tick() == Message::kFailed)
      screen_->print(context_.out.coloured("2", "/retry sends it again, /delete deletes it."));
  }

  void on_removed(const std::string& id) {
    if (shown_.erase(id) > 0) screen_->reprint(id, context_.out.coloured("2", "(removed)"));
    if (last_sent_.id() == id) last_sent_ = {};
  }

  void update_status() {
    const Output& out = context_.out;
    std::string status = out.coloured("1", one_line(excerpt(title_of(conversation_), 24)));
    const Presence& presence = conversation_.direct().presence();
    if (offline_) {
      status += out.coloured("33", " (you are offline)");
    } else if (keys_.done() < keys_.total()) {
      status += out.coloured("2", " " + keys_text(keys_));
    } else if (conversation_.typing_size() > 0) {
      status += out.coloured("32", typing_text());
    } else if (presence.kind() == Presence::kOnline) {
      status += out.coloured("32", " online");
    } else if (presence.kind() == Presence::kLastSeen && presence.last_seen_us() > 0) {
      status += out.coloured("2", " last seen " + local_time(presence.last_seen_us(), unix_now_us()));
    }
    if (!last_sent_.id().empty()) status += " " + tick_mark(out, last_sent_.tick());
    screen_->set_status(status + " ");
  }

  // Of a group it says who.
  [[nodiscard]] std::string typing_text() const {
    if (!conversation_.has_group()) return " is typing…";
    const bool is_one = conversation_.typing_size() == 1;
    return ": " + one_line(excerpt(names_of(conversation_.typing(), ""), 40)) + (is_one ? " is" : " are") + " typing…";
  }

  Context context_;
  Host& host_;
  Conversation conversation_;
  client_api::ListMembersResponse members_;  // of a group
  client_api::GroupProgress keys_;
  std::unique_ptr<ChatScreen> screen_;
  std::unordered_set<std::string> shown_;
  Message last_sent_;
  size_t outstanding_ = 0;
  bool typing_ = false;
  bool offline_ = false;
  bool over_ = false;
  bool begun_ = false;
};

}  // namespace

ExitCode run_chat(Context context, const ChatOptions& options) {
  if (const auto connecting = start_connecting(context); !connecting) return connecting.error();
  auto conversation = conversation_with(context, options.with);
  if (!conversation) return conversation.error();
  return Chat(context, std::move(*conversation)).run();
}

}  // namespace kith::cli
