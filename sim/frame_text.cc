// SPDX-License-Identifier: AGPL-3.0-or-later

#include "sim/frame_text.h"

#include "base/bytes.h"
#include "base/ids.h"

namespace kith::sim {
namespace {

std::string id_text(const std::string& id) { return to_hex(id).substr(0, 8); }
std::string position_text(uint64_t value) {
  const Position position{value};
  return std::to_string(position.epoch()) + "/" + std::to_string(position.sequence());
}

// Of a message to one, by which of its revisions; "" for none.
std::string in_group(const std::string& group, uint64_t revision) {
  return group.empty() ? "" : " in " + id_text(group) + "/" + std::to_string(revision);
}

std::string entry_text(const wire::Entry& entry) {
  const std::string at = position_text(entry.position()) + " ";
  if (entry.has_message())
    return at + id_text(entry.message().message_id()) + "@" + std::to_string(entry.message().server_time_us()) + " #" +
           std::to_string(entry.message().receipt_number()) +
           in_group(entry.message().group_id(), entry.message().group_revision());
  if (entry.has_group_changed())
    return at + "changed" + in_group(entry.group_changed().group_id(), entry.group_changed().revision());
  if (entry.has_group_receipt()) return at + "receipt" + in_group(entry.group_receipt().group_id(), 0);
  if (entry.has_delivery_receipt())
    return at + "receipt for " + std::to_string(entry.delivery_receipt().first_number()) + " to " +
           std::to_string(entry.delivery_receipt().last_number());
  if (entry.has_account_changed()) return at + "account changed";
  if (entry.has_expired()) return at + "expired";
  return at;
}

std::string send_text(const wire::Send& send) {
  const std::string text = "Send " + id_text(send.message_id());
  if (send.has_read_in_group()) return text + ", read" + in_group(send.read_in_group().group_id(), 0);
  if (!send.has_group()) return text + " #" + std::to_string(send.account().receipt_number());
  return text + " #" + std::to_string(send.group().receipt_number()) +
         in_group(send.group().group_id(), send.group().revision());
}

std::string sends_text(const wire::Sends& sends) {
  std::string text;
  for (const wire::Send& send : sends.sends()) text += (text.empty() ? "" : "; ") + send_text(send);
  return text;
}

}  // namespace

std::string frame_text(const wire::ClientFrame& frame) {
  switch (frame.kind_case()) {
    case wire::ClientFrame::kHello: return "Hello, confirmed " + position_text(frame.hello().confirmed_position());
    case wire::ClientFrame::kSend: return send_text(frame.send());
    case wire::ClientFrame::kSends: return sends_text(frame.sends());
    case wire::ClientFrame::kConfirm:
      return "Confirm " + position_text(frame.confirm().position()) +
             (frame.confirm().withheld().empty() ? "" : ", withholds some");
    case wire::ClientFrame::kRedeliver: return "Redeliver after " + position_text(frame.redeliver().after_position());
    case wire::ClientFrame::kTyping: return "Typing";
    case wire::ClientFrame::kAvailability: return "Availability";
    case wire::ClientFrame::kSubscribe: return "Subscribe";
    case wire::ClientFrame::kPing: return "Ping";
    case wire::ClientFrame::KIND_NOT_SET: break;
  }
  return "nothing";
}

std::string frame_text(const wire::ServerFrame& frame) {
  switch (frame.kind_case()) {
    case wire::ServerFrame::kWelcome: return "Welcome, first " + position_text(frame.welcome().first_position());
    case wire::ServerFrame::kAccepted:
      return "Accepted " + id_text(frame.accepted().message_id()) + "@" +
             std::to_string(frame.accepted().server_time_us());
    case wire::ServerFrame::kRefused:
      return "Refused " + id_text(frame.refused().message_id()) + ", " + wire::ErrorCode_Name(frame.refused().code());
    case wire::ServerFrame::kDeliver: {
      std::string text = "Deliver";
      for (const wire::Entry& entry : frame.deliver().entries())
        text += (text.size() > 7 ? ", " : " ") + entry_text(entry);
      return text;
    }
    case wire::ServerFrame::kBacklogEnd: return "BacklogEnd " + position_text(frame.backlog_end().position());
    case wire::ServerFrame::kTyping: return "Typing";
    case wire::ServerFrame::kPresence: return "Presence";
    case wire::ServerFrame::kPrekeysLow: return "PrekeysLow";
    case wire::ServerFrame::kDraining: return "Draining";
    case wire::ServerFrame::kPong: return "Pong";
    case wire::ServerFrame::kError:
      return "Error " + wire::ErrorCode_Name(frame.error().code()) + ": " + frame.error().detail();
    case wire::ServerFrame::KIND_NOT_SET: break;
  }
  return "nothing";
}

}  // namespace kith::sim
