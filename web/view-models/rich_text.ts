// SPDX-License-Identifier: AGPL-3.0-or-later

// How much of a text is shown.
import { findLinks } from "./links";

/** Longer texts are folded until asked for. What is folded away is worth a click: at least a fifth more. */
const FOLD_CHARACTERS = 1600;
const FOLD_LINES = 24;
/** How far before the end of what fits a better place for the cut is looked for: the end of a word. */
const WORD_WITHIN = 80;

/** The beginning of a text that is shown before somebody asks for the rest; undefined when all of it is shown. */
export function foldedText(text: string): string | undefined {
  const most = Math.min(FOLD_CHARACTERS, afterLines(text, FOLD_LINES));
  if (text.length <= most * 1.2 && afterLines(text, FOLD_LINES * 1.25) >= text.length) return undefined;
  const link = findLinks(text.slice(0, most + FOLD_CHARACTERS)).find(({ begin, end }) => begin < most && most < end);
  if (link !== undefined) return text.slice(0, link.begin > 0 ? link.begin : link.end).trimEnd();
  const near = text.slice(Math.max(0, most - WORD_WITHIN), most);
  const word = /^[^]*\s(?=\S*$)/.exec(near)?.[0];
  if (word !== undefined) return text.slice(0, most - near.length + word.length).trimEnd();
  return text.slice(0, wholeSigns(text, most));
}

function afterLines(text: string, lines: number): number {
  let at = 0;
  for (let line = 0; line < lines; ++line) {
    at = text.indexOf("\n", at) + 1;
    if (at === 0) return text.length;
  }
  return at;
}

const signs = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Longer ones are cut: no writing has them. */
const SIGN_MAX = 64;

/** At most `most`: the place before it that does not cut what a person sees as one sign. */
export function wholeSigns(text: string, most: number): number {
  if (text.length <= most) return text.length;
  const from = Math.max(0, most - 2 * SIGN_MAX);
  const begin = signs.segment(text.slice(from, most + SIGN_MAX)).containing(most - from)?.index ?? most - from;
  return from + begin > most - SIGN_MAX ? from + begin : most;
}

/** At most `most` UTF-16 units of the text, whole signs. */
export const beginning = (text: string, most: number): string => text.slice(0, wholeSigns(text, most));
