// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { FrameGatherer } from "./frame_gatherer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function gatherer(): { frames: FrameGatherer; handed: [number, number[]][] } {
  const handed: [number, number[]][] = [];
  return {
    frames: new FrameGatherer((socket, frames) => void handed.push([socket, frames.map((frame) => frame[0] ?? -1)])),
    handed,
  };
}
const frame = (number: number, size = 1) => new Uint8Array(size).fill(number);

test("Frames of one turn are handed over together, in order, at its end", () => {
  const { frames, handed } = gatherer();
  for (const number of [1, 2, 3]) frames.add(7, frame(number));
  expect(handed).toEqual([]);
  vi.runAllTimers();
  frames.add(7, frame(4));
  vi.runAllTimers();
  expect(handed).toEqual([
    [7, [1, 2, 3]],
    [7, [4]],
  ]);
});

test("What is much in number or bytes does not wait [LIMIT-1]", () => {
  const { frames, handed } = gatherer();
  for (let count = 0; count < 65; ++count) frames.add(7, frame(1));
  expect(handed.map(([, numbers]) => numbers.length)).toEqual([64]);
  frames.add(7, frame(2, 1024 * 1024));
  expect(handed.map(([, numbers]) => numbers.length)).toEqual([64, 2]);
  vi.runAllTimers();
  expect(handed.length).toBe(2);
});

test("Frames of two sockets stay apart and in order", () => {
  const { frames, handed } = gatherer();
  frames.add(7, frame(1));
  frames.add(8, frame(2));
  frames.flush();
  frames.flush();
  expect(handed).toEqual([
    [7, [1]],
    [8, [2]],
  ]);
});

test("What is dropped is never handed over", () => {
  const { frames, handed } = gatherer();
  frames.add(7, frame(1));
  frames.drop();
  vi.runAllTimers();
  expect(handed).toEqual([]);
});
