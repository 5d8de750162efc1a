// SPDX-License-Identifier: AGPL-3.0-or-later

// The rows of a conversation: its messages with what stands between them.
import { isNotice } from "./content_kinds";
import type { Message } from "./core";
import { dayKey, millis } from "./time_text";

/**
 * `timed`: the time and the ticks are shown: on the last of a group, and where the next one's state differs. `whole`:
 * however long it is, it is not folded.
 */
export type Item =
  | { kind: "day"; key: string; ms: number }
  | { kind: "unread"; key: string; count: number }
  | { kind: "notice"; key: string; message: Message }
  | { kind: "message"; key: string; message: Message; first: boolean; last: boolean; timed: boolean; whole: boolean };

/** Messages of one person within this time belong together: they read as one shape, and show their time once. */
const GROUP_MS = 10 * 60_000;

export interface ItemOptions {
  /** The message above which the line "unread" stands. */
  unreadFrom: string;
  unreadCount: number;
  /** Of these messages everything is shown. */
  whole: ReadonlySet<string>;
}

/** Whether a message is before another: by time, then by id (ORDER-1). */
export function isBefore(a: Pick<Message, "orderUs" | "id">, b: Pick<Message, "orderUs" | "id">): boolean {
  return a.orderUs < b.orderUs || (a.orderUs === b.orderUs && a.id < b.id);
}

function together(a: Message | undefined, b: Message | undefined, unreadFrom: string): boolean {
  if (a === undefined || b === undefined || isNotice(a) || isNotice(b)) return false;
  const gap = millis(b.orderUs) - millis(a.orderUs);
  return (
    a.sender?.accountId === b.sender?.accountId &&
    a.outgoing === b.outgoing &&
    gap < GROUP_MS &&
    b.id !== unreadFrom &&
    dayKey(millis(a.orderUs)) === dayKey(millis(b.orderUs))
  );
}

/** `messages` in their order; the answer has them all, in that order. */
export function itemsOf(messages: readonly Message[], options: ItemOptions): Item[] {
  const items: Item[] = [];
  let day = Number.NaN;
  messages.forEach((message, at) => {
    const ms = millis(message.orderUs);
    if (dayKey(ms) !== day) {
      day = dayKey(ms);
      items.push({ kind: "day", key: `day-${day}-${message.id}`, ms });
    }
    if (message.id === options.unreadFrom) items.push({ kind: "unread", key: "unread", count: options.unreadCount });
    if (isNotice(message)) {
      items.push({ kind: "notice", key: message.id, message });
    } else {
      const next = messages[at + 1];
      const last = !together(message, next, options.unreadFrom);
      items.push({
        kind: "message",
        key: message.id,
        message,
        first: !together(messages[at - 1], message, options.unreadFrom),
        last,
        timed: last || message.tick !== next?.tick,
        whole: options.whole.has(message.id),
      });
    }
  });
  return items;
}

/** Puts messages in their places in an ordered list, instead of former versions of them. The answer is a new list. */
export function withMessages(messages: readonly Message[], changed: readonly Message[]): Message[] {
  const versions = new Map(changed.map((each) => [each.id, each]));
  const ordered = messages.filter((each) => !versions.has(each.id));
  for (const message of versions.values()) {
    let at = ordered.length;
    while (at > 0 && isBefore(message, ordered[at - 1] as Message)) --at;
    ordered.splice(at, 0, message);
  }
  return ordered;
}
