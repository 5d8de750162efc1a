// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, expect, it, vi } from "vitest";

import type { TimelineSnapshot } from "../view-models/timeline";
import { TimelineScroll } from "./timeline_scroll";

afterEach(() => vi.unstubAllGlobals());

const ROW_PX = 50;
const FRAME_PX = 400;

/** A list of so many messages, and a row of none below, scrolled to `top`; and how many rows are measured. */
function list(count: number, top: number) {
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = () => undefined;
      disconnect = () => undefined;
    },
  );
  const measured = new Set<Element>();
  const boxed = (element: HTMLElement, boxTop: number, height: number) => {
    element.getBoundingClientRect = () => {
      measured.add(element);
      return { top: boxTop, bottom: boxTop + height, height } as DOMRect;
    };
    return element;
  };
  const frame = boxed(document.createElement("div"), 0, FRAME_PX);
  const rows = document.createElement("ol");
  for (let at = 0; at <= count; ++at) {
    const row = boxed(document.createElement("li"), at * ROW_PX - top, ROW_PX);
    if (at < count) row.dataset.message = "";
    row.dataset.key = String(at);
    rows.append(row);
  }
  for (const [name, value] of Object.entries({ scrollHeight: (count + 1) * ROW_PX, clientHeight: FRAME_PX }))
    Object.defineProperty(frame, name, { value });
  Object.defineProperty(frame, "scrollTop", { value: top, writable: true });
  const seen: [boolean, string][] = [];
  const snapshot = { loaded: true, atNewest: true, olderThere: false, marks: new Map() } as unknown as TimelineSnapshot;
  const timeline = { snapshot: () => snapshot, showOlder: async () => undefined, showNewer: async () => undefined };
  const model = { timeline, setView: (pinned: boolean, last: string) => void seen.push([pinned, last]) };
  const scroll = new TimelineScroll(frame, rows, model, () => undefined);
  return { scroll, frame, seen, measured: () => measured.size - 1 };
}

it("says whether the end is in view, and which message is the last of which enough is seen", () => {
  for (const [top, pinned, last] of [
    [650, true, "19"],
    [275, false, "12"],
    [290, false, "13"], // 40 px of 50
  ] as const) {
    const { scroll, seen } = list(20, top);
    scroll.look();
    expect([top, ...seen]).toEqual([top, [pinned, last]]);
    scroll.end();
  }
});

it("measures no row above the view but the next, however many there are", () => {
  const { scroll, measured } = list(1000, 1001 * ROW_PX - FRAME_PX);
  scroll.look();
  expect(measured()).toBeLessThanOrEqual(FRAME_PX / ROW_PX + 1);
  scroll.end();
});
