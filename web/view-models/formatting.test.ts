// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { formatted, shownLinks, type Block, type Inline } from "./formatting";
import type { ShownMention } from "./mentions";

const TAGS = { bold: "b", italic: "i", strike: "s" } as const;

/** In short: <b>, <i>, <s>, <code>, <a> and <@>, which no text of these tests has. */
const brief = (line: readonly Inline[]): string =>
  line
    .map((each) => {
      if ("inside" in each) return `<${TAGS[each.kind]}>${brief(each.inside)}</${TAGS[each.kind]}>`;
      if (each.kind === "text") return each.text;
      const tag = each.kind === "link" ? "a" : each.kind === "mention" ? "@" : "code";
      return `<${tag}>${each.text}</${tag}>`;
    })
    .join("");
const briefBlock = (block: Block): string => {
  if (block.kind === "codeBlock") return `<pre>${block.text}</pre>`;
  if (block.kind === "list")
    return block.items.map(({ number, inside }) => `<${number ?? "•"}>${brief(inside)}`).join("");
  return block.kind === "quote" ? `<quote>${brief(block.inside)}</quote>` : brief(block.inside);
};
const shown = (...of: Parameters<typeof formatted>) => formatted(...of).map(briefBlock);
const line = (...of: Parameters<typeof formatted>) => shown(...of).join("¶");

describe("marks around words", () => {
  it.each([
    ["*bold*", "<b>bold</b>"],
    ["_italic_ and ~struck~", "<i>italic</i> and <s>struck</s>"],
    ["so *very much* snow", "so <b>very much</b> snow"],
    ['(*really*), "_you_"!', '(<b>really</b>), "<i>you</i>"!'],
    ["*_both_* and _*both*_", "<b><i>both</i></b> and <i><b>both</b></i>"],
    ["*_~all~_*", "<b><i><s>all</s></i></b>"],
    ["*a _b_ c*", "<b>a <i>b</i> c</b>"],
    ["*one* *two*", "<b>one</b> <b>two</b>"],
    ["*don't* _snake_case_", "<b>don't</b> <i>snake_case</i>"],
    ["*5*, *€*, *🎉*", "<b>5</b>, <b>€</b>, <b>🎉</b>"],
    ["🎉*party*🎉", "🎉<b>party</b>🎉"],
    ["这是*重点*内容", "这是<b>重点</b>内容"],
    ["*مهم* جدا", "<b>مهم</b> جدا"],
    ["*𝒜bc*", "<b>𝒜bc</b>"],
    ["**bold**", "*<b>bold</b>*"],
  ])("are styles: %s", (text, expected) => expect(line(text)).toBe(expected));

  it.each([
    "snake_case_names",
    "2*3*4",
    "2 * 3 * 4",
    "~/a ~/b",
    "* ",
    "*",
    "*_*",
    "*.* and *-*",
    "so * not bold *",
    "*not bold *",
    "a*b*",
    "*a*b",
    "𝒜*b*",
    "*b*𝒜",
    "*over\nlines*",
    "*open",
    "open*",
    "``",
    "```",
    "``````",
    "` `",
    "5 _ 6 _ 7",
    "<b>text</b> &amp; <script>",
  ])("stay as they are: %j", (text) => expect(line(text)).toBe(text));

  it.each([
    ["*a _b* c_", "<b>a _b</b> c_"], // one is not begun in another and ended outside of it
    ["*a *b*", "*a <b>b</b>"], // the nearer one
    ["_a *b_ c*", "<i>a *b</i> c*"],
    ["*a* b*", "<b>a</b> b*"],
  ])("belong together in one way: %s", (text, expected) => expect(line(text)).toBe(expected));
});

describe("code", () => {
  it.each([
    ["`x`", "<code>x</code>"],
    ["`*x* _y_ https://a.example`", "<code>*x* _y_ https://a.example</code>"],
    ["*`x`*", "<b><code>x</code></b>"],
    ["`a`b`", "<code>a`b</code>"],
    ["``` a *b* ```", "<code> a *b* </code>"],
    ["see ```x``` there", "see <code>x</code> there"],
    ["`over\nlines`", "`over\nlines`"],
    ["```\nlet a;\n\n  let b;\n```", "<pre>let a;\n\n  let b;</pre>"],
    ["so:\n```a\n> b```\nthere", "so:¶<pre>a\n> b</pre>¶there"],
    ["```a\n``` ```b\n```", "<pre>a</pre>¶ ¶<pre>b</pre>"],
    ["```a\nb", "```a\nb"],
    ["*a ```b\n``` c*", "*a ¶<pre>b</pre>¶ c*"],
  ])("is as it is written: %j", (text, expected) => expect(line(text)).toBe(expected));

  it("that is folded away in part is shown as what it is", () =>
    expect(line("so:\n```\nlet a;", [], true)).toBe("so:¶<pre>let a;</pre>"));
});

describe("lines", () => {
  it.each([
    ["> a", ["<quote>a</quote>"]],
    ["> *a*\n> b\nc", ["<quote><b>a</b>\nb</quote>", "c"]],
    ["- a\n* b", ["<•>a<•>b"]],
    ["1. a\n2. _b_\n7. c", ["<1>a<2><i>b</i><7>c"]],
    ["buy:\n- tea\n\nthanks", ["buy:", "<•>tea", "\nthanks"]],
    ["* *a* b", ["<•><b>a</b> b"]],
    ["a\nb *c*\nd", ["a\nb <b>c</b>\nd"]],
    ["*a*\n*b*", ["<b>a</b>\n<b>b</b>"]],
    ["a\n\n\nb", ["a\n\n\nb"]],
  ])("are quotes, lists and text: %j", (text, expected) => expect(shown(text)).toEqual(expected));

  it.each([">_<", ">a", "> ", "-", "- ", "-a", "1.5 litres", "2024. was", "1.", " - a", "a > b", "5 - 3"])(
    "with other beginnings are text: %j",
    (text) => expect(shown(text)).toEqual([text]),
  );

  it("are none in a text that has none", () => expect(formatted("")).toEqual([]));
});

describe("links", () => {
  it.each([
    ["https://x/_a_ and https://x.example/*b*", "<a>https://x/_a_</a> and <a>https://x.example/*b*</a>"],
    ["*https://example.com/a*", "<b><a>https://example.com/a</a></b>"],
    ["_https://example.com/a_", "<i><a>https://example.com/a</a></i>"],
    ["~see https://example.com/a_b~", "<s>see <a>https://example.com/a_b</a></s>"],
    ["*_(https://example.com)_*", "<b><i>(<a>https://example.com</a>)</i></b>"],
    ["_mail ben@example.com_", "<i>mail <a>ben@example.com</a></i>"],
    ["> https://example.com/a", "<quote><a>https://example.com/a</a></quote>"],
    ["1. *https://example.com*", "<1><b><a>https://example.com</a></b>"],
    ["*a https://x.example/_b_ c*", "<b>a <a>https://x.example/_b_</a> c</b>"],
  ])("have no marks in them, and work in what has: %s", (text, expected) => expect(line(text)).toBe(expected));

  it("lead to where they do without marks, and are none in code", () => {
    expect(shownLinks("*https://example.com/a* `https://example.com/b`")).toEqual([
      { begin: 1, end: 22, shown: "https://example.com/a", href: "https://example.com/a" },
    ]);
  });
});

describe("mentions", () => {
  const who = { accountId: "1", name: "B*n" } as ShownMention["who"];
  const at = (text: string, name: string): ShownMention[] => {
    const begin = text.indexOf(name);
    return [{ begin, end: begin + name.length, who }];
  };

  it.each([
    ["hi *@Ben*!", "@Ben", "hi <b><@>@B*n</@></b>!"],
    ["🎉 _so_ @Ben", "@Ben", "🎉 <i>so</i> <@>@B*n</@>"],
    ["- @Ben\n- b", "@Ben", "<•><@>@B*n</@><•>b"],
    ["*a* @B*n* c", "@B*n*", "<b>a</b> <@>@B*n</@> c"],
    ["@B`n and `x`", "@B`n", "<@>@B*n</@> and <code>x</code>"],
    ["`@Ben` @Ben", "@Ben", "<code>@Ben</code> @Ben"],
    ["```\n@Ben\n```", "@Ben", "<pre>@Ben</pre>"],
  ])("are in their places, with no marks in them: %j", (text, name, expected) =>
    expect(line(text, at(text, name))).toBe(expected),
  );

  it("behind what is shown are none", () => expect(line("*a*", [{ begin: 9, end: 12, who }])).toBe("<b>a</b>"));
});

describe("hostile texts", () => {
  const HOSTILE: Record<string, (n: number) => string> = {
    asterisks: (n) => "*".repeat(n),
    "all marks": (n) => "_*~".repeat(n / 3),
    backticks: (n) => "`".repeat(n),
    "backticks with words": (n) => "`a".repeat(n / 2),
    "fences with words": (n) => "```a".repeat(n / 4),
    "opening marks": (n) => " *a".repeat(n / 3),
    "opening marks of all kinds": (n) => " *a _b ~c".repeat(n / 9),
    "closing marks": (n) => `*${"a* ".repeat(n / 3)}`,
    "marks with nothing to mark": (n) => "*.".repeat(n / 2),
    pairs: (n) => "*a* ".repeat(n / 4),
    "pairs in pairs": (n) => "*_~a~_* ".repeat(n / 8),
    "pairs that cross": (n) => "*a _b* c_ ".repeat(n / 10),
    lines: (n) => "\n".repeat(n),
    quotes: (n) => "> ".repeat(n / 2),
    "lines of quotes": (n) => "> a\n".repeat(n / 4),
    "items of lists": (n) => "- *a*\n".repeat(n / 6),
    "a list and spaces": (n) => `- ${" ".repeat(n)}`,
    "other blocks in turn": (n) => "> a\n- b\nc\n".repeat(n / 10),
    "words of marks": (n) => `${"*a_b~".repeat(400)} `.repeat(n / 2001),
  };

  /** What it cuts out and asks of texts: signs that are copied, and searches. */
  function steps(text: string): number {
    let count = 0;
    const { slice } = String.prototype;
    const { exec, test } = RegExp.prototype;
    String.prototype.slice = function (...of) {
      const part = slice.apply(this, of);
      count += part.length + 1;
      return part;
    };
    RegExp.prototype.exec = function (of) {
      ++count;
      return exec.call(this, of);
    };
    RegExp.prototype.test = function (of) {
      ++count;
      return test.call(this, of);
    };
    try {
      formatted(text);
    } finally {
      String.prototype.slice = slice;
      Object.assign(RegExp.prototype, { exec, test });
    }
    return count;
  }

  it.each(Object.entries(HOSTILE))("take steps as many as they are long: %s", (_, of) => {
    const some = steps(of(15_000));
    expect(some).toBeGreaterThan(1000);
    expect(steps(of(60_000))).toBeLessThan(4.4 * some);
  });

  const depth = (inside: readonly Inline[]): number =>
    Math.max(0, ...inside.map((each) => ("inside" in each ? 1 + depth(each.inside) : 0)));
  const depthOf = (block: Block) =>
    block.kind === "list"
      ? Math.max(...block.items.map(({ inside }) => depth(inside)))
      : "inside" in block
        ? depth(block.inside)
        : 0;

  it.each(["*_~", "*a _b ~c ", "_*", "*a* _b "])("are no deeper than three styles: %j", (part) => {
    const text = `${part.repeat(5000)}x${[...part.repeat(5000)].reverse().join("")}`;
    expect(Math.max(...formatted(text).map(depthOf))).toBeLessThanOrEqual(3);
  });
});
