// SPDX-License-Identifier: AGPL-3.0-or-later

// Numbers, lists and the order of names, as the language has them that is spoken.
import { spoken } from "./say";

/** A format is dear to make, and keeps the language it was made in. */
function inLanguage<Made>(make: (locale: string) => Made): () => Made {
  let made: { locale: string; format: Made } | undefined;
  return () => {
    const locale = spoken.snapshot();
    if (made?.locale !== locale) made = { locale, format: make(locale) };
    return made.format;
  };
}

const number = inLanguage((locale) => new Intl.NumberFormat(locale));
const twoDigits = inLanguage((locale) => new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 }));
const collator = inLanguage((locale) => new Intl.Collator(locale));

/** "1,234". */
export const numberText = (value: number): string => number().format(value);
/** "05". */
export const twoDigitsText = (value: number): string => twoDigits().format(value);

export const inOrderOfNames = <Named extends { name: string }>(some: Iterable<Named>): Named[] =>
  [...some].sort((a, b) => collator().compare(a.name, b.name));

/** "Ana, Ben and Cem", or "Ana, Ben, Cem". */
export function listText(names: readonly string[], type: "conjunction" | "unit" = "conjunction"): string {
  const style = type === "unit" ? "short" : "long";
  return new Intl.ListFormat(spoken.snapshot(), { type, style }).format(names);
}
