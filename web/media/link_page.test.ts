// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, describe, expect, it, vi } from "vitest";

import { LINK_PAGE_BYTES_MAX } from "../core-client/generated/limits";
import { pageFacts } from "./link_page";

const URL_ = "https://wander.example/walks/five";
const utf8 = (html: string) => new TextEncoder().encode(html);
const facts = (html: string | Uint8Array, type = "text/html", url = URL_) =>
  pageFacts(typeof html === "string" ? utf8(html) : html, type, url);
const title = (html: string | Uint8Array, type?: string) => facts(html, type)?.title;
const picture = (html: string, url?: string) => facts(`<title>t</title>${html}`, "text/html", url)?.picture;
const bytes = (text: string) => utf8(text).length;

afterEach(() => vi.restoreAllMocks());

describe("what a page says of itself", () => {
  it("is its title, its description and its picture", () => {
    const html = `<!doctype html><html><head><title>Walks</title>
      <meta name="description" content="Of the page">
      <meta property="og:title" content="Five easy walks">
      <meta property="og:description" content="Shade, benches &amp; one very good cake.">
      <meta property="og:image" content="/img/forest.jpg"></head>`;
    expect(facts(html)).toEqual({
      title: "Five easy walks",
      description: "Shade, benches & one very good cake.",
      picture: "https://wander.example/img/forest.jpg",
    });
  });

  it.each([
    ["<meta name=OG:Title content=a><title>b</title>", "a"],
    ["<meta property=og:title content=' '><meta name=twitter:title content=b><title>c</title>", "b"],
    ["<title>\n  Plain\n title </title>", "Plain title"],
    ["<meta property=og:title content=first><meta property=og:title content=second>", "first"],
    ["<svg><title>of a picture</title></svg><title>of the page</title>", "of the page"],
    ["<title>&lt;b&gt;bold&lt;/b&gt;</title>", "<b>bold</b>"],
  ])("%s is called %j", (html, name) => {
    expect(title(html)).toBe(name);
  });

  it.each(["", "<p>no title", "<title> \u200b </title>", "\u0000\u0001\u0002", "<title", "{}"])(
    "nothing, when it is %j",
    (html) => {
      expect(facts(html)).toBeUndefined();
    },
  );

  it("no description that only says the title again", () => {
    expect(facts("<title>a</title><meta name=description content=a>")?.description).toBe("");
  });
});

describe("in whatever letters it is written", () => {
  const latin = (html: string) => Uint8Array.from(html, (sign) => sign.charCodeAt(0));
  it.each([
    ["as the server says", latin("<title>caf\u00e9</title>"), "text/html; charset=ISO-8859-1", "café"],
    ["in quotes", latin("<title>caf\u00e9</title>"), 'text/html;charset="windows-1252"', "café"],
    ["as it says", latin("<meta charset=latin1><title>caf\u00e9</title>"), "text/html", "café"],
    [
      "as it says the old way",
      latin(
        '<meta http-equiv=Content-Type content="text/html; charset=windows-1251"><title>\u041f'.replace(
          "\u041f",
          "\u00cf",
        ) + "</title>",
      ),
      "text/html",
      "П",
    ],
    ["as XML says", latin('<?xml version="1.0" encoding="iso-8859-1"?><title>\u00fc</title>'), "text/html", "ü"],
    ["by its first bytes, whatever is said", utf8("\ufeff<title>ü</title>"), "text/html; charset=latin1", "ü"],
    [
      "of two bytes each",
      Uint8Array.from([0xff, 0xfe, ...[..."<title>\u00fc</title>"].flatMap((sign) => [sign.charCodeAt(0), 0])]),
      "text/html",
      "ü",
    ],
    ["in UTF-8, when nothing is known", utf8("<title>ü 漢</title>"), "text/html", "ü 漢"],
    ["in UTF-8, when none is such", utf8("<meta charset=klingon><title>ü</title>"), "text/html; charset=x-none", "ü"],
    ["not in what it can't be in", utf8("<meta charset=utf-16><title>ü</title>"), "text/html", "ü"],
    [
      "of the Japanese",
      Uint8Array.from([...utf8("<meta charset=Shift_JIS><title>"), 0x93, 0xfa, 0x96, 0x7b, ...utf8("</title>")]),
      "text/html",
      "日本",
    ],
  ])("%s", (_, page, type, name) => {
    expect(title(page, type)).toBe(name);
  });
});

describe("its picture", () => {
  it.each([
    ["<meta property=og:image content=//cdn.example/a.png>", "https://cdn.example/a.png"],
    ["<meta property=og:image content=b.png>", "https://wander.example/walks/b.png"],
    ["<base href=https://other.example/x/><meta property=og:image content=b.png>", "https://other.example/x/b.png"],
    ["<base href=javascript:alert(1)><meta property=og:image content=b.png>", "https://wander.example/walks/b.png"],
    [
      "<meta property=og:image content=javascript:alert(1)><meta name=twitter:image content=/c.png>",
      "https://wander.example/c.png",
    ],
    ["<meta property=og:image content=data:image/png;base64,AA>", ""],
    ["<meta property=og:image content=file:///etc/passwd>", ""],
    ["<meta property=og:image content=https://ana:secret@example.org/a.png>", ""],
    [`<meta property=og:image content=/${"a".repeat(5000)}>`, ""],
    ["<meta property=og:image content='http://['>", ""],
    ["<link rel='image_src' href=/d.png>", "https://wander.example/d.png"],
    ["", ""],
  ])("of %.80s is %s", (html, address) => {
    expect(picture(html)).toBe(address);
  });
});

describe("a hostile page", () => {
  it("runs nothing, and has nothing fetched", () => {
    const fetched = vi.spyOn(globalThis, "fetch");
    const image = vi.spyOn(globalThis, "Image");
    const seen = globalThis as { pwned?: boolean };
    const html = `<title>t</title><script>globalThis.pwned = true; window.pwned = true</script>
      <img src="https://spy.example/a.png" onerror="window.pwned = true"><iframe srcdoc="<script>top.pwned=1</script>">
      </iframe><svg onload="window.pwned = true"><link rel=stylesheet href=https://spy.example/a.css>
      <meta http-equiv=refresh content="0;url=https://spy.example"><object data=https://spy.example></object>`;
    expect(facts(html)?.title).toBe("t");
    expect(seen.pwned).toBeUndefined();
    expect(fetched).not.toHaveBeenCalled();
    expect(image).not.toHaveBeenCalled();
    expect(document.querySelector("iframe, img, script, link, meta[http-equiv]")).toBeNull();
  });

  it("is read as far as pages say anything, whatever it leaves open", () => {
    const after = (count: number, tag: (at: number) => string) =>
      title(`${Array.from({ length: count }, (_, at) => tag(at)).join("")}<title>late</title>`);
    expect(after(4900, () => "<b>")).toBe("late");
    expect(after(5100, () => "<b>")).toBeUndefined();
    // What makes a browser's parser build millions of elements, or go through all that is open for each that ends.
    expect(after(30_000, (at) => (at % 2 === 0 ? `<a id=${at}>` : "<p>"))).toBeUndefined();
    expect(after(30_000, (at) => (at < 15_000 ? "<x>" : "</y>"))).toBeUndefined();
    expect(title(`<p ${Array.from({ length: 40_000 }, (_, at) => `a${at}=1`).join(" ")}><title>late</title>`)).toBe(
      "late",
    );
  });

  it("has no words that hide or turn what is around them", () => {
    const html = "<title>bank\u202egnp.exe\u0000\u001b[2J\u200b</title><meta name=description content='a\u2066b\nc'>";
    expect(facts(html)).toMatchObject({ title: "bankgnp.exe[2J", description: "ab c" });
  });

  it("says no more than a message has room for", () => {
    const long = "🎉".repeat(100_000);
    const said = facts(`<title>${long}</title><meta name=description content="${long}">`);
    expect(bytes(said?.title ?? "")).toBeLessThanOrEqual(512);
    expect(bytes(said?.description ?? "")).toBeLessThanOrEqual(1024);
    expect(said?.title.endsWith("🎉…")).toBe(true);
  });

  it("is looked at as far as the server would have read it, and no further", () => {
    const padding = " ".repeat(LINK_PAGE_BYTES_MAX);
    expect(title(`<title>early</title>${padding}`)).toBe("early");
    expect(title(`${padding}<title>late</title>`)).toBeUndefined();
    expect(title(`<title>${"cut off ".repeat(80_000)}`)).toMatch(/^cut off cut off .*…$/);
  });

  it("takes no title from where none is looked for", () => {
    expect(title("<template><title>hidden</title></template><title>shown</title>")).toBe("shown");
    expect(title("<!-- <title>commented</title> --><title>shown</title>")).toBe("shown");
    expect(title("<noscript><title>a</title></noscript>") ?? "").not.toContain("<");
  });
});
