// SPDX-License-Identifier: AGPL-3.0-or-later

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/handle.h"
#include "cli/commands/commands.h"
#include "cli/json_line.h"
#include "cli/whom.h"

namespace kith::cli {

using client_api::Request;

namespace {

constexpr size_t kFileBytesMax = size_t{16} << 20;

// The handle of the contact that is meant; one that is none is told.
Result<std::string, ExitCode> contact_called(Context context, const std::string& whom) {
  const auto found = find_whom(context, whom);
  if (!found) return Fail(found.error());
  std::string written = found->handle;
  if (!found->id.empty()) {
    const auto conversation = conversation_with_person(context, found->id, "contacts remove");
    if (!conversation) return Fail(conversation.error());
    written = handle_of(*conversation);
  }
  const auto handle = Handle::parse(written, own_phone(context.host.state()));
  Request request;
  request.mutable_list_contacts();
  const auto known = ask(context, std::move(request));
  if (!known) return Fail(known.error());
  for (const auto& contact : known->list_contacts().contacts()) {
    if (handle && contact.handle().text() == handle->text()) return handle->text();
  }
  context.out.note(whom + " is not among the contacts");
  return Fail(ExitCode::kFailed);
}

// What is wrong with the file is told.
Result<std::string, ExitCode> text_of_file(Context context, const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    context.out.note(file + ": " + std::strerror(errno));
    return Fail(ExitCode::kFailed);
  }
  auto text = read_everything(descriptor, kFileBytesMax);
  ::close(descriptor);
  if (text) return std::move(*text);
  context.out.note(file + ": can't be read, or is larger than 16 MiB");
  return Fail(ExitCode::kFailed);
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
      line.text("handle", contact.handle().text())
          .text("name", contact.name())
          .text("account", contact.account_id())
          .boolean("blocked", contact.blocked())
          .boolean("verified", contact.verified());
      context.out.line(line.str());
      continue;
    }
    std::string line = one_line(contact.handle().text()) + "  " + context.out.coloured("1", one_line(contact.name()));
    if (contact.account_id().empty()) line += "  " + context.out.coloured("2", "(not on Kith)");
    if (contact.blocked()) line += "  [blocked]";
    if (contact.verified()) line += "  [verified]";
    context.out.line(line);
  }
  return ExitCode::kOk;
}

ExitCode run_contacts_import(Context context, const std::string& file) {
  const auto text = file == "-" ? read_input(context, kFileBytesMax) : text_of_file(context, file);
  if (!text) return text.error();
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  Request request;
  request.mutable_import_contacts()->set_vcard(*text);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  const auto& result = response->import_contacts();
  std::string note = std::to_string(result.imported()) + " imported, " + std::to_string(result.with_account()) +
                     " of them on Kith, " + std::to_string(result.skipped()) + " skipped";
  if (result.skipped() > 0) note += " (without a name, or a number or address that can be read)";
  if (result.not_asked() > 0)
    note += "; whether " + std::to_string(result.not_asked()) + " more are is asked while kith is connected";
  context.out.note(note);
  return ExitCode::kOk;
}

ExitCode run_contacts_add(Context context, const std::string& handle, const std::string& name) {
  // Whether a handle is on Kith only the server knows; without it the contact is looked up later.
  if (const auto connected = connect_if_possible(context); !connected) return connected.error();
  Request request;
  request.mutable_set_contact()->set_handle(handle);
  request.mutable_set_contact()->set_name(name);
  const auto response = ask(context, std::move(request));
  if (!response) return response.error();
  // A number without country code is one of one's own country.
  const client_api::Handle& understood = response->set_contact().handle();
  if (understood.kind() == client_api::Handle::kPhone && !handle.starts_with('+'))
    context.out.note(response->set_contact().name() + " has the number " + understood.text());
  return ExitCode::kOk;
}

ExitCode run_contacts_remove(Context context, const std::string& whom) {
  const auto handle = contact_called(context, whom);
  if (!handle) return handle.error();
  Request request;
  request.mutable_set_contact()->set_handle(*handle);
  request.mutable_set_contact()->set_remove(true);
  const auto response = ask(context, std::move(request));
  return response ? ExitCode::kOk : response.error();
}

}  // namespace kith::cli
