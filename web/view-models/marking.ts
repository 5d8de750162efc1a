// SPDX-License-Identifier: AGPL-3.0-or-later

// Marks around what is selected in a text that is being written, or none when they are there (formatting.ts has what
// they mean).
import type { MentionPlace } from "./mentions";

export type Mark = "*" | "_" | "~" | "`";

/** Takes so many units out of the text at a place, or puts some in. */
interface Change {
  at: number;
  out: number;
  put: string;
}
export interface Marking {
  /** In their order. */
  changes: readonly Change[];
  /** What is selected then. */
  begin: number;
  end: number;
}

const MARKS = "*_~`";
const FENCE = "```";
/** What a line of a quote or of a list begins with. */
const LINE_BEGINS = /^(?:> +|[-*] +|\d{1,3}\. +)?\s*/;

const takenOut = (at: number, out: number): Change => ({ at, out, put: "" });
const putIn = (at: number, put: string): Change => ({ at, out: 0, put });

/** What changes when somebody wants the mark around [begin, end), or wants it no longer. */
export function marking(text: string, begin: number, end: number, mark: Mark): Marking {
  const selected = text.slice(begin, end);
  if (selected.trim() === "") return atCursor(text, end, mark);
  const from = begin + (selected.length - selected.trimStart().length);
  const to = from + selected.trim().length;
  const changes = text.slice(from, to).includes("\n")
    ? mark === "`"
      ? fence(text, from, to)
      : ofLines(text, from, to, mark)
    : ofLine(text, from, to, mark);
  return { changes, begin: moved(changes, from, true), end: moved(changes, to, false) };
}

/** Nothing is selected: one writes between the marks. */
function atCursor(text: string, at: number, mark: Mark): Marking {
  if (at > 0 && text[at - 1] === mark && text[at] === mark)
    return { changes: [takenOut(at - 1, 2)], begin: at - 1, end: at - 1 };
  return { changes: [putIn(at, mark + mark)], begin: at + 1, end: at + 1 };
}

function ofLine(text: string, begin: number, end: number, mark: Mark): Change[] {
  const there = marksAt(text, begin, end, mark);
  if (there === undefined) return [putIn(begin, mark), putIn(end, mark)];
  return [takenOut(there.open, 1), takenOut(there.close, 1)];
}

/** Where the mark is, among others: around what is selected, or at its ends. */
function marksAt(text: string, begin: number, end: number, mark: Mark): { open: number; close: number } | undefined {
  const isMark = (sign: string | undefined): sign is string => sign !== undefined && MARKS.includes(sign);
  for (let open = begin - 1, close = end; isMark(text[open]) && text[open] === text[close]; --open, ++close)
    if (text[open] === mark) return { open, close };
  for (
    let open = begin, close = end - 1;
    open < close && isMark(text[open]) && text[open] === text[close];
    ++open, --close
  )
    if (text[open] === mark) return { open, close };
  return undefined;
}

/** Each line by itself, as a mark does not go over its end; none of them has it when all had. */
function ofLines(text: string, begin: number, end: number, mark: Mark): Change[] {
  const lines: { begin: number; end: number }[] = [];
  let at = begin;
  for (const line of text.slice(begin, end).split("\n")) {
    const room = LINE_BEGINS.exec(line)?.[0].length ?? 0;
    if (line.length > room) lines.push({ begin: at + room, end: at + line.trimEnd().length });
    at += line.length + 1;
  }
  const all = lines.every((each) => marksAt(text, each.begin, each.end, mark) !== undefined);
  return lines
    .filter((each) => all || marksAt(text, each.begin, each.end, mark) === undefined)
    .flatMap((each) => ofLine(text, each.begin, each.end, mark));
}

function fence(text: string, begin: number, end: number): Change[] {
  const selected = text.slice(begin, end);
  const opening = /^```\n?/.exec(selected)?.[0].length;
  const closing = /\n?```$/.exec(selected)?.[0].length;
  if (opening === undefined || closing === undefined) return [putIn(begin, `${FENCE}\n`), putIn(end, `\n${FENCE}`)];
  return [takenOut(begin, opening), takenOut(end - closing, closing)];
}

/** Where a place of the text is then; `after`: what is put in there stands before it. */
function moved(changes: readonly Change[], place: number, after: boolean): number {
  return changes.reduce(
    (sum, { at, out, put }) => (at < place || (after && at === place && out === 0) ? sum + put.length - out : sum),
    place,
  );
}

/** What stands in the place of [begin, end) of the text then: all that changes is in there. */
export function markedText(text: string, changes: readonly Change[]): { begin: number; end: number; put: string } {
  const begin = changes[0]?.at ?? 0;
  let put = "";
  let end = begin;
  for (const change of changes) {
    put += text.slice(end, change.at) + change.put;
    end = change.at + change.out;
  }
  return { begin, end, put };
}

/** Where the mentions are then; one that was changed itself is none any more. */
export const markedMentions = <Of extends MentionPlace>(mentions: readonly Of[], changes: readonly Change[]): Of[] =>
  mentions
    .filter(({ begin, end }) => !changes.some(({ at, out }) => at < end && at + out > begin))
    .map((each) => ({ ...each, begin: moved(changes, each.begin, true), end: moved(changes, each.end, false) }));
