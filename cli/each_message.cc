// SPDX-License-Identifier: AGPL-3.0-or-later

#include "cli/each_message.h"

#include "base/ids.h"
#include "cli/time_text.h"

namespace kith::cli {

bool is_message_id(Context context, const std::string& id) {
  if (MessageId::from_hex(id)) return true;
  context.out.note(id + " is no message's id: kith history --json has them");
  return false;
}

ExitCode with_each_message(Context context, const std::vector<std::string>& ids, const std::string& not_what,
                           const std::function<client_api::Request(const std::string& id)>& request) {
  ExitCode end = ExitCode::kOk;
  for (const std::string& id : ids) {
    ExitCode code = ExitCode::kUsage;
    if (is_message_id(context, id)) {
      const auto response = ask(context, request(id));
      code = response ? ExitCode::kOk : response.error();
      if (!response) context.out.note(id + " is not " + not_what);
    }
    if (end == ExitCode::kOk) end = code;
  }
  return end;
}

ExitCode print_with_ids(Context context, const Messages& messages, bool json,
                        const std::function<Place(const client_api::Message&)>& place_of) {
  for (const client_api::Message& message : messages) {
    const Place place = place_of(message);
    const auto summary = [&] {
      return message.id() + "  " +
             message_summary(context.out, message, told_there(context, message, place), unix_now_us());
    };
    context.out.line(json ? message_json(message, place) : summary());
  }
  return context.out.flush() ? ExitCode::kOk : ExitCode::kFailed;
}

}  // namespace kith::cli
