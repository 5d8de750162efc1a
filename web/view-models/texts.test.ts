// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { Failure_Code, CoreFailure } from "../core-client/schema";
import { failureText } from "./failure_text";
import { colourOf, initialsOf } from "./initials";
import { checkPhone, formatPhone } from "./phone";
import { excerptAround, isOnlyEmoji, markWords, textPieces } from "./rich_text";
import { dayText, lastSeenText, listTimeText } from "./time_text";
import { NOON } from "./testing/fake_core";

const DAY = 86_400_000;

describe("links in messages", () => {
  const links = (text: string) => textPieces(text).flatMap((piece) => (piece.kind === "link" ? [piece.text] : []));
  it("are addresses with http and https, without the sentence around them", () => {
    expect(links("See https://example.org/a?b=c#d, please.")).toEqual(["https://example.org/a?b=c#d"]);
    expect(links("(https://en.wikipedia.org/wiki/Kith_(band))")).toEqual(["https://en.wikipedia.org/wiki/Kith_(band)"]);
    expect(links("HTTP://EXAMPLE.ORG and http://localhost:8080/!")).toEqual([
      "HTTP://EXAMPLE.ORG",
      "http://localhost:8080/",
    ]);
  });
  it("are nothing else", () => {
    for (const text of [
      "javascript:alert(1)",
      "data:text/html,x",
      "ftp://example.org",
      "http://",
      "https://%",
      "xhttps://example.org",
      "example.org",
    ]) {
      expect(links(text)).toEqual([]);
    }
  });
  it("leave every character of the text in its place", () => {
    const text = "a https://example.org/<b>\n(https://x.org). 🎉 c";
    expect(
      textPieces(text)
        .map((piece) => piece.text)
        .join(""),
    ).toBe(text);
  });
});

describe("texts of emoji alone", () => {
  it("are up to three", () => {
    for (const text of ["🎉", "👍🏽", "👩‍👩‍👧‍👦 ❤️", "🇩🇪", "😀😀😀"]) expect(isOnlyEmoji(text)).toBe(true);
    for (const text of ["", "1", "😀😀😀😀", "ok 👍", "#"]) expect(isOnlyEmoji(text)).toBe(false);
  });
});

describe("search results", () => {
  it("mark the beginnings of words, whatever signs the query has", () => {
    expect(
      markWords("The cat (concat) sat", "CAT (")
        .filter((piece) => piece.marked)
        .map((piece) => piece.text),
    ).toEqual(["cat", "("]);
  });
  it("show the place that was found in a long text", () => {
    const text = `${"far away ".repeat(40)}needle ${"and on ".repeat(40)}`;
    expect(excerptAround(text, "needle")).toContain("needle");
    expect(excerptAround(text, "needle").length).toBeLessThan(120);
  });
});

describe("times", () => {
  it("in the list are the hour, then the day", () => {
    expect(listTimeText(NOON - 60_000, NOON)).toMatch(/11[:.]59/);
    expect(listTimeText(NOON - DAY, NOON)).toBe("Yesterday");
    expect(listTimeText(NOON - 400 * DAY, NOON)).toMatch(/25|2025/);
  });
  it("between messages are days", () => {
    expect(dayText(NOON, NOON)).toBe("Today");
    expect(dayText(NOON - 13 * 3_600_000, NOON)).toBe("Yesterday");
  });
  it("of last seen are words", () => {
    expect(lastSeenText(NOON - 10_000, NOON)).toBe("last seen just now");
    expect(lastSeenText(NOON - 3_600_000, NOON)).toMatch(/^last seen today at 11/);
    expect(lastSeenText(NOON - DAY, NOON)).toMatch(/^last seen yesterday at/);
  });
});

describe("phone numbers", () => {
  it("are taken as people write them", () => {
    for (const typed of ["+491700000001", "+49 170 000-0001", "0049 (170) 0000001", " +49.170.0000001 "])
      expect(checkPhone(typed)).toEqual({ phone: "+491700000001" });
  });
  it("need a country code and a sensible length", () => {
    for (const typed of ["", "0170 0000001", "+49", "+0170000001", "+4917000000011234567", "+49 ABC 1234"])
      expect(checkPhone(typed)).toHaveProperty("problem");
  });
  it("are shown in groups with all their digits", () => {
    expect(formatPhone("+491700000001")).toBe("+49 170 000 0001");
    expect(formatPhone("+12025550123")).toBe("+1 202 555 0123");
    expect(formatPhone("+353861234567").replace(/ /g, "")).toBe("+353861234567");
  });
});

describe("avatars", () => {
  it("have the letters of first and last name, or none for a number", () => {
    expect(initialsOf("Ana Maria Ferreira")).toBe("AF");
    expect(initialsOf("élodie")).toBe("É");
    expect(initialsOf("+49 170 000 0001")).toBe("");
  });
  it("keep their colour", () => {
    expect(colourOf("a".repeat(32))).toBe(colourOf("a".repeat(32)));
  });
});

it("every failure has words of its own", () => {
  const codes = Object.values(Failure_Code).filter(
    (code) => typeof code === "number" && code !== Failure_Code.kUnspecified,
  );
  const words = codes.map((code) => failureText(new CoreFailure(code as Failure_Code, "")));
  expect(words.every((text) => text.length > 10)).toBe(true);
  expect(new Set(words).size).toBe(codes.length);
});
