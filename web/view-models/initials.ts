// SPDX-License-Identifier: AGPL-3.0-or-later

// What stands in for a picture: one or two letters and a colour that stays with the account.

/** The first letters of the first and last word; "" when the title has no letters, as a phone number. */
export function initialsOf(title: string): string {
  const words = title.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const first = words[0];
  const last = words.length > 1 ? words.at(-1) : undefined;
  return [first, last]
    .map((word) => (word === undefined ? "" : String.fromCodePoint(word.codePointAt(0) ?? 32).toLocaleUpperCase()))
    .join("");
}

export const AVATAR_COLOURS = 14;

/** 0..AVATAR_COLOURS-1, the same for the same id on every device. */
export function colourOf(id: string): number {
  let hash = 0x811c9dc5; // FNV-1a: ids that are nearly the same differ
  for (const sign of id) hash = Math.imul(hash ^ (sign.codePointAt(0) ?? 0), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % AVATAR_COLOURS;
}
