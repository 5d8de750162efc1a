// SPDX-License-Identifier: AGPL-3.0-or-later

// How words are compared when somebody looks for something by its name.

/** Without accents, and in small letters. */
export const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export const wordsOf = (text: string): string[] =>
  fold(text)
    .split(/\s+/)
    .filter((word) => word !== "");
