// SPDX-License-Identifier: AGPL-3.0-or-later

import { isMuted, isUnread } from "../view-models/arrangement";
import { groupOf, Role, type Conversation } from "../view-models/core";
import { say } from "../view-models/say";
import type { PopupItem } from "./popup_menu";

/** What can be made of a conversation. */
export interface ArrangeActions {
  pin: (conversation: Conversation) => unknown;
  unpin: (conversation: Conversation) => unknown;
  unmute: (conversation: Conversation) => unknown;
  markUnread: (conversation: Conversation) => unknown;
  markRead: (conversation: Conversation) => unknown;
  archive: (conversation: Conversation) => unknown;
  unarchive: (conversation: Conversation) => unknown;
}

/** What takes its messages from one's own devices. */
export type Removal = "clear" | "delete";

/** At the end of its menu. A group is left before it is deleted. */
export function removalItems(conversation: Conversation, onAsk: (removal: Removal) => void): PopupItem[] {
  const role = groupOf(conversation)?.role ?? Role.kNone;
  return [
    ...(conversation.lastMessage === undefined
      ? []
      : [{ icon: "close", label: say("arrange.clear"), act: () => onAsk("clear") } as const]),
    ...(role === Role.kNone
      ? [{ icon: "trash", label: say("arrange.delete"), act: () => onAsk("delete") } as const]
      : []),
  ];
}

/** What is asked before it is done. */
export interface ArrangeQuestions {
  /** For how long. */
  onMute: (conversation: Conversation) => void;
  /** In which lists it is to be. */
  onLists: (conversation: Conversation) => void;
}

/** For its menu. What is archived is at no top that it could be pinned to. */
export function arrangeItems(
  conversation: Conversation,
  actions: ArrangeActions,
  { onMute, onLists }: ArrangeQuestions,
): PopupItem[] {
  const { archived, pinned } = conversation;
  const pin: PopupItem = pinned
    ? { icon: "pin", label: say("arrange.unpin"), act: () => void actions.unpin(conversation) }
    : { icon: "pin", label: say("arrange.pin"), act: () => void actions.pin(conversation) };
  return [
    ...(archived ? [] : [pin]),
    isMuted(conversation, Date.now())
      ? { icon: "bell", label: say("arrange.unmute"), act: () => void actions.unmute(conversation) }
      : { icon: "bellOff", label: say("arrange.mute"), act: () => onMute(conversation) },
    archived
      ? { icon: "archive", label: say("arrange.unarchive"), act: () => void actions.unarchive(conversation) }
      : { icon: "archive", label: say("arrange.archive"), act: () => void actions.archive(conversation) },
    isUnread(conversation)
      ? { icon: "check", label: say("arrange.read"), act: () => void actions.markRead(conversation) }
      : { icon: "unread", label: say("arrange.unread"), act: () => void actions.markUnread(conversation) },
    { icon: "lists", label: say("arrange.lists"), act: () => onLists(conversation) },
  ];
}
