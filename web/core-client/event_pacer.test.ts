// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { EventPacer } from "./event_pacer";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function pacer(hidden = false): { pace: EventPacer<number>; told: (readonly number[])[] } {
  const told: (readonly number[])[] = [];
  return {
    pace: new EventPacer(
      (events) => void told.push(events),
      () => hidden,
    ),
    told,
  };
}

test("After a quiet moment events are told at once, then together every 100 ms, all and in order [UI-1]", () => {
  const { pace, told } = pacer();
  pace.push([1, 2]);
  expect(told).toEqual([[1, 2]]);
  pace.push([3]);
  vi.advanceTimersByTime(80);
  pace.push([4, 5]);
  expect(told).toEqual([[1, 2]]);
  vi.advanceTimersByTime(20);
  expect(told).toEqual([
    [1, 2],
    [3, 4, 5],
  ]);
  vi.advanceTimersByTime(100);
  pace.push([6]);
  expect(told).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test("Where showing them takes long, events are told so seldom that half of the time is left [UI-1]", async () => {
  vi.useRealTimers();
  const SHOWING_MS = 150;
  const toldAt: number[] = [];
  await new Promise<void>((done) => {
    const pace = new EventPacer<number>(
      ([event]) => {
        toldAt.push(performance.now());
        if (event === 2) return done();
        setTimeout(() => {
          for (const end = performance.now() + SHOWING_MS; performance.now() < end;); // as a page renders
        });
      },
      () => false,
    );
    pace.push([1]);
    pace.push([2]);
  });
  const [first = 0, second = 0] = toldAt;
  expect(second - first).toBeGreaterThanOrEqual(2 * SHOWING_MS - 5);
});

test("What waits is told before what comes after it, once", () => {
  const { pace, told } = pacer();
  pace.push([1]);
  pace.push([2]);
  pace.flush();
  pace.flush();
  vi.runAllTimers();
  expect(told).toEqual([[1], [2]]);
});

test("A page that nobody sees does not wait for timers", () => {
  const { pace, told } = pacer(true);
  pace.push([1]);
  pace.push([2]);
  expect(told).toEqual([[1], [2]]);
});
