// SPDX-License-Identifier: AGPL-3.0-or-later

// A content that came, and the part that takes its kind. Which part that is says the table in engine.cc.
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "content/content.pb.h"

namespace kith::core {

// Decrypted, from a device in a list that was checked. All that is in it is still somebody else's word.
struct IncomingContent {
  MessageId id;  // of the message that it came in: its sender's word, as the receipt number is
  DeviceAddress sender;
  UnixMicros server_time;
  uint64_t receipt_number = 0;
  const content::Content& content;
  BytesView bytes;  // the content, serialized
};

class ContentHandler {
 public:
  // False: nobody sees anything of it, so it makes no delivery receipt (TICK-1). The same one may come again (SEND-1).
  // Inside the transaction that confirms it.
  [[nodiscard]] virtual bool take(const IncomingContent& incoming) = 0;

 protected:
  ~ContentHandler() = default;
};

}  // namespace kith::core
