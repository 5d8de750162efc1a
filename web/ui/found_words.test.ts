// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { expect, it } from "vitest";

import { placesOf } from "./found_words";

function row(html: string): HTMLElement {
  const made = document.createElement("li");
  made.innerHTML = html;
  return made;
}
const found = (html: string, ...texts: string[]) => placesOf(row(html), texts).map((range) => range.toString());

it("what was found is marked in what somebody wrote, in order, and nowhere else", () => {
  expect(found("train <span data-words>a train, the TRAIN, train</span>", "TRAIN", "train")).toEqual([
    "train",
    "TRAIN",
    "train",
  ]);
  expect(found("<span data-words>a train</span>")).toEqual([]);
});

it("across styles it is one place, and what has marks is found where they are not shown", () => {
  const shown = "<div data-words>the <strong>fast <em>tra</em>in</strong> of snake_case</div>";
  expect(found(shown, "train")).toEqual(["train"]);
  expect(found(shown, "*fast _tra")).toEqual(["fast tra"]);
  expect(found(shown, "snake_case")).toEqual(["snake_case"]);
  expect(found(shown, "*", "_*")).toEqual([]);
});
