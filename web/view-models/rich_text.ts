// SPDX-License-Identifier: AGPL-3.0-or-later

// Message text in pieces: plain text and links. Only http and https addresses become links, and nothing is ever taken for markup.

export type TextPiece = { kind: "text"; text: string } | { kind: "link"; text: string; href: string };

const ADDRESS = /\bhttps?:\/\/[^\s<>"\u00ab\u00bb\u201c\u201d]+/gi;
const OPENING: Record<string, string> = { ")": "(", "]": "[", "}": "{" };

/** Punctuation at the end belongs to the sentence, and a bracket too when the address does not open it. */
function trimEnd(address: string): string {
  for (;;) {
    const last = address.at(-1) ?? "";
    const opening = OPENING[last];
    if (opening !== undefined) {
      const count = (sign: string) => address.split(sign).length;
      if (count(last) <= count(opening)) return address;
    } else if (!/[.,;:!?'*_~\u2019\u2026]/.test(last)) {
      return address;
    }
    address = address.slice(0, -1);
  }
}

function hrefOf(address: string): string | undefined {
  try {
    const url = new URL(address);
    return (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

export function textPieces(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimEnd(match[0]);
    const href = hrefOf(address);
    if (href === undefined) continue;
    if (match.index > at) pieces.push({ kind: "text", text: text.slice(at, match.index) });
    pieces.push({ kind: "link", text: address, href });
    at = match.index + address.length;
  }
  if (at < text.length) pieces.push({ kind: "text", text: text.slice(at) });
  return pieces;
}

/** Whether the text is one to three emoji and nothing else: those are shown large. */
export function isOnlyEmoji(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > 40) return false;
  if (!/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\s])+$/u.test(trimmed))
    return false;
  const signs = [...new Intl.Segmenter().segment(trimmed)].filter((each) => each.segment.trim() !== "");
  return signs.length <= 3;
}

/** The piece of a text around the first of the words looked for, on one line. */
export function excerptAround(text: string, query: string, most = 90): string {
  const line = text.replace(/\s+/g, " ").trim();
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const lower = line.toLowerCase();
  const found = words.map((word) => lower.indexOf(word)).filter((at) => at >= 0);
  const first = found.length > 0 ? Math.min(...found) : 0;
  if (first < most / 2) return line.length > most ? `${line.slice(0, most)}…` : line;
  const begin = line.lastIndexOf(" ", first - 20) + 1;
  return `…${line.slice(begin, begin + most)}${begin + most < line.length ? "…" : ""}`;
}

/** A text in pieces of which those that begin a word looked for are marked. */
export function markWords(text: string, query: string): { text: string; marked: boolean }[] {
  const words = query
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  if (words.length === 0) return [{ text, marked: false }];
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.sort((a, b) => b.length - a.length).join("|")})`, "giu");
  const pieces: { text: string; marked: boolean }[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) pieces.push({ text: text.slice(at, match.index), marked: false });
    pieces.push({ text: match[0], marked: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}
