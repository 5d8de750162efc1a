// SPDX-License-Identifier: AGPL-3.0-or-later

// Names of emoji as they are typed between colons: those that other programs have, and what each is called.
import { madeOnce } from "../view-models/core";
import { habits, loadEmoji, searchEmoji, type Emoji, type EmojiGroup } from "./emoji_data";

export interface Named {
  emoji: Emoji;
  /** Without the colons. */
  name: string;
}

const slug = (label: string): string =>
  label
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "_")
    .replace(/^_|_$/g, "");

export class EmojiNames {
  private readonly all: readonly { emoji: Emoji; names: readonly string[] }[];
  private readonly byName = new Map<string, Emoji>();

  constructor(
    private readonly groups: readonly EmojiGroup[],
    /** By the numbers of an emoji's signs. */
    shortcodes: Readonly<Record<string, string | readonly string[]>>,
  ) {
    this.all = groups
      .flatMap(({ emoji }) => emoji)
      .map((emoji) => ({ emoji, names: [...[shortcodes[emoji.hexcode] ?? []].flat(), slug(emoji.label)] }));
    for (const { emoji, names } of this.all)
      for (const name of names) if (!this.byName.has(name)) this.byName.set(name, emoji);
  }

  named(name: string): Emoji | undefined {
    return this.byName.get(name.toLowerCase());
  }

  /** Those whose names begin so, what was taken last and shorter names first; then those that have to do with it. */
  search(typed: string): Named[] {
    const wanted = typed.toLowerCase();
    const { recent } = habits();
    const isRecent = ({ unicode, tones }: Emoji) => [unicode, ...tones].some((each) => recent.includes(each));
    const begin = this.all.flatMap(({ emoji, names }) => {
      const [name] = names.filter((each) => each.startsWith(wanted)).sort((a, b) => a.length - b.length);
      return name === undefined ? [] : [{ emoji, name, rank: name === wanted ? 0 : isRecent(emoji) ? 1 : 2 }];
    });
    begin.sort((a, b) => a.rank - b.rank || a.name.length - b.name.length);
    const taken = new Set(begin.map(({ emoji }) => emoji));
    const others = searchEmoji(this.groups, wanted.replaceAll("_", " ")).filter((each) => !taken.has(each));
    return [...begin, ...others.map((emoji) => ({ emoji, name: slug(emoji.label) }))];
  }
}

/** Fetched when somebody first types one. */
export const loadEmojiNames = madeOnce(async () => {
  const [groups, shortcodes] = await Promise.all([
    loadEmoji(),
    import("emojibase-data/en/shortcodes/github.json").then((found) => found.default),
  ]);
  return new EmojiNames(groups, shortcodes as Record<string, string | string[]>);
});
