// SPDX-License-Identifier: AGPL-3.0-or-later

// Whether the name of a host is read as what it is. A name that mixes alphabets, or is written wholly in letters that
// look like Latin ones, can pass for another: such a name is shown as the network has it (xn--…).
//
// Source: Unicode Technical Standard 39, "highly restrictive", and the list of lookalikes of Chromium's IDN policy,
// without their tables of confusables: those are larger than the rest of this folder.

const SCRIPTS = [
  "Latin Cyrillic Greek Arabic Hebrew Armenian Georgian Han Hiragana Katakana Hangul Bopomofo Thai Lao Khmer Myanmar",
  "Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Ethiopic Tibetan",
]
  .join(" ")
  .split(" ")
  .map((name) => ({ name, pattern: new RegExp(`\\p{Script=${name}}`, "u") }));

/** Scripts that are written together. */
const TOGETHER = [
  ["Latin", "Han", "Hiragana", "Katakana"],
  ["Latin", "Han", "Bopomofo"],
  ["Latin", "Han", "Hangul"],
].map((names) => new Set(names));

/**
 * Latin letters of living languages that differ visibly from plain ones: é, ß, ø, ş, ế; not ı, ĸ, ŉ, ſ, nor what only
 * phoneticians write. Of ơ and ư the capitals stand for both, by the flag i.
 */
const LATIN =
  /^[a-z0-9\-\u00df-\u0130\u0132-\u0137\u0139-\u0148\u014a-\u017e\u01a0\u01af\u0218-\u021b\u1ea0-\u1ef9]*$/iu;
const LOOKALIKES = {
  Cyrillic: /^[асԁеһіјӏорԛѕԝхуъьҽпгѵѡмктвн0-9-]+$/iu,
  Greek: /^[αβγεηικνορτυχωγϳ0-9-]+$/iu,
  Armenian: /^[գեզհոսցքօյլռտ0-9-]+$/iu,
} as const;

function isHonestLabel(label: string): boolean {
  if (/^[\x21-\x7e]*$/.test(label)) return true;
  if (label.normalize("NFKC") !== label) return false;
  const scripts = new Set<string>();
  for (const sign of label) {
    if (/[\p{Script=Common}\p{Script=Inherited}]/u.test(sign)) continue;
    const script = SCRIPTS.find(({ pattern }) => pattern.test(sign));
    if (script === undefined) return false;
    scripts.add(script.name);
  }
  const [only] = scripts;
  if (only === undefined) return false;
  if (scripts.size > 1) return TOGETHER.some((group) => [...scripts].every((each) => group.has(each)));
  if (only === "Latin") return LATIN.test(label);
  return !(only in LOOKALIKES && LOOKALIKES[only as keyof typeof LOOKALIKES].test(label));
}

/** `host` as it was written, without a port; names and addresses of plain letters are honest. */
export function isHonestHost(host: string): boolean {
  return host.length <= 253 && host.toLowerCase().split(".").every(isHonestLabel);
}
