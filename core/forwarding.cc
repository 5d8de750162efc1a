// SPDX-License-Identifier: AGPL-3.0-or-later

#include "core/forwarding.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "core/asked_messages.h"
#include "core/contents.h"
#include "core/engine.h"

namespace kith::core {

namespace {

using client_api::Failure;

// Of the photos that stand together there: they do so where they go as well.
using Albums = std::map<Bytes, MessageId>;

// Fails the request.
bool may_forward(Engine& engine, uint32_t request, const MessageRow& message) {
  const auto fail = [&](Failure::Code code, const char* why) {
    engine.output.fail(request, code, "ids: " + message.id.hex() + why);
    return false;
  };
  const auto media = contents::media_of(message);
  if (!contents::is_written(message)) return fail(Failure::kInvalidArgument, " is no text and no file");
  if (!media) return true;
  if (media->view_once()) return fail(Failure::kInvalidArgument, " is to be viewed once");
  const auto file = engine.store.files.find(message.file);
  const bool is_gone = file && (file->state == FileState::kGone || file->state == FileState::kBroken);
  return !is_gone || fail(Failure::kFileGone, " has a file that is gone");
}

// Absent, and the request failed: one is none, or nothing can be sent there.
std::optional<std::vector<ConversationRow>> find_conversations(
    Engine& engine, uint32_t request, const google::protobuf::RepeatedPtrField<std::string>& ids) {
  std::vector<ConversationRow> found;
  for (const std::string& text : ids) {
    const auto id = ConversationId::from_hex(text);
    const auto conversation = id ? engine.store.conversations.find(*id) : std::nullopt;
    if (!conversation) {
      engine.output.fail(request, id ? Failure::kNoSuchConversation : Failure::kInvalidArgument,
                         "conversations: " + text);
      return std::nullopt;
    }
    if (std::ranges::find(found, conversation->id, &ConversationRow::id) != found.end()) continue;
    if (!engine.sending.may_send(request, conversation->peer)) return std::nullopt;
    found.push_back(*conversation);
  }
  return found;
}

// What it says, or else this, from here on, to these. Whom it names there is named no more if he is no member here.
content::Text words_for(Engine& engine, const MessageRow& original, const std::string* caption, const Target& to) {
  content::Text text;
  contents::write_words(caption != nullptr ? contents::Words{*caption, {}} : contents::words_of(original), text);
  const auto is_none = [&](const content::Mention& each) {
    const auto account = AccountId::from_bytes(each.account());
    return !account || !to.is_group() || !engine.store.groups.member(to.group(), *account);
  };
  auto& mentions = *text.mutable_mentions();
  mentions.erase(std::remove_if(mentions.begin(), mentions.end(), is_none), mentions.end());
  text.set_forwards(std::min(contents::forwards_of(original) + 1, contents::kForwardsMax));
  return text;
}

// Into the message, which goes there. False: damage in the database.
bool copy(Engine& engine, const MessageRow& original, const std::string* caption, const Target& to, Albums& albums,
          MessageRow& message) {
  const content::Text words = words_for(engine, original, caption, to);
  auto media = contents::media_of(original);
  if (!media) return contents::read_text(words, to.is_group(), message);
  *media->mutable_caption() = words;
  if (!media->album().empty()) {
    const auto album = albums.try_emplace(media->album(), engine.random.id<MessageId>()).first;
    media->set_album(album->second.bytes());
  }
  return contents::read_media(*media, to.is_group(), message);
}

}  // namespace

void forward_messages(Engine& engine, uint32_t request, const client_api::ForwardMessagesRequest& what) {
  Output& output = engine.output;
  auto originals = asked_messages(engine, request, what.ids());
  if (!originals) return;
  for (const MessageRow& each : *originals) {
    if (!may_forward(engine, request, each)) return;
  }
  const std::string* const caption = what.has_caption() ? &what.caption() : nullptr;
  if (caption != nullptr) {
    if (originals->size() != 1 || originals->front().kind != MessageKind::kMedia)
      return output.fail(request, Failure::kInvalidArgument, "caption: is for one message, with a file");
    if (!engine.sending.is_text(request, *caption, true)) return;
  }
  const auto conversations_max = static_cast<int>(kForwardConversationsMax);
  if (what.conversations().empty() || what.conversations_size() > conversations_max)
    return output.fail(request, Failure::kInvalidArgument, "conversations: 1 to " + std::to_string(conversations_max));
  const auto conversations = find_conversations(engine, request, what.conversations());
  if (!conversations) return;
  const auto has_come_far = [](const MessageRow& each) { return contents::forwards_of(each) >= kForwardsFar; };
  if (conversations->size() > 1 && std::ranges::any_of(*originals, has_come_far))
    return output.fail(request, Failure::kForwardedOften, "conversations: one, of what was forwarded many times");

  std::ranges::sort(*originals, {}, [](const MessageRow& each) { return std::pair(each.order, each.id); });
  std::vector<std::pair<MessageRow, Target>> messages;
  for (const ConversationRow& conversation : *conversations) {
    Albums albums;
    for (const MessageRow& original : *originals) {
      MessageRow message = engine.sending.begin(conversation);
      if (!copy(engine, original, caption, conversation.peer, albums, message))
        return output.fail(request, Failure::kInvalidArgument, "ids: " + original.id.hex() + " can't be forwarded");
      messages.emplace_back(std::move(message), conversation.peer);
    }
  }
  client_api::Response response;
  response.set_id(request);
  auto& answer = *response.mutable_forward_messages();
  for (auto& [message, to] : messages) {
    (void)engine.sending.put(message, to);  // its id is new: nobody has deleted it
    answer.add_ids(message.id.hex());
  }
  output.respond(std::move(response));
}

}  // namespace kith::core
