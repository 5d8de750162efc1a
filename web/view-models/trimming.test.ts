// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { moved, wholePart } from "./trimming";

const part = (startMs: number, endMs: number) => ({ startMs, endMs });

it("begins with as much as can be sent", () => {
  expect(wholePart(60_000, 180_000)).toEqual(part(0, 60_000));
  expect(wholePart(600_000, 180_000)).toEqual(part(0, 180_000));
});

it.each([
  ["the beginning moves alone", part(0, 60_000), "startMs", 20_000, part(20_000, 60_000)],
  ["but stays a second before the end", part(0, 60_000), "startMs", 60_000, part(59_000, 60_000)],
  ["the end moves alone", part(10_000, 60_000), "endMs", 30_000, part(10_000, 30_000)],
  ["but stays a second behind the beginning", part(10_000, 60_000), "endMs", 0, part(10_000, 11_000)],
  ["and within the video", part(290_000, 299_000), "endMs", 400_000, part(290_000, 300_000)],
  [
    "the end follows a beginning that leaves too much",
    part(100_000, 280_000),
    "startMs",
    50_000,
    part(50_000, 230_000),
  ],
  ["the beginning follows such an end", part(0, 180_000), "endMs", 250_000, part(70_000, 250_000)],
] as const)("%s", (_, before, handle, to, after) => {
  expect(moved(before, handle, to, 300_000, 180_000)).toEqual(after);
});

it("what is shorter than a second can't be shortened", () => {
  expect(moved(part(0, 400), "startMs", 300, 400, 180_000)).toEqual(part(0, 400));
  expect(moved(part(0, 400), "endMs", 100, 400, 180_000)).toEqual(part(0, 400));
});
