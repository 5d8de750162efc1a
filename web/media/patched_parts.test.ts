// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { PatchedParts } from "./patched_parts";

const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const textOf = (parts: PatchedParts) => parts.whole("video/mp4").text();

it("what is written at the end is added, what is written before it takes the place of what was there", async () => {
  const parts = new PatchedParts();
  for (const [text, at] of [
    ["abcd", 0],
    ["efgh", 4],
    ["ijkl", 8],
    ["XYZ", 3],
    ["1", 0],
  ] as const)
    parts.write(bytes(text), at);
  expect(await textOf(parts)).toBe("1bcXYZghijkl");
  parts.write(bytes("..end"), 10);
  expect(await textOf(parts)).toBe("1bcXYZghij..end");
  expect(parts.whole("video/mp4").type).toBe("video/mp4");
});

it("there is no gap in a file", () => {
  expect(() => new PatchedParts().write(bytes("a"), 1)).toThrow(RangeError);
});
