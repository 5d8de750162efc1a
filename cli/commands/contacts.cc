// SPDX-License-Identifier: AGPL-3.0-or-later

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/commands/commands.h"
#include "cli/json_line.h"

namespace kith::cli {

using client_api::Request;

namespace {

constexpr size_t kFileBytesMax = size_t{16} << 20;

// Whether a number is on Kith only the server knows; without it the contact is looked up later.
ExitCode set_contact(Context context, const std::string& phone, const std::string& name, bool remove) {
  if (!remove) {
    if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  }
  Request request;
  request.mutable_set_contact()->set_phone(phone);
  request.mutable_set_contact()->set_name(name);
  request.mutable_set_contact()->set_remove(remove);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace

ExitCode run_contacts_list(Context context, const ContactsOptions& options) {
  Request request;
  request.mutable_list_contacts();
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  for (const auto& contact : response->list_contacts().contacts()) {
    if (options.json) {
      JsonLine line;
      line.text("phone", contact.phone())
          .text("name", contact.name())
          .text("account", contact.account_id())
          .boolean("blocked", contact.blocked())
          .boolean("verified", contact.verified());
      context.out.line(line.str());
      continue;
    }
    std::string line = one_line(contact.phone()) + "  " + context.out.coloured("1", one_line(contact.name()));
    if (contact.account_id().empty()) line += "  " + context.out.coloured("2", "(not on Kith)");
    if (contact.blocked()) line += "  [blocked]";
    if (contact.verified()) line += "  [verified]";
    context.out.line(line);
  }
  return ExitCode::kOk;
}

ExitCode run_contacts_import(Context context, const std::string& file) {
  const int descriptor = file == "-" ? ::dup(STDIN_FILENO) : ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    context.out.note(file + ": " + std::strerror(errno));
    return ExitCode::kFailed;
  }
  const auto text = read_everything(descriptor, kFileBytesMax);
  ::close(descriptor);
  if (!text) {
    context.out.note(file + ": can't be read, or is larger than 16 MiB");
    return ExitCode::kFailed;
  }
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  Request request;
  request.mutable_import_contacts()->set_vcard(*text);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const auto& result = response->import_contacts();
  std::string note = std::to_string(result.imported()) + " imported, " + std::to_string(result.with_account()) +
                     " of them on Kith, " + std::to_string(result.skipped()) + " skipped";
  if (result.not_asked() > 0)
    note += "; whether " + std::to_string(result.not_asked()) + " more are is asked while kith is connected";
  context.out.note(note);
  return ExitCode::kOk;
}

ExitCode run_contacts_add(Context context, const std::string& phone, const std::string& name) {
  return set_contact(context, phone, name, false);
}

ExitCode run_contacts_remove(Context context, const std::string& phone) {
  return set_contact(context, phone, "", true);
}

}  // namespace kith::cli
