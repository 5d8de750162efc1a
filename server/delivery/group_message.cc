// SPDX-License-Identifier: AGPL-3.0-or-later

#include "server/delivery/group_message.h"

#include "wire/entry_body.h"

namespace kith {

GroupMessage GroupMessage::of(const GroupLogRecord& record) {
  const IncomingMessage message{record.message,        record.from,    record.server_time, record.payload,
                                record.receipt_number, record.life_ms, record.group,       record.revision};
  return {record.number,  record.message,
          record.from,    record.server_time,
          record.group,   wire::ReceiptRun::of(record.receipt_number, record.message),
          record.life_ms, make_body(encode_message_body(message))};
}

}  // namespace kith
