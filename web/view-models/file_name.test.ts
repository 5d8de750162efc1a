// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { extensionOf, fileName, savedName } from "./file_name";

const bytes = (text: string) => new TextEncoder().encode(text).length;

it("is what the name says, without a path and without what nobody sees", () => {
  expect(fileName("../../etc/passwd")).toBe("passwd");
  expect(fileName("C:\\Users\\ana\\taxes.pdf")).toBe("taxes.pdf");
  expect(fileName("photo\u202Egpj.exe")).toBe("photogpj.exe");
  expect(fileName("a\u0000b\nc\u2066d\u200Fe.txt")).toBe("abcde.txt");
  expect(fileName("...hidden ")).toBe("hidden");
  expect(fileName('what? <now>|here: "x"*.txt')).toBe("what_ _now__here_ _x__.txt");
  expect(fileName("..")).toBe("");
  expect(fileName("..\\")).toBe("");
  expect(fileName("Überweisung 木.pdf")).toBe("Überweisung 木.pdf");
});

it("has at most 255 bytes, of which the end says what it is", () => {
  const long = fileName(`${"木".repeat(5000)}.pdf`);
  expect(bytes(long)).toBeLessThanOrEqual(255);
  expect(long).toMatch(/^木+….pdf$/);
  expect(bytes(fileName("👩‍👩‍👧".repeat(200)))).toBeLessThanOrEqual(255);
  expect(fileName("x".repeat(255))).toHaveLength(255);
});

it("ends with an extension only when that is short", () => {
  expect(extensionOf("a.tar.gz")).toBe(".gz");
  expect(extensionOf(".profile")).toBe("");
  expect(extensionOf("no. this is a sentence")).toBe("");
});

it("is when it was sent, for what has none", () => {
  const ms = Date.UTC(2026, 10, 24, 12, 5, 9);
  expect(savedName({ name: "", mimeType: "image/jpeg" }, ms)).toBe("Kith 2026-11-24 12-05-09.jpg");
  expect(savedName({ name: "", mimeType: "text/html" }, ms)).toBe("Kith 2026-11-24 12-05-09");
  expect(savedName({ name: "a/b.txt", mimeType: "image/jpeg" }, ms)).toBe("b.txt");
});
