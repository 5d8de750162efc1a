// SPDX-License-Identifier: AGPL-3.0-or-later

// The rows of the list of messages: one component for each kind of item.
import { useContext, type ComponentType } from "react";

import { groupOf, titleOf, type Conversation, type Message } from "../view-models/core";
import { canReact } from "../view-models/group_text";
import type { Item } from "../view-models/message_items";
import { say } from "../view-models/say";
import { dayText } from "../view-models/time_text";
import { noticeText } from "./notice_text";
import type { MessagePopup } from "./message_popups";
import { MessageRow, type MessageActions } from "./message_row";
import { OwnAccount } from "./own_account";
import styles from "./message_list.module.css";

interface ItemProps<Kind extends Item["kind"]> {
  item: Extract<Item, { kind: Kind }>;
  conversation: Conversation;
  now: number;
  /** Those that are chosen, while some are. */
  chosen: ReadonlySet<string> | undefined;
  actions: MessageActions;
  onPopup: (popup: MessagePopup) => void;
}

function Notice({ item, conversation, actions }: ItemProps<"notice">) {
  const self = useContext(OwnAccount);
  const ofGroup = item.message.body.case === "groupEvent";
  return (
    <li data-key={item.key} className={`${styles.noticeRow} ${ofGroup ? styles.ofGroup : ""}`}>
      <button type="button" dir="auto" onClick={actions.openDetails}>
        {noticeText(item.message, titleOf(conversation), self)}
      </button>
    </li>
  );
}

const ITEMS: { [Kind in Item["kind"]]: ComponentType<ItemProps<Kind>> } = {
  day: ({ item, now }) => (
    <li data-key={item.key} className={styles.day}>
      <span>{dayText(item.ms, now)}</span>
    </li>
  ),
  unread: ({ item }) => (
    <li data-key={item.key} className={styles.unreadLine}>
      {say("messageItems.unread", { count: item.count })}
    </li>
  ),
  notice: Notice,
  album: ({ item, conversation, chosen, actions, onPopup }) => (
    <MessageRow
      message={item.messages.at(-1) as Message}
      album={item.messages}
      first={item.first}
      last={item.last}
      timed={item.timed}
      whole={false}
      partner={titleOf(conversation)}
      inGroup={groupOf(conversation) !== undefined}
      reactable={canReact(conversation, item.messages.at(-1) as Message)}
      selected={chosen && item.messages.every(({ id }) => chosen.has(id))}
      actions={actions}
      onPopup={onPopup}
    />
  ),
  message: ({ item, conversation, chosen, actions, onPopup }) => (
    <MessageRow
      message={item.message}
      first={item.first}
      last={item.last}
      timed={item.timed}
      whole={item.whole}
      partner={titleOf(conversation)}
      inGroup={groupOf(conversation) !== undefined}
      reactable={canReact(conversation, item.message)}
      selected={chosen?.has(item.message.id)}
      actions={actions}
      onPopup={onPopup}
    />
  ),
};

export function ItemRow<Kind extends Item["kind"]>(props: ItemProps<Kind>) {
  const Row = ITEMS[props.item.kind as Kind] as ComponentType<ItemProps<Kind>>;
  return <Row {...props} />;
}
