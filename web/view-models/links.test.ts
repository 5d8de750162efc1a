// SPDX-License-Identifier: AGPL-3.0-or-later

import { LinkifyIt } from "linkify-it";
import { describe, expect, it, vi } from "vitest";

import { isHonestHost } from "./link_hosts";
import { formatted, wordsOf } from "./formatting";
import { findLinks, LOOKED_AT_MAX, WORD_MAX } from "./links";
import { foldedText } from "./rich_text";

const links = (text: string) => findLinks(text).map(({ shown }) => shown);
const targets = (text: string) => findLinks(text).map(({ href }) => href);

describe("a link ends where a person sees its end", () => {
  it.each([
    ["See https://example.org/a?b=c#d, please.", ["https://example.org/a?b=c#d"]],
    ["(https://en.wikipedia.org/wiki/Kith_(band))", ["https://en.wikipedia.org/wiki/Kith_(band)"]],
    ["HTTP://EXAMPLE.ORG and http://localhost:8080/!", ["HTTP://EXAMPLE.ORG", "http://localhost:8080/"]],
    ["https://example.com，你好", ["https://example.com"]],
    ["请看https://example.com/a。谢谢", ["https://example.com/a"]],
    ["https://example.com/b؟", ["https://example.com/b"]],
    ["https://example.com/b، و", ["https://example.com/b"]],
    ["「https://example.com/docs」を参照", ["https://example.com/docs"]],
    ["https://example.com/docsを参照", ["https://example.com/docs"]],
    ["https://example.com에서 보세요", ["https://example.com"]],
    ["（https://example.com/x）", ["https://example.com/x"]],
    ["https://a.example,https://b.example", ["https://a.example", "https://b.example"]],
    ["https://a.example;https://b.example/c", ["https://a.example", "https://b.example/c"]],
    ["https://example.com/a…", ["https://example.com/a"]],
    ["“https://example.com/a”", ["https://example.com/a"]],
    ["<https://example.com/a>", ["https://example.com/a"]],
    ["https://example.com/a's roof", ["https://example.com/a's"]],
    ["*https://example.com/a*", ["https://example.com/a*"]],
    ["https://example.com/?q=a&b=c%20d#e-f.", ["https://example.com/?q=a&b=c%20d#e-f"]],
    ["https://ja.wikipedia.org/wiki/日本語", ["https://ja.wikipedia.org/wiki/日本語"]],
    ["https://fa.wikipedia.org/wiki/می\u200cخواهم", ["https://fa.wikipedia.org/wiki/می\u200cخواهم"]],
    [
      "https://web.archive.org/web/2020/https://example.com/a",
      ["https://web.archive.org/web/2020/https://example.com/a"],
    ],
    ["https://example.com\u200fشكرا", ["https://example.com"]],
  ])("%s", (text, expected) => expect(links(text)).toEqual(expected));
});

describe("what is a link", () => {
  it("are addresses without http too, as far as they are surely meant", () => {
    expect(targets("example.org www.example.photography/a 看example.com/b吧")).toEqual([
      "https://example.org/",
      "https://www.example.photography/a",
      "https://example.com/b",
    ]);
    for (const text of ["README.md", "run.sh", "done.It was late", "e.g. this", "1.5", "v2.0.1", "...", "a.b"])
      expect(links(text)).toEqual([]);
  });

  it("are mail addresses and phone numbers with a country code", () => {
    expect(targets("ana@example.org, mailto:ben@example.org")).toEqual([
      "mailto:ana@example.org",
      "mailto:ben@example.org",
    ]);
    expect(targets("ring +49 170 000-0001 or +1 (202) 555-0123.")).toEqual(["tel:+491700000001", "tel:+12025550123"]);
    for (const text of ["1+12345678", "+123", "a+4917000000011", "+49170000000112345678"])
      expect(links(text)).toEqual([]);
  });

  it("is nothing else", () => {
    for (const text of [
      "javascript:alert(1)",
      "data:text/html,x",
      "ftp://example.org",
      "http://",
      "https://%",
      "//example.org",
      "file:///etc/passwd",
      "@ana",
    ])
      expect(links(text)).toEqual([]);
  });
});

describe("a link leads where it seems to", () => {
  it("there is none where a name stands before the host, or signs turn the reading direction", () => {
    for (const text of [
      "https://paypal.com@evil.example",
      "https://paypal.com:443@evil.example/a",
      "https://example.com/\u202egpj.elif",
      "\u202ehttps://example.com/a",
      "https://example.com/\u2066a\u2069",
      "https://exam\u00adple.com",
      "https://example.com/\u3164",
    ])
      expect(findLinks(text)).toEqual([]);
  });

  it("a host that could pass for another is shown as the network has it", () => {
    expect(links("https://pаypal.com/a")).toEqual(["https://xn--pypal-4ve.com/a"]);
    expect(links("https://аррӏе.com")).toEqual(["https://xn--80ak6aa92e.com"]);
    expect(links("http://2130706433/x")).toEqual(["http://127.0.0.1/x"]);
    expect(links("https://ｅxample.com/a")).toEqual(["https://example.com/a"]);
    expect(links("mail ana@pаypal.com")).toEqual([]);
  });

  it("names in one alphabet are shown as they are", () => {
    for (const host of [
      "münchen.de",
      "почта.рф",
      "例え.jp",
      "東京タワー.jp",
      "παράδειγμα.gr",
      "مثال.com",
      "straße.de",
      "네이버.한국",
    ]) {
      expect(isHonestHost(host), host).toBe(true);
      expect(links(`https://${host}/a`)).toEqual([`https://${host}/a`]);
    }
    for (const host of ["gооgle.com", "ɡoogle.com", "exampIе.com", "сс.com", "ı.com", "οο.gr"])
      expect(isHonestHost(host), host).toBe(false);
  });

  it("whatever a link is not shown as, the text keeps every sign in its place", () => {
    const text = "a https://example.org/<b>\n(https://x.org). 🎉 ana@example.org c +4917000000011";
    expect(formatted(text).map((block) => "inside" in block && wordsOf(block.inside))).toEqual([text]);
  });
});

describe("hostile texts", () => {
  const HOSTILE = {
    "a link and closing brackets": (n: number) => `https://example.com/${")".repeat(n)}`,
    "opening brackets": (n: number) => `https://example.com/${"(".repeat(n)}`,
    "short words of opening brackets": (n: number) => `https://example.com/${"([{".repeat(500)} `.repeat(n / 1520),
    "links one after the other": (n: number) => "https://a.co ".repeat(n / 13),
    "links with commas": (n: number) => "https://a.co,".repeat(n / 13),
    "one word": (n: number) => "a".repeat(n),
    dots: (n: number) => "a.".repeat(n / 2),
    "at signs": (n: number) => "@".repeat(n),
    "mail addresses": (n: number) => "a@b.co ".repeat(n / 7),
    "words of at signs": (n: number) => `${"a@".repeat(1000)} `.repeat(n / 2001),
    schemes: (n: number) => "https://".repeat(n / 8),
    "words of schemes": (n: number) => `${"http://".repeat(290)} `.repeat(n / 2031),
    "colons and slashes": (n: number) => "://".repeat(n / 3),
    "plus signs": (n: number) => "+1 ".repeat(n / 3),
    "nearly phones": (n: number) => "+1-(2) 3".repeat(n / 8),
    alphabets: (n: number) => "a中".repeat(n / 2),
    "words of www": (n: number) => `${"www.".repeat(500)} `.repeat(n / 2001),
    "words of alphabets": (n: number) => `${".a中".repeat(680)} `.repeat(n / 2041),
    quotes: (n: number) => `https://a.co/${"'\"".repeat(900)} `.repeat(n / 1814),
    lines: (n: number) => "\n".repeat(n),
    marks: (n: number) => "e" + "\u0301".repeat(n - 1),
  };
  /** What the linkifier is given of a text: how much in all, and at once. */
  const looked = (text: string): { all: number; most: number } => {
    const match = vi.spyOn(LinkifyIt.prototype, "match");
    findLinks(text);
    const lengths = match.mock.calls.map(([part]) => part.length);
    match.mockRestore();
    return { all: lengths.reduce((sum, each) => sum + each, 0), most: Math.max(0, ...lengths) };
  };

  it.each(Object.entries(HOSTILE))("are looked at in a bounded part, whatever is in them: %s", (_, of) => {
    const { all, most } = looked(of(65_536));
    expect(all).toBeLessThanOrEqual(LOOKED_AT_MAX);
    expect(most).toBeLessThanOrEqual(WORD_MAX);
  });

  // Some hundred times what they take; a quadratic step took seconds for a tenth of the length.
  const MOST_MS = 5000;
  it.each(Object.entries(HOSTILE))("take little time to find links in, and to fold: %s", (_, of) => {
    const text = of(65_536);
    const begin = performance.now();
    formatted(text);
    foldedText(text);
    expect(performance.now() - begin).toBeLessThan(MOST_MS);
  });

  it("have a bounded number of links", () => {
    expect(findLinks("https://a.co ".repeat(5000)).length).toBeLessThanOrEqual(LOOKED_AT_MAX / 12);
    expect(findLinks("+4917000000011 ".repeat(4000)).length).toBeLessThanOrEqual(100);
  });
});
