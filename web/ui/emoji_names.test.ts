// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { beforeEach, expect, it } from "vitest";

import { keepHabits } from "./emoji_data";
import { loadEmojiNames } from "./emoji_names";

beforeEach(() => localStorage.clear());

it.each([
  ["heart", "❤️"],
  ["red_heart", "❤️"],
  ["+1", "👍"],
  ["tada", "🎉"],
  ["Tada", "🎉"],
  ["flag_germany", "🇩🇪"],
  ["face_holding_back_tears", "🥹"],
  ["nothing", undefined],
])("an emoji has the names that are usual, and what it is called: %s", async (name, emoji) => {
  expect((await loadEmojiNames()).named(name)?.unicode).toBe(emoji);
});

it("found are the whole name first, what was taken last, shorter names, and what has to do with it", async () => {
  const names = await loadEmojiNames();
  const found = (typed: string) => names.search(typed).map(({ name }) => name);
  expect(found("heart")[0]).toBe("heart");
  expect(found("hear")[0]).toBe("heart");
  expect(found("hear")).toContain("hear_no_evil");
  expect(names.search("celebrat").map(({ emoji }) => emoji.unicode)).toContain("🎉");
  keepHabits({ recent: ["🙉"], tone: 0 });
  expect(found("hear")[0]).toBe("hear_no_evil");
  expect(found("heart")[0]).toBe("heart");
  expect(new Set(found("he")).size).toBe(found("he").length);
});
