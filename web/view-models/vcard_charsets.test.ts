// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { withUtf8 } from "./vcard_charsets";

const bytes = (...parts: (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((each) => each.charCodeAt(0)) : part)),
  );
const text = (file: Uint8Array): string => new TextDecoder("utf-8", { fatal: true }).decode(file);
const quoted = (name: string): string =>
  [...new TextEncoder().encode(name)].map((byte) => `=${byte.toString(16).toUpperCase()}`).join("");
const card = (...properties: (string | readonly number[])[]) =>
  bytes("BEGIN:VCARD\r\nVERSION:2.1\r\n", ...properties, "\r\nTEL:+491700000001\r\nEND:VCARD\r\n");
const expected = (head: string, name: string): string =>
  `BEGIN:VCARD\r\nVERSION:2.1\r\n${head};CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:${quoted(name)}\r\n` +
  "TEL:+491700000001\r\nEND:VCARD\r\n";

/** A name, and what it is in a charset. */
const NAMES: readonly (readonly [charset: string, name: string, bytes: readonly number[]])[] = [
  ["SHIFT_JIS", "山田;太郎表", [0x8e, 0x52, 0x93, 0x63, 0x3b, 0x91, 0xbe, 0x98, 0x59, 0x95, 0x5c]],
  ["EUC-JP", "山田", [0xbb, 0xb3, 0xc5, 0xc4]],
  ["ISO-2022-JP", "山田", [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42]],
  ["GB2312", "张三", [0xd5, 0xc5, 0xc8, 0xfd]],
  ["GBK", "張三", [0x8f, 0x88, 0xc8, 0xfd]],
  ["GB18030", "张三", [0xd5, 0xc5, 0xc8, 0xfd]],
  ["Big5", "王小明", [0xa4, 0xfd, 0xa4, 0x70, 0xa9, 0xfa]],
  ["EUC-KR", "김민수", [0xb1, 0xe8, 0xb9, 0xce, 0xbc, 0xf6]],
];

it.each(NAMES)("a name in %s is written as UTF-8, as bytes, quoted and in Base64: %s", (charset, name, encoded) => {
  const hex = encoded.map((byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`);
  const base64 = btoa(String.fromCharCode(...encoded));
  expect(text(withUtf8(card(`N;CHARSET=${charset}:`, encoded)))).toBe(expected("N", name));
  expect(text(withUtf8(card(`N;CHARSET=${charset};ENCODING=QUOTED-PRINTABLE:${hex.join("")}`)))).toBe(
    expected("N", name),
  );
  expect(text(withUtf8(card(`item1.N;ENCODING=b;X-A=1;CHARSET="${charset}":${base64}`)))).toBe(
    expected("item1.N;X-A=1", name),
  );
});

it("soft line breaks and folds inside a character are undone", () => {
  expect(text(withUtf8(card("FN;CHARSET=SHIFT_JIS;QUOTED-PRINTABLE:=8E=\r\n=52=93=\r\n=63")))).toBe(
    expected("FN", "山田"),
  );
  expect(text(withUtf8(card("FN;CHARSET=Shift_JIS:", [0x8e], "\r\n ", [0x52, 0x93, 0x63])))).toBe(
    expected("FN", "山田"),
  );
});

it("everything else stays as it is, byte for byte, and what isn't in the charset that it names", () => {
  for (const file of [
    card("FN:M\xfcller"),
    card("FN;CHARSET=ISO-8859-1:M\xfcller"),
    card("FN;CHARSET=UTF-8:Ana"),
    card("FN;CHARSET=SHIFT_JIS:", [0x8e]),
    card("NOTE:a;CHARSET=SHIFT_JIS:b"),
    bytes("no card ;CHARSET=GBK"),
    bytes(),
  ])
    expect(withUtf8(file)).toBe(file);
});
