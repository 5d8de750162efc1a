// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages of a conversation as far as they are read, and the window of them that is shown: values, and functions
// from one to the next.
//
//   oldest on the device … | read so far: messages[0 .. n) | … newest on the device
//                               first <= window < last
//
// `messages` has no gap. It reaches to the newest message, but after a jump far back, or when much came while somebody
// was reading further up: then `newerThere`, until somebody has scrolled or gone to the end. The window slides over it,
// so that the number of rows in the page stays bounded however long a conversation is. Making rows is what costs the
// page's thread most: a window begins small and widens step by step.
import type { Message } from "./core";
import { isBefore, withMessages } from "./message_items";

export interface MessageWindow {
  readonly messages: readonly Message[];
  readonly first: number;
  readonly last: number;
  /** The device has messages before, or after, those read so far. */
  readonly olderThere: boolean;
  readonly newerThere: boolean;
}

/** As the device answers: in their order. */
export interface Page {
  readonly messages: readonly Message[];
  /** There is more on the side that was asked for. */
  readonly more: boolean;
}

export const NOTHING_READ: MessageWindow = { messages: [], first: 0, last: 0, olderThere: false, newerThere: false };

/** Messages in a window that begins anew, and by how many it widens. */
const BEGIN = 40;
const STEP = 30;
const MOST = 240;
/**
 * At the end, where what comes widens it, it begins anew beyond this; then with about a screen: the list asks for more
 * when it is larger.
 */
const FOLLOWING_MAX = 80;
const FOLLOWING_BEGIN = 24;
/** Messages above the one that a conversation is opened at. */
const ABOVE = 10;
/**
 * Messages that are kept while more come; beyond, the half that is farther from the view goes, and is read again when
 * somebody scrolls there.
 */
const KEPT_MAX = 1000;

export const shownOf = ({ messages, first, last }: MessageWindow): readonly Message[] => messages.slice(first, last);

/** It ends with the newest message. */
export const isAtNewest = ({ messages, last, newerThere }: MessageWindow): boolean =>
  last === messages.length && !newerThere;

/** It begins with the oldest message. */
export const isAtOldest = ({ first, olderThere }: MessageWindow): boolean => first === 0 && !olderThere;

export const placeOf = ({ messages }: MessageWindow, id: string): number =>
  messages.findIndex((each) => each.id === id);

/** Where it begins anew: some messages above one, or at the end when it is not there. */
export function openedAt(window: MessageWindow, id: string): MessageWindow {
  const { length } = window.messages;
  const place = placeOf(window, id);
  const first = Math.max(0, Math.min(length - BEGIN, place < 0 ? length : place - ABOVE));
  return { ...window, first, last: Math.min(length, first + BEGIN) };
}

/** Around one message, unless it is within already; the same window when it is not there. */
export function around(window: MessageWindow, id: string): MessageWindow {
  const place = placeOf(window, id);
  if (place < 0 || (place >= window.first && place < window.last)) return window;
  const first = Math.max(0, place - BEGIN / 2);
  return { ...window, first, last: Math.min(window.messages.length, place + BEGIN / 2) };
}

/** At the end of what is read. */
export function atEnd(window: MessageWindow): MessageWindow {
  const { length } = window.messages;
  return { ...window, first: Math.max(0, length - BEGIN), last: length };
}

export function widerAbove(window: MessageWindow): MessageWindow {
  const first = Math.max(0, window.first - STEP);
  return { ...window, first, last: Math.min(window.last, first + MOST) };
}

export function widerBelow(window: MessageWindow): MessageWindow {
  const last = Math.min(window.messages.length, window.last + STEP);
  return { ...window, first: Math.max(window.first, last - MOST), last };
}

/** With what is before the first message; the window stays where it is. */
export function withOlder(window: MessageWindow, page: Page): MessageWindow {
  const known = idsOf(window);
  const older = page.messages.filter((each) => !known.has(each.id));
  return {
    ...window,
    messages: [...older, ...window.messages],
    olderThere: page.more,
    first: window.first + older.length,
    last: window.last + older.length,
  };
}

/** With what is after the last message; the window stays where it is. */
export const withNewer = (window: MessageWindow, page: Page): MessageWindow => ({
  ...window,
  messages: withMessages(window.messages, page.messages),
  newerThere: page.more,
});

/** The newest messages, in place of what was read. The window is empty: the caller chooses. */
export const ofNewest = (page: Page): MessageWindow => ({
  ...NOTHING_READ,
  messages: page.messages,
  olderThere: page.more,
});

/** A message and what is around it, in place of what was read. The window is empty: the caller chooses. */
export const ofAround = (older: Page, target: Message, newer: Page): MessageWindow => ({
  ...NOTHING_READ,
  messages: [...older.messages, target, ...newer.messages],
  olderThere: older.more,
  newerThere: newer.more,
});

/** What was read again, shown as it was `before`: from the same message on, or at the end. */
export function restored(read: MessageWindow, before: MessageWindow, pinned: boolean): MessageWindow {
  const { length } = read.messages;
  const anchor = before.messages[before.first];
  const place = anchor === undefined ? -1 : placeOf(read, anchor.id);
  const wasAtNewest = isAtNewest(before);
  const first = place < 0 || (wasAtNewest && pinned) ? Math.max(0, length - BEGIN) : place;
  return { ...read, first, last: wasAtNewest ? length : Math.min(length, first + MOST) };
}

/**
 * With messages that came or changed, in their places; those beyond what is read so far are left out. A window that was
 * at the end stays there while the view is `pinned` to it; else what is shown stays, and what came after it widens the
 * window within its bounds.
 */
export function withChanged(window: MessageWindow, changed: readonly Message[], pinned: boolean): MessageWindow {
  const known = idsOf(window);
  const messages = withMessages(
    window.messages,
    changed.filter((each) => known.has(each.id) || isWithin(window, each)),
  );
  if (isAtNewest(window) && pinned) {
    const last = messages.length;
    const first = last - window.first > FOLLOWING_MAX ? last - FOLLOWING_BEGIN : window.first;
    return withoutOldest({ ...window, messages, first, last });
  }
  let { last } = window;
  for (let at = 0; at < last; ++at) if (!known.has((messages[at] as Message).id)) ++last;
  if (isAtNewest(window)) last = Math.min(messages.length, Math.max(last, Math.min(last + STEP, window.first + MOST)));
  return withoutNewest({ ...window, messages, last });
}

/** Without messages that are no more. */
export function withoutMessages(window: MessageWindow, removed: ReadonlySet<string>): MessageWindow {
  const goneBefore = (end: number) => window.messages.slice(0, end).filter(({ id }) => removed.has(id)).length;
  if (goneBefore(window.messages.length) === 0) return window;
  return {
    ...window,
    messages: window.messages.filter(({ id }) => !removed.has(id)),
    first: window.first - goneBefore(window.first),
    last: window.last - goneBefore(window.last),
  };
}

const idsOf = ({ messages }: MessageWindow): ReadonlySet<string> => new Set(messages.map((each) => each.id));

function isWithin({ messages, olderThere, newerThere }: MessageWindow, message: Message): boolean {
  const oldest = messages[0];
  const newest = messages.at(-1);
  return (
    !(olderThere && oldest !== undefined && isBefore(message, oldest)) &&
    !(newerThere && newest !== undefined && isBefore(newest, message))
  );
}

function withoutNewest(window: MessageWindow): MessageWindow {
  if (window.messages.length <= window.last + KEPT_MAX) return window;
  return { ...window, messages: window.messages.slice(0, window.last + KEPT_MAX / 2), newerThere: true };
}

function withoutOldest(window: MessageWindow): MessageWindow {
  if (window.messages.length <= KEPT_MAX) return window;
  const forgotten = Math.min(window.first, window.messages.length - KEPT_MAX / 2);
  return {
    ...window,
    messages: window.messages.slice(forgotten),
    olderThere: window.olderThere || forgotten > 0,
    first: window.first - forgotten,
    last: window.last - forgotten,
  };
}
