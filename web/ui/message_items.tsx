// SPDX-License-Identifier: AGPL-3.0-or-later

// The rows of the list of messages: one component for each kind of item.
import type { ComponentType } from "react";

import { titleOf, type Conversation } from "../view-models/core";
import type { Item } from "../view-models/message_items";
import { say } from "../view-models/say";
import { dayText } from "../view-models/time_text";
import { noticeText } from "./identity_banner";
import type { MenuPlace } from "./message_menu";
import { MessageRow, type MessageActions } from "./message_row";
import styles from "./message_list.module.css";

interface ItemProps<Kind extends Item["kind"]> {
  item: Extract<Item, { kind: Kind }>;
  conversation: Conversation;
  now: number;
  actions: MessageActions;
  onMenu: (place: MenuPlace) => void;
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
  notice: ({ item, conversation, actions }) => (
    <li data-key={item.key} className={styles.noticeRow}>
      <button type="button" onClick={actions.openDetails}>
        {noticeText(item.message, titleOf(conversation))}
      </button>
    </li>
  ),
  message: ({ item, conversation, actions, onMenu }) => (
    <MessageRow
      message={item.message}
      first={item.first}
      last={item.last}
      timed={item.timed}
      whole={item.whole}
      partner={titleOf(conversation)}
      actions={actions}
      onMenu={onMenu}
    />
  ),
};

export function ItemRow<Kind extends Item["kind"]>(props: ItemProps<Kind>) {
  const Row = ITEMS[props.item.kind as Kind] as ComponentType<ItemProps<Kind>>;
  return <Row {...props} />;
}
