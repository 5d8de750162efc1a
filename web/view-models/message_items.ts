// SPDX-License-Identifier: AGPL-3.0-or-later

// The rows of a conversation: its messages with what stands between them.
import { isNotice } from "./content_kinds";
import { mediaOf, MediaKind, Tick, type Message } from "./core";
import { dayKey, millis } from "./time_text";

/**
 * `timed`: the time and the ticks are shown: on the last of a group, where the next one's state differs, and where
 * there is more to say beside them. `whole`: however long it is, it is not folded. An album has two messages or more,
 * which are shown as one: `first` and `last` are of it as a whole.
 */
export type Item =
  | { kind: "day"; key: string; ms: number }
  | { kind: "unread"; key: string; count: number }
  | { kind: "notice"; key: string; message: Message }
  | { kind: "message"; key: string; message: Message; first: boolean; last: boolean; timed: boolean; whole: boolean }
  | { kind: "album"; key: string; messages: readonly Message[]; first: boolean; last: boolean; timed: boolean };

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

const IN_ALBUMS = [MediaKind.kPhoto, MediaKind.kVideo, MediaKind.kAnimation];

/** What album it is shown in; "" for none: what failed stands alone, with what can be done about it. */
function albumOf(message: Message): string {
  const media = mediaOf(message);
  return media === undefined || media.viewOnce || message.tick === Tick.kFailed || !IN_ALBUMS.includes(media.kind)
    ? ""
    : media.album;
}

/** How many messages from `at` on are one album; 1 for none. */
function albumLength(messages: readonly Message[], at: number, unreadFrom: string): number {
  const [first] = messages.slice(at, at + 1);
  const album = first === undefined ? "" : albumOf(first);
  if (album === "") return 1;
  let end = at + 1;
  for (let next = messages[end]; next !== undefined; next = messages[++end])
    if (albumOf(next) !== album || next.quote !== undefined || !together(messages[end - 1], next, unreadFrom)) break;
  return end - at;
}

/** `messages` in their order; the answer has them all, in that order. */
export function itemsOf(messages: readonly Message[], options: ItemOptions): Item[] {
  const items: Item[] = [];
  let day = Number.NaN;
  let albumEnd = 0;
  messages.forEach((message, at) => {
    if (at < albumEnd) return;
    const ms = millis(message.orderUs);
    if (dayKey(ms) !== day) {
      day = dayKey(ms);
      items.push({ kind: "day", key: `day-${day}-${message.id}`, ms });
    }
    if (message.id === options.unreadFrom) items.push({ kind: "unread", key: "unread", count: options.unreadCount });
    if (isNotice(message)) {
      items.push({ kind: "notice", key: message.id, message });
    } else {
      albumEnd = at + albumLength(messages, at, options.unreadFrom);
      const ending = messages[albumEnd - 1] ?? message;
      const next = messages[albumEnd];
      const last = !together(ending, next, options.unreadFrom);
      const first = !together(messages[at - 1], message, options.unreadFrom);
      const marked = messages.slice(at, albumEnd).some(({ editedUs, starred }) => editedUs !== 0n || starred);
      const timed = last || marked || ending.tick !== next?.tick;
      if (albumEnd > at + 1) {
        const album = messages.slice(at, albumEnd);
        return void items.push({ kind: "album", key: message.id, messages: album, first, last, timed });
      }
      items.push({
        kind: "message",
        key: message.id,
        message,
        first,
        last,
        timed,
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
