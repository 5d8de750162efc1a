// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Conversation } from "../view-models/core";
import { titleOf } from "../view-models/core";
import { say } from "../view-models/say";
import { arrangeItems, type ArrangeActions, type ArrangeQuestions } from "./arrange_items";
import { PopupMenu, type PopupItem } from "./popup_menu";

/** Where the menu of a conversation is open: at the button of its row, or where somebody pressed. */
export interface ConversationMenuPlace {
  conversation: Conversation;
  at: HTMLElement | { x: number; y: number };
}

interface ConversationMenuProps extends ArrangeQuestions {
  place: ConversationMenuPlace;
  actions: ArrangeActions;
  /** Clearing and deleting it. */
  removal: readonly PopupItem[];
  onClose: () => void;
}

/** What can be done with a conversation where it stands in a list. */
export default function ConversationMenu({ place, actions, removal, onClose, ...questions }: ConversationMenuProps) {
  const { conversation, at } = place;
  return (
    <PopupMenu
      label={say("arrange.more", { title: titleOf(conversation) })}
      at={at}
      items={[...arrangeItems(conversation, actions, questions), ...removal]}
      onClose={onClose}
    />
  );
}
