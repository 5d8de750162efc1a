// SPDX-License-Identifier: AGPL-3.0-or-later

// One line about a message, for the list of conversations and for quotes.
import { beginning } from "../view-models/rich_text";
import { MessageKind, type Message } from "../view-models/core";

export function previewText(message: Message): string {
  switch (message.kind) {
    case MessageKind.kIdentityChanged:
      return "The safety number changed";
    case MessageKind.kUndecryptable:
      return "Waiting for this message";
    case MessageKind.kUnsupported:
      return "A message that needs a newer version";
    default:
      return beginning(message.text, 200).replace(/\s+/g, " ");
  }
}
