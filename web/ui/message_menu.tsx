// SPDX-License-Identifier: AGPL-3.0-or-later

import { mayEdit, mayForward, mayPin, mayStar } from "../view-models/corrections";
import { isPinned, textOf, Tick, type Conversation, type Message } from "../view-models/core";
import { say } from "../view-models/say";
import { PopupMenu, type PopupItem } from "./popup_menu";
import { reactionRow, type ReactionActions } from "./reaction_bar";

export interface MenuPlace {
  message: Message;
  /** What its row shows: it, or all of its album. */
  shown: readonly Message[];
  x: number;
  y: number;
}

interface MessageMenuProps {
  place: MenuPlace;
  conversation: Conversation;
  /** Undefined where nothing can be said to it. */
  reacting: ReactionActions | undefined;
  onReply: (message: Message) => void;
  /** To its author alone; undefined where that is no choice. */
  onReplyPrivately: ((message: Message) => void) | undefined;
  onCopy: (message: Message) => void;
  onEdit: (message: Message) => void;
  /** What it said before it was edited. */
  onVersions: (message: Message) => void;
  onForward: (message: Message) => void;
  onPin: (message: Message) => void;
  onStar: (message: Message) => void;
  /** Who has got it; undefined where nobody else gets any. */
  onInfo: ((message: Message) => void) | undefined;
  /** Several are to be chosen, and what is shown as one with it first. */
  onSelect: (messages: readonly Message[]) => void;
  onDelete: (message: Message) => void;
  onClose: () => void;
}

const ON_ITS_WAY = [Tick.kSent, Tick.kDelivered, Tick.kRead];

/** What can be done with a message. */
export function MessageMenu(props: MessageMenuProps) {
  const { place, conversation, reacting, onReply, onReplyPrivately, onCopy, onEdit, onVersions, onStar, onInfo } =
    props;
  const { message } = place;
  const items: PopupItem[] = [];
  if (message.body.case !== "deleted")
    items.push({ icon: "reply", label: say("common.reply"), act: () => onReply(message) });
  if (onReplyPrivately !== undefined)
    items.push({ icon: "person", label: say("messageMenu.replyPrivately"), act: () => onReplyPrivately(message) });
  if (mayEdit(conversation, message))
    items.push({ icon: "edit", label: say("messageMenu.edit"), act: () => onEdit(message) });
  if (textOf(message) !== "")
    items.push({ icon: "copy", label: say("messageMenu.copyText"), act: () => onCopy(message) });
  if (mayForward(message))
    items.push({ icon: "forward", label: say("common.forward"), act: () => props.onForward(message) });
  if (message.starred) items.push({ icon: "starOff", label: say("messageMenu.unstar"), act: () => onStar(message) });
  else if (mayStar(message)) items.push({ icon: "star", label: say("messageMenu.star"), act: () => onStar(message) });
  if (mayPin(conversation, message))
    items.push({
      icon: "pin",
      label: say(isPinned(message) ? "messageMenu.unpin" : "messageMenu.pinFor"),
      act: () => props.onPin(message),
    });
  if (onInfo !== undefined && message.outgoing && ON_ITS_WAY.includes(message.tick) && message.body.case !== "deleted")
    items.push({ icon: "info", label: say("messageMenu.info"), act: () => onInfo(message) });
  if (message.editedUs !== 0n)
    items.push({ icon: "clock", label: say("messageMenu.versions"), act: () => onVersions(message) });
  items.push(
    { icon: "select", label: say("messageMenu.select"), act: () => props.onSelect(place.shown) },
    { icon: "trash", label: say("common.delete"), act: () => props.onDelete(message) },
  );
  return (
    <PopupMenu
      label={say("messageMenu.message")}
      {...(reacting && { row: reactionRow(message, reacting) })}
      items={items}
      at={place}
      onClose={props.onClose}
    />
  );
}
