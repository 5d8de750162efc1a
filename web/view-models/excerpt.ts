// SPDX-License-Identifier: AGPL-3.0-or-later

// What a search hit shows of a message: the piece around the first word that was found, in whole signs, with the words marked.
// Words match as in the core's index: by their beginnings, without regard to case and accents (unicode61, remove_diacritics 2).
import { wholeSigns } from "./rich_text";

export interface ExcerptPiece {
  text: string;
  marked: boolean;
}

const EXCERPT_MAX = 90;
/** What is shown before the word that was found. */
const BEFORE_MAX = 20;
const WORDS_MAX = 16;

/** A text without case and accents, and for each unit of it where it comes from. */
interface Folded {
  text: string;
  origin: readonly number[];
}

const FOLDED_MAX = 4096;
const folded = new Map<string, string>();

function foldOne(sign: string): string {
  let plain = folded.get(sign);
  if (plain === undefined) {
    plain = sign.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    if (folded.size >= FOLDED_MAX) folded.clear();
    folded.set(sign, plain);
  }
  return plain;
}

function fold(text: string): Folded {
  let whole = "";
  const origin: number[] = [];
  let at = 0;
  for (const sign of text) {
    const plain = sign <= "\x7f" ? sign.toLowerCase() : foldOne(sign);
    for (let unit = 0; unit < plain.length; ++unit) origin.push(at);
    whole += plain;
    at += sign.length;
  }
  origin.push(at);
  return { text: whole, origin };
}

function wordsOf(query: string): string[] {
  const words = fold(query).text.match(/[\p{L}\p{N}\p{Co}]+/gu) ?? [];
  return [...new Set(words)].sort((a, b) => b.length - a.length).slice(0, WORDS_MAX);
}

/** The ranges of a text that begin a word looked for. */
function rangesOf(text: string, query: string): { begin: number; end: number }[] {
  const words = wordsOf(query);
  if (words.length === 0) return [];
  const { text: whole, origin } = fold(text);
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}\\p{Co}])(?:${words.join("|")})`, "gu");
  return [...whole.matchAll(pattern)].map(({ 0: found, index }) => {
    let end = origin[index + found.length] as number;
    while (/^\p{M}/u.test(text.slice(end, end + 2))) end += (text.codePointAt(end) as number) > 0xffff ? 2 : 1;
    return { begin: origin[index] as number, end };
  });
}

/** On one line; the pieces joined are the excerpt. */
export function excerptOf(text: string, query: string, most = EXCERPT_MAX): ExcerptPiece[] {
  const line = text.replace(/\s+/g, " ").trim();
  const ranges = rangesOf(line, query);
  const first = ranges[0];
  const begin =
    first === undefined || first.end <= most * 0.6 || line.length <= most ? 0 : placeBefore(line, first.begin);
  const end = wholeSigns(line, begin + most);
  const pieces: ExcerptPiece[] = [];
  const push = (from: number, to: number, marked: boolean) => {
    if (from < to) pieces.push({ text: line.slice(from, to), marked });
  };
  let at = begin;
  for (const range of ranges) {
    if (range.begin >= end) break;
    if (range.begin < at) continue;
    push(at, range.begin, false);
    push(range.begin, Math.min(range.end, end), true);
    at = Math.min(range.end, end);
  }
  push(at, end, false);
  if (begin > 0) pieces.unshift({ text: "…", marked: false });
  if (end < line.length) pieces.push({ text: "…", marked: false });
  return pieces;
}

/** Where a word begins, at most BEFORE_MAX before a place; in writing without spaces, a few signs before it. */
function placeBefore(line: string, at: number): number {
  const space = line.indexOf(" ", Math.max(0, at - BEFORE_MAX));
  return space >= 0 && space < at ? space + 1 : wholeSigns(line, Math.max(0, at - BEFORE_MAX / 2));
}
