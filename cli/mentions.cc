// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/mentions.h"

#include <map>
#include <set>
#include <string_view>

#include "cli/characters.h"

namespace kith::cli {
namespace {

constexpr size_t kMentionsMax = 256;

// Behind these an "@" is in the middle of an address.
bool ends_within_address(std::string_view before) {
  if (before.empty()) return false;
  if (std::string_view(".%+-@").find(before.back()) != std::string_view::npos) return true;
  size_t begin = before.size() - 1;
  while (begin > 0 && (static_cast<unsigned char>(before[begin]) & 0xC0) == 0x80) --begin;
  return continues_word(first_code_point(before.substr(begin)).value);
}

bool goes_on(std::string_view rest) { return !rest.empty() && continues_word(first_code_point(rest).value); }

// Who is called what: accounts by name, and by username.
using Called = std::map<std::string, std::set<std::string>, std::less<>>;

Called names_of(const client_api::ListMembersResponse& members) {
  Called called;
  for (const auto& member : members.members()) {
    if (member.this_account()) continue;
    const client_api::Person& person = member.person();
    if (!person.name().empty()) called[person.name()].insert(person.account_id());
    for (const client_api::Handle& handle : person.handles()) {
      if (handle.text().starts_with('@')) called[handle.text().substr(1)].insert(person.account_id());
    }
  }
  return called;
}

// The longest name that the text begins with; null when there is none.
const Called::value_type* name_at(std::string_view text, const Called& called) {
  const Called::value_type* longest = nullptr;
  for (const auto& one : called) {
    const bool is_longer = longest == nullptr || one.first.size() > longest->first.size();
    if (is_longer && text.starts_with(one.first) && !goes_on(text.substr(one.first.size()))) longest = &one;
  }
  return longest;
}

}  // namespace

Mentions mentions_in(const std::string& text, const client_api::ListMembersResponse& members) {
  Mentions mentions;
  const Called called = names_of(members);
  for (size_t at = text.find('@'); at != std::string::npos && mentions.of.size() < kMentionsMax;) {
    const bool begins = !ends_within_address(std::string_view(text).substr(0, at));
    const auto* const name = begins ? name_at(std::string_view(text).substr(at + 1), called) : nullptr;
    const size_t length = name == nullptr ? 1 : name->first.size() + 1;
    if (name != nullptr && name->second.size() > 1) {
      mentions.unclear.push_back(text.substr(at, length));
    } else if (name != nullptr) {
      client_api::MentionOf& mention = mentions.of.emplace_back();
      mention.set_account_id(*name->second.begin());
      mention.set_start(static_cast<uint32_t>(at));
      mention.set_length(static_cast<uint32_t>(length));
    }
    at = text.find('@', at + length);
  }
  return mentions;
}

Result<std::vector<client_api::MentionOf>, ExitCode> find_mentions(Context context, const std::string& conversation,
                                                                   const std::string& text) {
  if (text.find('@') == std::string::npos) return std::vector<client_api::MentionOf>{};
  client_api::Request request;
  request.mutable_list_members()->set_conversation(conversation);
  const auto response = ask(context, std::move(request));
  if (!response) return Fail(response.error());
  Mentions mentions = mentions_in(text, response->list_members());
  if (!mentions.unclear.empty()) context.out.note(unclear_mentions_note(mentions.unclear));
  return std::move(mentions.of);
}

std::string unclear_mentions_note(const std::vector<std::string>& unclear) {
  const std::set<std::string> once(unclear.begin(), unclear.end());
  std::string words;
  for (const std::string& one : once) words += (words.empty() ? "" : ", ") + one;
  return words + (once.size() == 1 ? " is" : " are") + " more than one member: nobody is named by it";
}

}  // namespace kith::cli
