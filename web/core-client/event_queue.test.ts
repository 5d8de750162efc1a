// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, test } from "vitest";

import { EventQueue } from "./event_queue";

const event = (number: number) => new Uint8Array([number]);
const RESYNC = new Uint8Array([255]);

function queue(window: number, waitingMax: number): { events: EventQueue; posted: number[] } {
  const posted: number[] = [];
  const events = new EventQueue(
    (batch) => posted.push(...batch.map((bytes) => bytes[0] ?? -1)),
    RESYNC,
    window,
    waitingMax,
  );
  return { events, posted };
}

test("Events leave in order, as many as the window has room for [UI-1]", () => {
  const { events, posted } = queue(3, 10);
  events.push([1, 2, 3, 4].map(event));
  events.push([event(5)]);
  expect(posted).toEqual([1, 2, 3]);
  events.taken(1);
  expect(posted).toEqual([1, 2, 3, 4]);
  events.taken(3);
  expect(posted).toEqual([1, 2, 3, 4, 5]);
});

test("A page that does not keep up gets one Resync for what it missed, then what follows [UI-1, LIMIT-1]", () => {
  const { events, posted } = queue(2, 3);
  events.push([1, 2, 3, 4, 5, 6].map(event));
  events.push([event(7)]);
  expect(posted).toEqual([1, 2]);
  events.taken(2);
  events.taken(2);
  expect(posted).toEqual([1, 2, 255, 7]);
});
