// SPDX-License-Identifier: AGPL-3.0-or-later

// What others give a device of a group as text: links, and titles and descriptions.
#include "base/unicode.h"
#include "base/utf8.h"
#include "core/group_info.h"
#include "core/group_link.h"
#include "core/server_address.h"
#include "crypto/aead.h"
#include "crypto/testing/seeded_random.h"
#include "fuzz/targets.h"

namespace kith::fuzz {

using core::GroupInfo;
using core::GroupLink;

void group_link(BytesView input) {
  const auto link = core::read_group_link(input);
  if (!link) return;
  check(!link->group.is_none() && link->revision.value != 0, "a link is of a group that there can be");
  check(link->server.empty() || core::normalize_server(link->server) == link->server,
        "its server is written in one way");
  check(link->key.private_key.ends_with(link->key.public_key), "both halves of its key are one");
  const std::string text = core::group_link_text(*link);
  const auto again = core::read_group_link(text);
  check(again.has_value(), "what is written of a link can be read");
  check(again->server == link->server && again->group == link->group &&
            again->key.private_key == link->key.private_key && again->info_key == link->info_key &&
            again->revision == link->revision && again->change_digest == link->change_digest,
        "and is the same link");
  check(core::group_link_text(*again) == text, "it is written in one way");
  const auto fragment = core::read_group_link(BytesView(text).substr(text.find('#') + 1));
  check(fragment && fragment->server.empty() && fragment->change_digest == link->change_digest,
        "what is behind the mark is enough");
}

void group_info(BytesView input) {
  const GroupId group = *GroupId::from_bytes(Bytes(GroupId::kBytes, 'g'));
  const Bytes key(crypto::kAeadKeyBytes, 'k');
  check(!core::open_group_info(group, key, input), "nobody seals a title without its key");
  check(!core::open_group_link(group, key, input), "nor a link");
  const auto texts = core::read_group_info(input);
  if (!texts) return;
  check(is_utf8(texts->title) && is_utf8(texts->description), "what is shown is UTF-8");
  check(has_visible(texts->title) && one_line(texts->title) == texts->title, "a title is a line with something to see");
  check(utf8_length(texts->title) <= core::kGroupTitleCharactersMax, "a title is bounded");
  check(texts->description.size() <= core::kGroupDescriptionBytesMax, "a description is bounded");
  check(!texts->photo || texts->photo->is_valid(), "a photo is a file that there can be");
  crypto::SeededRandom random(1);
  const Bytes sealed = core::seal_group_info(group, key, *texts, random);
  const auto opened = core::open_group_info(group, key, sealed);
  check(opened == texts, "what was sealed is opened");
  check(!core::open_group_link(group, key, sealed), "and is no link");
}

}  // namespace kith::fuzz
