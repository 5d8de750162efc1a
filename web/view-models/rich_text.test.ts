// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { isOnlyEmoji } from "./large_emoji";
import { beginning, foldedText } from "./rich_text";

const FAMILY = "👩‍👩‍👧‍👦";

describe("a folded text", () => {
  it("is there for long texts only", () => {
    expect(foldedText("a".repeat(1900))).toBeUndefined();
    expect(foldedText("word ".repeat(500))?.length).toBeLessThan(1601);
    expect(foldedText("")).toBeUndefined();
  });

  it("is cut outside of links", () => {
    const text = `${"x".repeat(1579)} https://example.com/invoice/4711 ${"y ".repeat(500)}`;
    expect(foldedText(text)).toBe("x".repeat(1579));
    const long = `https://example.com/${"z".repeat(1800)} ${"y ".repeat(500)}`;
    expect(foldedText(long)).toBe(long.slice(0, 1820));
  });

  it("is cut between signs and, where there are words, between words", () => {
    for (let shift = 0; shift < 12; ++shift) {
      const folded = foldedText("a".repeat(shift) + FAMILY.repeat(400)) as string;
      expect((folded.length - shift) % FAMILY.length).toBe(0);
    }
    expect(foldedText("wonderful ".repeat(400))).toMatch(/wonderful$/);
  });

  it("is cut by lines as well", () => {
    expect(foldedText("line\n".repeat(500))?.split("\n").length).toBe(24);
    expect(foldedText("line\n".repeat(26))).toBeUndefined();
  });

  it("ends also in what no writing has", () => {
    expect(foldedText("e" + "\u0301".repeat(60_000))?.length).toBeLessThan(1601);
  });

  it("and every other beginning of a text has whole signs", () => {
    expect(beginning(`ab${FAMILY}`, 5)).toBe("ab");
    expect(beginning("ab", 5)).toBe("ab");
    expect(beginning("😀😀", 3)).toBe("😀");
  });
});

const LARGE = ["🎉", "👍🏽", `${FAMILY} ❤️`, "🇩🇪", "😀😀😀", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "👩🏽‍❤️‍💋‍👨🏿👩🏽‍❤️‍💋‍👨🏿👩🏽‍❤️‍💋‍👨🏿", " 🎉\n"];
describe("texts of emoji alone", () => {
  it.each(LARGE)("are shown large: %s", (text) => expect(isOnlyEmoji(text)).toBe(true));
  it.each(["", "1", "😀😀😀😀", "ok 👍", "#", "©", "™", "❤", "🇩", "🏽a", "a\u200d"])("are not: %s", (text) =>
    expect(isOnlyEmoji(text)).toBe(false),
  );
});
