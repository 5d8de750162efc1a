// SPDX-License-Identifier: AGPL-3.0-or-later

// What somebody has written in a message: its text, or what stands under its file, and the preview that some have. In a
// run no two texts are the same. What edits put behind them is not theirs.
#pragma once

#include <string>

#include "client_api/client_api.pb.h"

namespace kith::sim {

inline bool has_words(const client_api::Message& message) { return message.has_text() || message.has_media(); }

inline constexpr const char* kEdited = " ~";

inline std::string words_of(const client_api::Message& message) {
  const std::string& text = message.has_media() ? message.media().caption().text() : message.text().text();
  return text.substr(0, text.find(kEdited));
}
inline std::string edited(const std::string& words, uint64_t number) {
  return words + kEdited + std::to_string(number);
}

// What is to be viewed once comes with a history without its words (MEDIA-7).
inline bool is_without_words(const client_api::Message& message) {
  return message.media().view_once() && words_of(message).empty();
}

inline constexpr const char* kLink = "https://sim.example/";

// Some texts have a link, and a preview of it that says the text once more (PREVIEW-1).
inline void add_link(client_api::SendMessageRequest& what) {
  if (what.has_attachment() || what.text().back() != '7') return;
  what.mutable_text()->append(" ").append(kLink);
  what.mutable_preview()->set_url(kLink);
  what.mutable_preview()->set_title(what.text());
}
// Whether the message has a preview exactly if that was given to it, and the same.
inline bool has_its_preview(const client_api::Message& message) {
  const bool has_link = message.text().text().ends_with(kLink);
  const client_api::LinkPreview& preview = message.text().preview();
  return message.text().has_preview() == has_link &&
         (!has_link || (preview.url() == kLink && preview.title() == message.text().text()));
}

}  // namespace kith::sim
