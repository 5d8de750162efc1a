// SPDX-License-Identifier: AGPL-3.0-or-later

// The emoji that people say most to a message, to be chosen from: alone, or above what else can be done with it.
import type { Message } from "../view-models/core";
import { say } from "../view-models/say";
import { PopupMenu, type PopupRow } from "./popup_menu";

const USUAL = ["👍", "❤️", "😂", "😮", "😢", "🙏"] as const;

/** With the own one in the last place, if it is another. */
const offered = (own: string): readonly string[] =>
  own === "" || USUAL.some((each) => each === own) ? USUAL : [...USUAL.slice(0, -1), own];

export interface ReactionActions {
  /** The emoji that is already the own one takes it back. */
  onReact: (message: Message, emoji: string) => void;
  /** Another is wanted. */
  onOther: (message: Message) => void;
}

export function reactionRow(message: Message, { onReact, onOther }: ReactionActions): PopupRow {
  const own = message.reactions?.own ?? "";
  const emoji = offered(own).map((each) => ({
    label: each,
    chosen: each === own,
    act: () => onReact(message, each),
  }));
  const other = { label: say("reactionBar.other"), icon: "plus" as const, act: () => onOther(message) };
  return { label: say("pointerActions.react"), choices: [...emoji, other] };
}

interface ReactionBarProps extends ReactionActions {
  message: Message;
  /** Has the focus again afterwards. */
  row: HTMLElement;
  /** What it stands above. */
  over: Element;
  onClose: () => void;
}

export function ReactionBar({ message, row, over, onClose, ...actions }: ReactionBarProps) {
  const choices = reactionRow(message, actions);
  return <PopupMenu label={choices.label} row={choices} items={[]} at={row} over={over} onClose={onClose} />;
}
