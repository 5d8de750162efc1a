// SPDX-License-Identifier: AGPL-3.0-or-later

// Message text as it is shown: lines, quotes, lists and code; in them bold, italic and struck text, links, and members
// who are named. On the wire it is plain text with its marks (docs/decisions/0050-formatting-is-marks-in-the-text.md).
//
//   text     = blocks of ```code```, over lines, and lines between them
//   line     = ["> " | "- " | "* " | "1. "] inline
//   inline   = `code` | *bold* | _italic_ | ~struck~ | link | mention | text
//
// A mark opens at the beginning of a word and closes at the end of one, on the same line; what it encloses has a
// letter, a digit or an emoji in it, so that *_* and *.* stay as they are. Of two that could be the opening one the
// nearer is. Code has nothing else in it, and links and mentions have no marks.
//
// Work is linear in the text, whatever is in it: each pass goes over it once. A style is never in itself, so that
// nothing is deeper than one block and three styles.
import type { Person } from "./core";
import { findLinks, type Link } from "./links";
import { OF_WORD, type ShownMention } from "./mentions";

export type Style = "bold" | "italic" | "strike";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "link"; text: string; href: string }
  | { kind: "mention"; text: string; who: Person }
  | { kind: Style; inside: readonly Inline[] };

export type Block =
  | { kind: "lines"; inside: readonly Inline[] }
  | { kind: "codeBlock"; text: string }
  | { kind: "quote"; inside: readonly Inline[] }
  | { kind: "list"; items: readonly ListItem[] };

export interface ListItem {
  /** As it is written; undefined where it has none. */
  number: number | undefined;
  inside: readonly Inline[];
}

/** [begin, end) of the text. */
interface Place {
  begin: number;
  end: number;
}
/** What has no marks in it. */
interface Atom extends Place {
  shown: Inline;
}
interface Code extends Place {
  text: string;
}
/** Of two marks: the places of both. */
interface Pair {
  open: number;
  close: number;
  style: Style;
}

const STYLES: Partial<Record<string, Style>> = { "*": "bold", _: "italic", "~": "strike" };
const FENCE = "```";
const LONGER_WORD = new RegExp(`(?!_)${OF_WORD}`, "u");
/** A letter, a digit, an emoji or another picture: what can be bold. */
const MEANT = /[\p{L}\p{N}\p{So}\p{Sc}]/u;
const SPACE = /\s/;
/** Stands for what has no marks: no word, no space, and something that can be bold. */
const SOLID = "\ufffc";
/** What may stand between the beginning of a word and a mark, when a link may stand behind that. */
const BEFORE_LINK = /(?<!\S)[("'[{*_~]*$/;
const BEFORE_LINK_MAX = 8;

/**
 * `goesOn`: the text is the beginning of a longer one, whose last block of code ends there.
 * `mentions`: in UTF-16 units of the text; those behind its end are none.
 */
export function formatted(text: string, mentions: readonly ShownMention[] = [], goesOn = false): Block[] {
  const { blocks, lineCodes, named, links, solid } = partsOf(text, mentions, goesOn);
  const atoms: Atom[] = [
    ...lineCodes.map(({ begin, end, text: shown }) => ({ begin, end, shown: { kind: "code" as const, text: shown } })),
    ...named.map(({ begin, end, who }) => ({
      begin,
      end,
      shown: { kind: "mention" as const, text: `@${who.name}`, who },
    })),
    ...links.map(({ begin, end, shown, href }) => ({
      begin,
      end,
      shown: { kind: "link" as const, text: shown, href },
    })),
  ].sort((a, b) => a.begin - b.begin);
  const lines = new Lines(text, solid, atoms);
  let at = 0;
  for (const { begin, end, text: code } of blocks) {
    lines.add(at, begin);
    lines.end();
    lines.blocks.push({ kind: "codeBlock", text: code });
    at = text[end] === "\n" ? end + 1 : end;
  }
  lines.add(at, text.length);
  lines.end();
  return lines.blocks;
}

/** The links of a text that are shown as such: those in code are none. */
export const shownLinks = (text: string): readonly Link[] => partsOf(text, [], false).links;

/** All of it on one line, without blocks. */
export function onOneLine(blocks: readonly Block[]): Inline[] {
  const line: Inline[] = [];
  for (const block of blocks) {
    if (line.length > 0) line.push({ kind: "text", text: " " });
    if (block.kind === "codeBlock") line.push({ kind: "code", text: block.text });
    else if (block.kind !== "list") line.push(...block.inside);
    else
      block.items.forEach(({ number, inside }, at) => {
        const mark = number === undefined ? "• " : `${number}. `;
        line.push({ kind: "text", text: at === 0 ? mark : ` ${mark}` }, ...inside);
      });
  }
  return line;
}

/** The words of it, without anything else. */
export const wordsOf = (line: readonly Inline[]): string =>
  line.map((each) => ("inside" in each ? wordsOf(each.inside) : each.text)).join("");

interface Parts {
  blocks: readonly Code[];
  lineCodes: readonly Code[];
  /** Those that are not in code. */
  named: readonly ShownMention[];
  links: readonly Link[];
  /** The text with what has no marks made solid: it has the same places. */
  solid: string;
}

function partsOf(text: string, mentions: readonly ShownMention[], goesOn: boolean): Parts {
  const within = mentions.filter(({ end }) => end <= text.length);
  const withoutNames = covered(text, within, SOLID);
  const codes = codesOf(withoutNames, text, goesOn);
  const named = outside(within, codes);
  const taken = inOrder(codes, named);
  // Marks around links are no part of them; those in links are no marks.
  const around = pairsOf(covered(text, taken, SOLID))
    .filter(({ open }) => BEFORE_LINK.test(text.slice(Math.max(0, open - BEFORE_LINK_MAX), open)))
    .flatMap(({ open, close }) => [open, close])
    .map((begin) => ({ begin, end: begin + 1 }));
  const links = findLinks(covered(text, inOrder(taken, around), " "));
  return {
    blocks: codes.filter((each) => text.slice(each.begin, each.end).includes("\n")),
    lineCodes: codes.filter((each) => !text.slice(each.begin, each.end).includes("\n")),
    named,
    links,
    solid: covered(text, inOrder(taken, links), SOLID),
  };
}

const inOrder = (some: readonly Place[], others: readonly Place[]): Place[] =>
  [...some, ...others].sort((a, b) => a.begin - b.begin);

/** The text with `sign` in the places; both in its order. */
function covered(text: string, places: readonly Place[], sign: string): string {
  const parts: string[] = [];
  let at = 0;
  for (const { begin, end } of places) {
    parts.push(text.slice(at, begin), sign.repeat(end - begin));
    at = end;
  }
  return parts.join("") + text.slice(at);
}

/** Those that are in none of the places; both in their order. */
function outside<Of extends Place>(some: readonly Of[], places: readonly Place[]): Of[] {
  let next = 0;
  return some.filter(({ begin, end }) => {
    while ((places[next]?.end ?? Infinity) <= begin) ++next;
    return (places[next]?.begin ?? Infinity) >= end;
  });
}

/** All code, in its order, with its marks; what is in it is of `text`, which has the same places. */
function codesOf(solid: string, text: string, goesOn: boolean): Code[] {
  const codes: Code[] = [];
  let from = 0;
  let open = solid.indexOf(FENCE);
  while (open >= 0) {
    const found = solid.indexOf(FENCE, open + FENCE.length);
    if (found < 0 && !goesOn) break;
    const close = found < 0 ? solid.length : found;
    if (/[^\s`]/.test(solid.slice(open + FENCE.length, close))) {
      const end = Math.min(solid.length, close + FENCE.length);
      codes.push(...lineCodesOf(solid, text, from, open));
      codes.push({ begin: open, end, text: text.slice(open + FENCE.length, close).replace(/^\n|\n$/g, "") });
      from = end;
      open = solid.indexOf(FENCE, end);
    } else open = found;
  }
  return [...codes, ...lineCodesOf(solid, text, from, text.length)];
}

function lineCodesOf(solid: string, text: string, begin: number, end: number): Code[] {
  const codes: Code[] = [];
  let open = -1;
  let line = begin;
  for (const { 0: sign, index } of solid.slice(begin, end).matchAll(/[`\n]/g)) {
    const at = begin + index;
    if (sign === "\n") {
      line = at + 1;
      open = -1;
    } else if (open >= 0 && at > open + 1 && closes(solid, open + 1, at, end)) {
      codes.push({ begin: open, end: at + 1, text: text.slice(open + 1, at) });
      open = -1;
    } else if (opens(solid, line, at, end) && solid[at + 1] !== "`") open = at;
  }
  return codes;
}

/** Whether a mark at `at` of what is in [begin, end) can be an opening one: a word begins with it. */
function opens(text: string, begin: number, at: number, end: number): boolean {
  if (at + 1 >= end || SPACE.test(text.charAt(at + 1))) return false;
  return at === begin || !LONGER_WORD.test(signBefore(text, at));
}

/** Whether it can be a closing one: a word ends with it. */
function closes(text: string, begin: number, at: number, end: number): boolean {
  if (at === begin || SPACE.test(text.charAt(at - 1))) return false;
  return at + 1 >= end || !LONGER_WORD.test(String.fromCodePoint(text.codePointAt(at + 1) ?? 0));
}

function signBefore(text: string, at: number): string {
  const low = text.charAt(at - 1);
  return /[\udc00-\udfff]/.test(low) ? text.slice(Math.max(0, at - 2), at) : low;
}

/** The marks of the text that belong together, by their closing ones: one pair is in another, or beside it. */
function pairsOf(solid: string, begin = 0, end = solid.length): Pair[] {
  const pairs: Pair[] = [];
  let open: Partial<Record<Style, number>> = {};
  let line = begin;
  /** Up to where it is known whether there is something that can be bold, and where it was last. */
  let looked = begin;
  let meant = -1;
  for (const { 0: sign, index } of solid.slice(begin, end).matchAll(/[*_~\n]/g)) {
    const at = begin + index;
    if (MEANT.test(solid.slice(looked, at))) meant = at;
    looked = at;
    const style = STYLES[sign];
    if (style === undefined) {
      open = {};
      line = at + 1;
      continue;
    }
    const opened = open[style];
    if (opened !== undefined && meant > opened && closes(solid, line, at, end)) {
      pairs.push({ open: opened, close: at, style });
      for (const each of Object.values(STYLES) as Style[]) if ((open[each] ?? -1) >= opened) delete open[each];
    } else if (opens(solid, line, at, end)) open[style] = at;
  }
  return pairs;
}

/** Between two places of the text: what stands in the line behind its mark. */
interface Line extends Place {
  kind: "lines" | "quote" | "list";
  number: number | undefined;
}

/** Gathers lines into blocks. */
class Lines {
  readonly blocks: Block[] = [];
  private kind: Line["kind"] | undefined;
  private inside: Inline[] = [];
  private items: ListItem[] = [];
  private nextAtom = 0;

  constructor(
    private readonly text: string,
    private readonly solid: string,
    private readonly atoms: readonly Atom[],
  ) {}

  /** The lines in [begin, end). A line break before a block of code is none that is shown. */
  add(begin: number, end: number): void {
    let at = begin;
    for (const line of this.solid.slice(begin, end).replace(/\n$/, "").split("\n")) {
      if (begin < end) this.addLine(this.lineOf(at, at + line.length));
      at += line.length + 1;
    }
  }

  end(): void {
    if (this.kind === "list") this.blocks.push({ kind: "list", items: this.items });
    else if (this.kind !== undefined) this.blocks.push({ kind: this.kind, inside: this.inside });
    this.kind = undefined;
    this.inside = [];
    this.items = [];
  }

  private lineOf(begin: number, end: number): Line {
    const written = this.solid.slice(begin, end);
    const quote = /^> +(?=\S)/.exec(written)?.[0];
    if (quote !== undefined) return { begin: begin + quote.length, end, kind: "quote", number: undefined };
    const item = /^(?:[-*]|(\d{1,3})\.) +(?=\S)/.exec(written);
    if (item === null) return { begin, end, kind: "lines", number: undefined };
    return {
      begin: begin + item[0].length,
      end,
      kind: "list",
      number: item[1] === undefined ? undefined : Number(item[1]),
    };
  }

  private addLine({ begin, end, kind, number }: Line): void {
    const goesOn = this.kind === kind;
    if (!goesOn) this.end();
    this.kind = kind;
    const shown = this.inlineOf(begin, end);
    if (kind === "list") this.items.push({ number, inside: shown });
    else this.inside = goesOn ? joined(this.inside, shown) : shown;
  }

  private inlineOf(begin: number, end: number): Inline[] {
    const pairs = pairsOf(this.solid, begin, end).sort((a, b) => a.open - b.open);
    let nextPair = 0;
    const inside = (from: number, to: number): Inline[] => {
      const shown: Inline[] = [];
      let at = from;
      const write = (until: number) => {
        if (until > at) shown.push({ kind: "text", text: this.text.slice(at, until) });
      };
      for (;;) {
        const pair = pairs[nextPair];
        const atom = this.atoms[this.nextAtom];
        const next = Math.min(pair?.open ?? to, atom?.begin ?? to);
        if (next >= to) break;
        write(next);
        if (pair !== undefined && pair.open === next) {
          ++nextPair;
          shown.push({ kind: pair.style, inside: inside(pair.open + 1, pair.close) });
          at = pair.close + 1;
        } else if (atom !== undefined) {
          ++this.nextAtom;
          shown.push(atom.shown);
          at = atom.end;
        }
      }
      write(to);
      return shown;
    };
    return inside(begin, end);
  }
}

/** Two lines of the same block. */
function joined(before: Inline[], line: readonly Inline[]): Inline[] {
  const last = before.at(-1);
  const first = line[0];
  const end = last?.kind === "text" ? `${last.text}\n` : "\n";
  const plain = first?.kind === "text";
  if (last?.kind === "text") before.pop();
  before.push({ kind: "text", text: plain ? end + first.text : end });
  for (const each of plain ? line.slice(1) : line) before.push(each);
  return before;
}
