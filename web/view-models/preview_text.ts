// SPDX-License-Identifier: AGPL-3.0-or-later

// One line about a message, for the list of conversations, quotes and notifications.
import type { BodyKind, BodyOf } from "./content_kinds";
import type { Message } from "./core";
import { beginning } from "./rich_text";
import { say } from "./say";

const PREVIEWS: { [Kind in BodyKind]: (body: BodyOf<Kind>) => string } = {
  text: ({ text }) => beginning(text, 200).replace(/\s+/g, " "),
  identityChanged: () => say("preview.identityChanged"),
  handleMoved: () => say("preview.handleMoved"),
  undecryptable: () => say("preview.undecryptable"),
  unsupported: () => say("preview.unsupported"),
};

export function previewText({ body }: Message): string {
  const preview = PREVIEWS[body.case ?? "unsupported"] as (value: unknown) => string;
  return preview(body.value);
}
