// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations below each other, each with its menu.
import { useEffect, useRef, useState } from "react";

import type { MuteFor } from "../view-models/arrangement";
import type { Conversation } from "../view-models/core";
import type { WithCore } from "../view-models/entity_store";
import type { ArrangeActions } from "./arrange_items";
import type { ConversationMenuPlace } from "./conversation_menu";
import { ConversationRow } from "./conversation_row";
import { isFocusLost } from "./focus_return";
import { useListing } from "./listing";
import { useMuting } from "./muting";
import { MissingPopup, onDemand } from "./on_demand";
import { useRemoving, type RemovalActions } from "./removing";
import rows from "./parts/rows.module.css";

const ConversationMenu = onDemand(() => import("./conversation_menu").then(({ default: menu }) => menu), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

/** What is asked of the app around the rows. */
export interface ConversationRowActions {
  openConversation: (id: string) => unknown;
  readonly arrangement: ArrangeActions &
    RemovalActions & { mute: (conversation: Conversation, how: MuteFor) => unknown };
  readonly withCore: WithCore;
}

interface ConversationRowsProps {
  conversations: readonly Conversation[];
  /** The conversation that is open; "" for none. */
  openId: string;
  now: number;
  /** All of them are archived. */
  archived?: boolean;
  /** The same object from one rendering to the next. */
  actions: ConversationRowActions;
}

export function ConversationRows({ conversations, openId, now, archived = false, actions }: ConversationRowsProps) {
  const [menu, setMenu] = useState<ConversationMenuPlace>();
  const muting = useMuting(actions.arrangement.mute);
  const removing = useRemoving(actions.arrangement);
  const listing = useListing(actions.withCore);
  const list = useRef<HTMLUListElement>(null);
  const before = useRef(conversations);
  useEffect(() => {
    // The row that had the focus has moved to another list: the one in its place has it.
    const shownBefore = before.current;
    before.current = conversations;
    if (!isFocusLost()) return;
    const now = new Set(conversations.map(({ id }) => id));
    const left = shownBefore.findIndex(({ id }) => !now.has(id));
    if (left < 0) return;
    const here = list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [];
    const pane = list.current?.closest<HTMLElement>("[data-pane]");
    (here[Math.min(left, here.length - 1)] ?? pane?.querySelector<HTMLElement>("button"))?.focus();
  }, [conversations]);
  return (
    <>
      <ul ref={list} className={rows.rows}>
        {conversations.map((each) => (
          <ConversationRow
            key={each.id}
            conversation={each}
            current={openId === each.id}
            now={now}
            amongArchived={archived}
            onOpen={actions.openConversation}
            onMenu={setMenu}
          />
        ))}
      </ul>
      {menu !== undefined && (
        <ConversationMenu
          place={menu}
          actions={actions.arrangement}
          onMute={muting.ask}
          onLists={listing.ask}
          removal={removing.items(menu.conversation)}
          onClose={() => setMenu(undefined)}
        />
      )}
      {muting.question}
      {listing.question}
      {removing.question}
    </>
  );
}
