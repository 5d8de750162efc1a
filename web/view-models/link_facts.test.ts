// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { firstWebLink, hostOf, isAskable, plainWords } from "./link_facts";

const bytes = (text: string) => new TextEncoder().encode(text).length;

describe("words of strangers", () => {
  it.each([
    ["  Five easy\n\twalks \u00a0 ", "Five easy walks"],
    ["safe\u202egnp.exe\u202c", "safegnp.exe"],
    ["\u2066isolated\u2069 \u200fmarks\u200e", "isolated marks"],
    ["a\u0000b\u0007c\u001b[31m", "abc[31m"],
    ["zero\u200bwidth\ufeff", "zerowidth"],
    ["می\u200cخواهم 👩‍👩‍👧", "می\u200cخواهم 👩‍👩‍👧"],
    ["\u3164\u2800\uffa0", ""],
    ["line\u2028line\u2029", "line line"],
    ["lone \ud800 half", "lone  half"],
    [`z${"\u0301".repeat(500)}algo`, "ź\u0301\u0301\u0301\u0301algo"],
  ])("%j are one line of what can be seen", (words, plain) => {
    expect(plainWords(words, 512)).toBe(plain);
  });

  it("are cut between signs, to so many bytes", () => {
    expect(plainWords("a".repeat(300), 300)).toBe("a".repeat(300));
    expect(plainWords("a".repeat(301), 300)).toBe(`${"a".repeat(297)}…`);
    const families = plainWords("👩‍👩‍👧".repeat(100), 100);
    expect(bytes(families)).toBeLessThanOrEqual(100);
    expect(families).toBe(`${"👩‍👩‍👧".repeat(5)}…`);
  });

  it("take a bounded time, however many they are", () => {
    const began = performance.now();
    for (const one of ["a\u0301", "\u202e", " ", "🎉", "\ud800"]) plainWords(one.repeat(4_000_000), 512);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});

describe("the host of a link", () => {
  it.each([
    ["https://www.wander.example/five?x=1", "wander.example"],
    ["http://wander.example:8080/", "wander.example:8080"],
    ["https://www.com/", "www.com"],
    ["https://bank.example@evil.example/", "evil.example"],
    ["https://xn--pple-43d.com/", "xn--pple-43d.com"],
    ["https://аpple.com/", "xn--pple-43d.com"],
    ["mailto:ana@example.org", ""],
    ["javascript:alert(1)", ""],
    ["data:text/html,x", ""],
    ["", ""],
  ])("of %s is %s", (href, host) => {
    expect(hostOf(href)).toBe(host);
  });
});

describe("what the server is asked for", () => {
  it.each(["https://wander.example/five", "http://example.org", "https://93.184.216.34/", "https://bücher.example/"])(
    "%s",
    (href) => {
      expect(isAskable(href)).toBe(true);
    },
  );

  it.each([
    "https://localhost/",
    "http://localhost.localdomain.localhost/",
    "http://router/",
    "http://router./",
    "http://nas.local/",
    "http://fritz.lan/",
    "http://wiki.corp/",
    "http://printer.home.arpa/",
    "http://vault.internal/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0/",
    "http://10.1.2.3/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data",
    "http://100.64.0.1/",
    "http://198.18.0.1/",
    "http://192.0.2.1/",
    "http://203.0.113.9/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://[::1]/",
    "http://[fd00::1]/",
    "http://[::ffff:127.0.0.1]/",
    "https://ana:secret@example.org/",
    "https://ana@example.org/",
    "ftp://example.org/",
    "mailto:ana@example.org",
    "tel:+491700000001",
    `https://example.org/${"a".repeat(2048)}`,
    "",
  ])("but not %.60s", (href) => {
    expect(isAskable(href)).toBe(false);
  });
});

describe("the first link of a text", () => {
  it("is one to a page, as it is written and where it leads", () => {
    expect(firstWebLink("ana@example.org, +49 170 0000001, then wander.org/five. And https://b.example")).toEqual({
      written: "wander.org/five",
      href: "https://wander.org/five",
      end: 54,
    });
    expect(firstWebLink("no link. at all")).toBeUndefined();
  });
});
