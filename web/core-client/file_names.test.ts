// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, test } from "vitest";

import { attachment, safeFileName } from "./file_names";

describe("A name to save a file under", () => {
  test.each([
    ["holiday.jpg", "holiday.jpg"],
    ["Ferien – Übersicht (2).pdf", "Ferien – Übersicht (2).pdf"],
    ["写真.png", "写真.png"],
    ["👩‍👩‍👧.mp4", "👩‍👩‍👧.mp4"],
    ["../../.ssh/authorized_keys", "authorized_keys"],
    ["C:\\Windows\\System32\\evil.dll", "evil.dll"],
    ["..", "file"],
    ["", "file"],
    ["a/", "file"],
    [".bashrc", "bashrc"],
    ["...hidden.", "hidden"],
    ["photo\u202egpj.exe", "photogpj.exe"],
    ["a\u2066b\u2069c\u200fd.txt", "abcd.txt"],
    ['say "hi"\r\nSet-Cookie: x=1.txt', "say _hi_Set-Cookie_ x=1.txt"],
    ["nul\0byte.txt", "nulbyte.txt"],
    ["half\ud83d.txt", "half.txt"],
    ["photo.jpg                         .exe", "photo.jpg .exe"],
    ["CON", "_CON"],
    ["con .txt", "_con .txt"],
    ["lpt1.tar.gz", "_lpt1.tar.gz"],
    ["console.log", "console.log"],
    ["50%.txt", "50%.txt"],
  ])("%j is saved as %j", (given, expected) => {
    expect(safeFileName(given)).toBe(expected);
  });

  test("of 5,000 characters is cut to 200 bytes, and keeps its extension", () => {
    for (const letter of ["x", "é", "写", "😀"]) {
      const name = safeFileName(`${letter.repeat(5000)}.jpeg`);
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(200);
      expect(new TextEncoder().encode(name).length).toBeGreaterThan(190);
      expect(name).toMatch(new RegExp(`^(${letter})+\\.jpeg$`, "u"));
    }
    const noExtension = safeFileName(`a.${"x".repeat(5000)}`);
    expect(noExtension.length).toBe(200);
  });

  test("is the same when it is made safe again, whatever it was", () => {
    const pieces = [
      "..",
      "/",
      "\\",
      " ",
      ".",
      "con",
      "\u202e",
      '"',
      "\n",
      "x".repeat(150),
      "é".repeat(99),
      ".exe",
      "😀",
    ];
    for (let seed = 1; seed <= 2000; ++seed) {
      let state = seed;
      const next = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31);
      const name = Array.from({ length: 1 + (next() % 6) }, () => pieces[next() % pieces.length]).join("");
      const safe = safeFileName(name);
      expect(safeFileName(safe), JSON.stringify(name)).toBe(safe);
      expect(safe).not.toBe("");
      expect(safe).not.toMatch(/^[. ]|[/\\"\n\u202e]|[. ]$/);
      expect(new TextEncoder().encode(safe).length).toBeLessThanOrEqual(200);
    }
  });

  test("in a header is ASCII alone, and nothing ends it", () => {
    for (const name of ['a"; filename=evil.exe', "x\r\nSet-Cookie: a=b", "写真*'();%41.png", "\ud800", "%22.txt"]) {
      const header = attachment(name);
      expect(header).toMatch(/^attachment; filename="[A-Za-z0-9 ._()-]*"; filename\*=UTF-8''[A-Za-z0-9%._~!-]*$/);
      expect(new Headers({ "content-disposition": header }).get("content-disposition")).toBe(header);
    }
    expect(attachment("写真 (1).png")).toBe(
      "attachment; filename=\"__ (1).png\"; filename*=UTF-8''%E5%86%99%E7%9C%9F%20%281%29.png",
    );
  });
});
