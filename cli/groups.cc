// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/groups.h"

#include <sstream>
#include <vector>

#include "base/handle.h"
#include "cli/members.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Failure;
using client_api::Request;
using client_api::Response;

namespace {

// Of several people, those that a failure is about: its detail has their accounts, or a handle that is nobody's.
std::string whom_it_is_about(Context context, const Failure& failure) {
  std::istringstream words(failure.detail());
  std::vector<std::string> accounts;
  std::vector<std::string> whom;
  for (std::string word; words >> word;) {
    if (is_conversation_id(word)) accounts.push_back(word);
    if (Handle::from_text(word)) whom.push_back(word);
  }
  for (std::string& name : names_of_accounts(context, accounts)) whom.push_back(std::move(name));
  std::string text;
  for (const std::string& one : whom) text += (text.empty() ? "" : ", ") + one;
  return text;
}

}  // namespace

Result<Response, ExitCode> ask_about_group(Context context, Request request) {
  auto response = answer_to(context, std::move(request));
  if (!response) return Fail(ExitCode::kInterrupted);
  if (!response->has_failure()) return std::move(*response);
  const Failure& failure = response->failure();
  if (failure.code() != Failure::kCannotBeAdded && failure.code() != Failure::kNoSuchAccount)
    return Fail(say_failure(context, failure));
  const std::string whom = whom_it_is_about(context, failure);
  context.out.note((whom.empty() ? "" : whom + ": ") + describe(failure));
  return Fail(exit_code_of(failure.code()));
}

ExitCode change_group(Context context, const std::string& group,
                      const std::function<ExitCode(const client_api::Conversation&, Request&)>& fill) {
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  const auto conversation = find_group(context, group);
  if (!conversation) return conversation.error();
  Request request;
  if (const ExitCode code = fill(*conversation, request); code != ExitCode::kOk) return code;
  const auto response = ask_about_group(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
