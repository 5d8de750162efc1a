// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { beforeEach, describe, expect, it } from "vitest";

import { habits, inTone, keepHabits, loadEmoji, searchEmoji, taken } from "./emoji_data";

describe("the emoji", () => {
  it("are all there, in their groups, and none twice", async () => {
    const all = (await loadEmoji()).flatMap(({ emoji }) => emoji.map((each) => each.unicode));
    expect(all.length).toBeGreaterThan(1850);
    expect(new Set(all).size).toBe(all.length);
    expect(all[0]).toBe("😀");
    expect(all).toEqual(expect.arrayContaining(["👋", "👍", "⭐", "✅", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "❤️"]));
  });

  it("are found by the beginnings of words", async () => {
    const groups = await loadEmoji();
    const found = (query: string) => searchEmoji(groups, query).map((each) => each.unicode);
    expect(found("wav han")).toContain("👋");
    expect(found("pizza")[0]).toBe("🍕");
    expect(found("zzzz")).toEqual([]);
  });

  it("have the tone that was chosen where there is one, several people too", async () => {
    const all = (await loadEmoji()).flatMap(({ emoji }) => emoji);
    const tone = (unicode: string) => inTone(all.find((each) => each.unicode === unicode) as never, 3);
    expect(tone("👋")).toBe("👋🏽");
    expect(tone("👩‍❤️‍👨")).toBe("👩🏽‍❤️‍👨🏽");
    expect(tone("🍕")).toBe("🍕");
  });
});

describe("what was taken last", () => {
  beforeEach(() => localStorage.clear());
  it("comes first, once, and is bounded; it and the tone are kept in this browser", () => {
    let kept = habits();
    for (let n = 0; n < 60; ++n) kept = taken(kept, String.fromCodePoint(0x1f600 + n));
    kept = taken(kept, "\u{1f630}");
    expect(kept.recent[0]).toBe("\u{1f630}");
    expect(new Set(kept.recent).size).toBe(24);
    keepHabits({ ...kept, tone: 4 });
    expect(habits()).toEqual({ ...kept, tone: 4 });
  });
  it("is nothing when what is kept is not understood", () => {
    localStorage.setItem("kith-emoji", "{");
    expect(habits()).toEqual({ recent: [], tone: 0 });
    localStorage.setItem("kith-emoji", '{"recent":[1,"🎉"],"tone":9}');
    expect(habits()).toEqual({ recent: ["🎉"], tone: 0 });
  });
});
