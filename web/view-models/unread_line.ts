// SPDX-License-Identifier: AGPL-3.0-or-later

// The line above the messages that came while nobody looked: values, and functions from one to the next.
import { isNotice } from "./content_kinds";
import type { Message } from "./core";

export interface UnreadLine {
  /** The message below it; "" for no line. */
  readonly from: string;
  readonly count: number;
  /** Somebody has been at the end since the line was drawn. */
  readonly wasRead: boolean;
}

export const NO_LINE: UnreadLine = { from: "", count: 0, wasRead: false };

/** Above the last `unread` messages of others; above the first that is read when more are unread. */
export function lineAbove(messages: readonly Message[], unread: number): UnreadLine {
  let from = "";
  let left = unread;
  for (let at = messages.length - 1; at >= 0 && left > 0; --at) {
    const message = messages[at] as Message;
    if (message.outgoing || isNotice(message)) continue;
    --left;
    from = message.id;
  }
  return { from, count: unread, wasRead: false };
}

/** With messages of others that nobody has seen come: below the line there is, or a new one when that has been read. */
export function withUnseen(line: UnreadLine, news: readonly Message[]): UnreadLine {
  const said = news.filter((each) => !isNotice(each));
  const first = said[0];
  if (first === undefined) return line;
  const begun = line.from === "" || line.wasRead ? { ...NO_LINE, from: first.id } : line;
  return { ...begun, count: begun.count + said.length };
}
