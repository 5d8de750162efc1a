// SPDX-License-Identifier: AGPL-3.0-or-later

// The emoji of Unicode in their groups, with names to search by, from emojibase; and which ones this browser's user
// took last.

import { madeOnce } from "../view-models/core";
import type { TextId } from "../view-models/say";

/** What is used of emojibase's entries. */
export interface CompactEmoji {
  unicode: string;
  hexcode: string;
  label: string;
  group?: number;
  order?: number;
  tags?: readonly string[];
  skins?: readonly { unicode: string }[];
}

export type SkinTone = 0 | 1 | 2 | 3 | 4 | 5;

export interface Emoji {
  unicode: string;
  /** The numbers of its signs, by which emojibase knows it. */
  hexcode: string;
  label: string;
  /** In tones 1 to 5; empty when there are none. */
  tones: readonly string[];
  /** Words, in lower case, that find it. */
  words: readonly string[];
}

export interface EmojiGroup {
  title: TextId;
  emoji: readonly Emoji[];
}

const TITLES: Record<number, TextId> = {
  0: "emoji.faces",
  1: "emoji.people",
  3: "emoji.nature",
  4: "emoji.food",
  5: "emoji.travel",
  6: "emoji.activities",
  7: "emoji.objects",
  8: "emoji.signs",
  9: "emoji.flags",
};
const FIRST_TONE = 0x1f3fb;
const TONES = /[\u{1f3fb}-\u{1f3ff}]/gu;

/** Of an emoji with several people, the ones where all have the tone. */
function tonesOf(emoji: CompactEmoji): string[] {
  return [0, 1, 2, 3, 4].flatMap((tone) => {
    const wanted = String.fromCodePoint(FIRST_TONE + tone);
    const found = emoji.skins?.find(({ unicode }) => (unicode.match(TONES) ?? []).every((each) => each === wanted));
    return found === undefined ? [] : [found.unicode];
  });
}

const wordsOf = (text: string): string[] =>
  text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== "");

/** An emoji that is one without the sign that says so has none: with it, browsers don't know it. */
const knownForm = (unicode: string): string | undefined => [unicode, unicode.replace(/\ufe0f$/, "")].find(isKnown);

/** What this browser can't draw is left out. */
function isKnown(unicode: string): boolean {
  try {
    return new RegExp("^\\p{RGI_Emoji}$", "v").test(unicode);
  } catch {
    return true;
  }
}

export function groupsOf(all: readonly CompactEmoji[]): EmojiGroup[] {
  const groups = new Map(
    Object.entries(TITLES).map(([group, title]) => [Number(group), { title, emoji: [] as Emoji[] }]),
  );
  for (const each of [...all].sort((a, b) => (a.order ?? 0) - (b.order ?? 0))) {
    const unicode = knownForm(each.unicode);
    if (each.group === undefined || unicode === undefined) continue;
    groups.get(each.group)?.emoji.push({
      unicode,
      hexcode: each.hexcode,
      label: each.label,
      tones: tonesOf(each),
      words: [...new Set([each.label, ...(each.tags ?? [])].flatMap(wordsOf))],
    });
  }
  return [...groups.values()];
}

/** Fetched when somebody first asks: with their names they are as large as the rest of the page. */
export const loadEmoji = madeOnce(async () =>
  groupsOf((await import("emojibase-data/en/compact.json")).default as CompactEmoji[]),
);

/** Those that are called so before those that only have to do with it. */
export function searchEmoji(groups: readonly EmojiGroup[], query: string): Emoji[] {
  const wanted = wordsOf(query);
  const isCalledSo = ({ label }: Emoji) => label.toLowerCase().startsWith(wanted[0] ?? "");
  const found = groups
    .flatMap(({ emoji }) => emoji)
    .filter(({ words }) => wanted.every((each) => words.some((word) => word.startsWith(each))));
  return [...found.filter(isCalledSo), ...found.filter((each) => !isCalledSo(each))];
}

export const inTone = ({ unicode, tones }: Emoji, tone: SkinTone): string =>
  tone === 0 ? unicode : (tones[tone - 1] ?? unicode);

const RECENT_MAX = 24;
const KEY = "kith-emoji";

export interface EmojiHabits {
  /** The last one first. */
  recent: readonly string[];
  tone: SkinTone;
}

export function habits(): EmojiHabits {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<EmojiHabits>;
    const recent = Array.isArray(kept.recent) ? kept.recent.filter((each) => typeof each === "string") : [];
    return {
      recent: recent.slice(0, RECENT_MAX),
      tone: [1, 2, 3, 4, 5].includes(kept.tone ?? 0) ? (kept.tone as SkinTone) : 0,
    };
  } catch {
    return { recent: [], tone: 0 };
  }
}

/** In a browser that stores nothing, they last as long as the page. */
export function keepHabits(kept: EmojiHabits): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(kept));
  } catch {
    // nothing is lost but convenience
  }
}

export const taken = ({ recent, tone }: EmojiHabits, emoji: string): EmojiHabits => ({
  recent: [emoji, ...recent.filter((each) => each !== emoji)].slice(0, RECENT_MAX),
  tone,
});
