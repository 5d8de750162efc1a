// SPDX-License-Identifier: AGPL-3.0-or-later

import { textOf, Tick, type Message } from "../view-models/core";
import { say } from "../view-models/say";
import { PopupMenu, type PopupItem } from "./popup_menu";
import { reactionRow, type ReactionActions } from "./reaction_bar";

export interface MenuPlace {
  message: Message;
  x: number;
  y: number;
}

interface MessageMenuProps {
  place: MenuPlace;
  /** Undefined where nothing can be said to it. */
  reacting: ReactionActions | undefined;
  onReply: (message: Message) => void;
  /** To its author alone; undefined where that is no choice. */
  onReplyPrivately: ((message: Message) => void) | undefined;
  onCopy: (message: Message) => void;
  /** Who has got it; undefined where nobody else gets any. */
  onInfo: ((message: Message) => void) | undefined;
  onClose: () => void;
}

const ON_ITS_WAY = [Tick.kSent, Tick.kDelivered, Tick.kRead];

/** What can be done with a message. */
export function MessageMenu(props: MessageMenuProps) {
  const { place, reacting, onReply, onReplyPrivately, onCopy, onInfo, onClose } = props;
  const { message } = place;
  const items: PopupItem[] = [{ icon: "reply", label: say("common.reply"), act: () => onReply(message) }];
  if (onReplyPrivately !== undefined)
    items.push({ icon: "person", label: say("messageMenu.replyPrivately"), act: () => onReplyPrivately(message) });
  if (textOf(message) !== "")
    items.push({ icon: "copy", label: say("messageMenu.copyText"), act: () => onCopy(message) });
  if (onInfo !== undefined && message.outgoing && ON_ITS_WAY.includes(message.tick))
    items.push({ icon: "info", label: say("messageMenu.info"), act: () => onInfo(message) });
  return (
    <PopupMenu
      label={say("messageMenu.message")}
      {...(reacting && { row: reactionRow(message, reacting) })}
      items={items}
      at={place}
      onClose={onClose}
    />
  );
}
