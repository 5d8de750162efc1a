// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { Failure_Code, CoreFailure } from "../core-client/schema";
import { failureText } from "./failure_text";
import { AVATAR_COLOURS, colourOf, initialsOf } from "./initials";
import { handleKind, looksLikeHandle } from "./handle";
import { formatPhone, looksLikePhone } from "./phone";
import { dayText, lastSeenText, listTimeText } from "./time_text";
import { NOON } from "./testing/fake_core";

const DAY = 86_400_000;

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

describe("handles", () => {
  it("are told from names while they are typed", () => {
    for (const typed of ["+49 170", " @ana", "ana@example.org", "@a"]) expect(looksLikeHandle(typed)).toBe(true);
    for (const typed of ["", "Ana", "@", "ana@", "ana@example", "Ana @ work", "@1"])
      expect(looksLikeHandle(typed)).toBe(false);
  });

  it("have a kind that words name", () => {
    expect(["+49 170", "ana@example.org", " @ana"].map(handleKind)).toEqual(["phone", "email", "username"]);
  });
});

describe("phone numbers", () => {
  it("are offered however they are written; what they are the core says", () => {
    for (const typed of [
      "+491700000001",
      "0170 0000001",
      "\u202a+49\u2011170 1\u202c",
      "tel:+49-170",
      "＋４９",
      "٠١٧٠",
    ])
      expect(looksLikePhone(typed)).toBe(true);
    for (const typed of ["", "Ana", "+", "49 ABC", "-"]) expect(looksLikePhone(typed)).toBe(false);
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
  it("differ within a list: the colours are spread evenly", () => {
    const counts = new Array<number>(AVATAR_COLOURS).fill(0);
    for (let n = 0; n < 1400; ++n) {
      const colour = colourOf(n.toString(16).padStart(32, "0"));
      counts[colour] = (counts[colour] ?? 0) + 1;
    }
    expect(Math.min(...counts)).toBeGreaterThan(60);
    expect(Math.max(...counts)).toBeLessThan(150);
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
