// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { markedMentions, markedText, marking, type Mark } from "./marking";

/** The text, with what is selected in brackets. */
function marked(written: string, mark: Mark): string {
  const begin = written.indexOf("[");
  const end = written.indexOf("]") - 1;
  const text = written.replace(/[[\]]/g, "");
  const { changes, ...selected } = marking(text, begin, end, mark);
  const { begin: from, end: to, put } = markedText(text, changes);
  const then = text.slice(0, from) + put + text.slice(to);
  return `${then.slice(0, selected.begin)}[${then.slice(selected.begin, selected.end)}]${then.slice(selected.end)}`;
}

describe("the marks around what is selected", () => {
  it.each<[string, Mark, string]>([
    ["so [very] cold", "*", "so *[very]* cold"],
    ["so[ very ]cold", "_", "so _[very]_ cold"],
    ["so *[very]* cold", "~", "so *~[very]~* cold"],
    ["[`x`]", "*", "*[`x`]*"],
    ["- [tea\n\n- milk ]", "*", "- *[tea*\n\n- *milk]* "],
    ["[> a\n1. b]", "_", "[> _a_\n1. _b]_"],
    ["[*a*\nb]", "*", "[*a*\n*b]*"],
    ["[a\nb]", "`", "```\n[a\nb]\n```"],
  ])("are put there: %j", (written, mark, expected) => expect(marked(written, mark)).toBe(expected));

  it.each<[string, Mark, string]>([
    ["so *[very]* cold", "*", "so [very] cold"],
    ["so [*very*] cold", "*", "so [very] cold"],
    ["*_[very]_*", "*", "_[very]_"],
    ["[*_very_*]", "_", "[*very*]"],
    ["[*a*\n*b*]", "*", "[a\nb]"],
    ["[```\na\nb\n```]", "`", "[a\nb]"],
    ["*[]*", "*", "[]"],
  ])("are taken away when they are there: %j", (written, mark, expected) =>
    expect(marked(written, mark)).toBe(expected),
  );

  it("are around the cursor where nothing is selected", () => {
    expect(marked("so []", "*")).toBe("so *[]*");
    expect(marked("so [  ]", "*")).toBe("so   *[]*");
  });
});

it("members who are named in it stay named, but for one that is changed itself", () => {
  const ben = { begin: 3, end: 7 };
  const of = (begin: number, end: number) => markedMentions([ben], marking("hi @Ben!", begin, end, "*").changes);
  expect(of(3, 7)).toEqual([{ begin: 4, end: 8 }]);
  expect(of(0, 8)).toEqual([{ begin: 4, end: 8 }]);
  expect(of(0, 2)).toEqual([{ begin: 5, end: 9 }]);
  expect(of(7, 8)).toEqual([ben]);
  expect(of(4, 7)).toEqual([]);
});
