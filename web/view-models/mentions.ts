// SPDX-License-Identifier: AGPL-3.0-or-later

// Members that a text names. The core counts in bytes of UTF-8, a page in UTF-16 units.
import { writtenOf, type Message, type Person, type Text } from "./core";

/** In the text: [begin, end), in UTF-16 units, from the "@" on. */
export interface MentionPlace {
  begin: number;
  end: number;
}
export interface ShownMention extends MentionPlace {
  who: Person;
}
/** Of a text that is being written. */
export interface WrittenMention extends MentionPlace {
  accountId: string;
}

/**
 * A sign with which a word goes on, where writing puts spaces between words: no letter of a script that has none, or
 * puts particles behind a name. The terminal client has the same (continues_word in cli/characters.h);
 * tests/mention_vectors.json holds both to it.
 */
const WITHOUT_SPACES =
  "\\u0E00-\\u0FFF\\u1000-\\u109F\\u1100-\\u11FF\\u1780-\\u17FF\\u2E80-\\uA4CF\\uA960-\\uA97F\\uAC00-\\uD7FF" +
  "\\uF900-\\uFAFF\\uFF00-\\uFFEF\\u{20000}-\\u{3FFFF}";
export const OF_WORD = `(?:[\\p{Lu}\\p{Ll}\\p{Lt}\\p{Lm}\\p{Mn}\\p{Mc}\\p{Nd}_]|(?![${WITHOUT_SPACES}])\\p{Lo})`;
/** No "@" that begins a mention stands behind one of these: it is of an address. */
export const NOT_BEHIND = `(?<!${OF_WORD}|[.%+\\-@])`;
/** Behind a name that ends. */
export const NOT_BEFORE = `(?!${OF_WORD})`;

/** As many as the core takes in one message. */
const MENTIONS_MAX = 256;

const bytesOf = (codePoint: number): number =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

/** Those of a message, in its order; what can't be, as it cuts a letter or another one, is none. */
export const mentionsOf = (message: Message): readonly ShownMention[] => mentionsIn(writtenOf(message));

export function mentionsIn(written: Text | undefined): readonly ShownMention[] {
  if (written === undefined || written.mentions.length === 0) return NONE;
  const { text, mentions } = written;
  const bounds = new Set(mentions.flatMap(({ start, length }) => [start, start + length]));
  const units = new Map<number, number>();
  let bytes = 0;
  let at = 0;
  for (const sign of text) {
    if (bounds.has(bytes)) units.set(bytes, at);
    bytes += bytesOf(sign.codePointAt(0) ?? 0);
    at += sign.length;
  }
  if (bounds.has(bytes)) units.set(bytes, at);
  const shown: ShownMention[] = [];
  for (const { who, start, length } of mentions) {
    const begin = units.get(start);
    const end = units.get(start + length);
    if (who === undefined || begin === undefined || end === undefined || end <= begin) continue;
    if (begin >= (shown.at(-1)?.end ?? 0)) shown.push({ begin, end, who });
  }
  return shown;
}
const NONE: readonly ShownMention[] = [];

/** Whether somebody is named in it. */
export const isMentioned = (message: Message, account: string): boolean =>
  account !== "" && writtenOf(message)?.mentions.some(({ who }) => who?.accountId === account) === true;

/** Where the mentions of a text are when it has become another one; one that was changed itself is none any more. */
export function movedMentions<Of extends MentionPlace>(mentions: readonly Of[], before: string, after: string): Of[] {
  if (mentions.length === 0) return [];
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before[same] === after[same]) ++same;
  let sameAtEnd = 0;
  while (sameAtEnd < shorter - same && before.at(-1 - sameAtEnd) === after.at(-1 - sameAtEnd)) ++sameAtEnd;
  const moved = after.length - before.length;
  return mentions.flatMap((each) => {
    if (each.end <= same) return [each];
    if (each.begin < before.length - sameAtEnd) return [];
    return [{ ...each, begin: each.begin + moved, end: each.end + moved }];
  });
}

/** As the core takes them, of a text that is sent from `cut` on. */
export function sentMentions(
  mentions: readonly WrittenMention[],
  text: string,
  cut: number,
): { accountId: string; start: number; length: number }[] {
  const encoder = new TextEncoder();
  const bytes = (begin: number, end: number) => encoder.encode(text.slice(begin, end)).length;
  return mentions
    .filter(({ begin }) => begin >= cut)
    .slice(0, MENTIONS_MAX)
    .map(({ accountId, begin, end }) => ({ accountId, start: bytes(cut, begin), length: bytes(begin, end) }));
}
