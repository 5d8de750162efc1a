// SPDX-License-Identifier: AGPL-3.0-or-later

// One line about a message, for the list of conversations, quotes and notifications.
import type { Message } from "./core";
import { beginning } from "./rich_text";

export function previewText(message: Message): string {
  switch (message.body.case) {
    case "identityChanged":
      return "The safety number changed";
    case "numberMoved":
      return "The server names another account for this number";
    case "undecryptable":
      return "Waiting for this message";
    case "text":
      return beginning(message.body.value.text, 200).replace(/\s+/g, " ");
    default:
      return "A message that needs a newer version";
  }
}
