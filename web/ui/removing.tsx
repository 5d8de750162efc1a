// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState, type ReactNode } from "react";

import type { Conversation } from "../view-models/core";
import { removalItems, type Removal } from "./arrange_items";
import { MissingPopup, onDemand } from "./on_demand";
import type { PopupItem } from "./popup_menu";

const RemovalQuestion = onDemand(() => import("./removal_question").then(({ default: question }) => question), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

export interface RemovalActions {
  clear: (conversation: Conversation, keepStarred: boolean) => unknown;
  remove: (conversation: Conversation) => unknown;
}

/** Asks before a conversation is cleared or deleted: `items` of its menu, and what is in the page meanwhile. */
export function useRemoving(actions: RemovalActions): {
  items: (conversation: Conversation) => PopupItem[];
  question: ReactNode;
} {
  const [asked, setAsked] = useState<{ conversation: Conversation; removal: Removal }>();
  const question = asked !== undefined && (
    <RemovalQuestion
      {...asked}
      onConfirm={(keepStarred) =>
        void (asked.removal === "clear"
          ? actions.clear(asked.conversation, keepStarred)
          : actions.remove(asked.conversation))
      }
      onClose={() => setAsked(undefined)}
    />
  );
  const items = (conversation: Conversation) =>
    removalItems(conversation, (removal) => setAsked({ conversation, removal }));
  return { items, question };
}
