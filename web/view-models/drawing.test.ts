// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { frameOf, pathOf, POINTS_MAX, strokesOf, type Stroke } from "./drawing";

const line = (...points: [number, number][]): Stroke => ({ colour: "#000000", width: 0.01, points });
/** The smallest frame around a path: left, top, right, bottom. */
function boundsOf(path: string): number[] {
  const numbers = (path.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  const [across, down] = [0, 1].map((odd) => numbers.filter((_, at) => at % 2 === odd)) as [number[], number[]];
  return [Math.min(...across), Math.min(...down), Math.max(...across), Math.max(...down)];
}

describe("a line", () => {
  it("is as wide as its pen, in parts of the longer side, at every size of the picture", () => {
    for (const [width, height] of [
      [4000, 3000],
      [400, 300],
    ] as const) {
      const [left, top, right, bottom] = boundsOf(pathOf(line([0.1, 0.5], [0.5, 0.5], [0.9, 0.5]), width, height));
      expect(left).toBeCloseTo(0.1 * width - 0.005 * width, -1);
      expect(right).toBeCloseTo(0.9 * width + 0.005 * width, -1);
      expect((bottom ?? 0) - (top ?? 0)).toBeCloseTo(0.01 * width, -1);
      expect(((bottom ?? 0) + (top ?? 0)) / 2).toBeCloseTo(height / 2, 0);
    }
  });

  it("of one point is a dot, and of none nothing", () => {
    const [left, top, right, bottom] = boundsOf(pathOf(line([0.5, 0.5]), 1000, 1000));
    expect((right ?? 0) - (left ?? 0)).toBeGreaterThan(5);
    expect((bottom ?? 0) - (top ?? 0)).toBeGreaterThan(5);
    expect(pathOf(line(), 1000, 1000)).toBe("");
  });

  it("with as many points as there can be has numbers only", () => {
    const points = Array.from({ length: POINTS_MAX }, (_, at): [number, number] => [Math.sin(at) / 2, (at % 7) / 7]);
    expect(pathOf(line(...points), 5000, 4000)).toMatch(/^M[-\d. Q]+Z$/);
  });
});

describe("what is drawn", () => {
  const [one, other] = [line([0, 0]), line([1, 1])];

  it("is seen since it was last cleared, and again when that is taken back", () => {
    expect(strokesOf([one, "cleared", other])).toEqual([other]);
    expect(strokesOf([one, "cleared"])).toEqual([]);
    expect(strokesOf([one, "cleared"].slice(0, -1) as Stroke[])).toEqual([one]);
  });

  /** Where a place of the picture is in what is shown, by the transform as SVG has it. */
  function shownAt(
    turn: number,
    place: [number, number],
    cut?: { x: number; y: number; width: number; height: number },
  ) {
    const { transform, width, height } = frameOf({ width: 400, height: 300 }, { turn, cut });
    const [x = 0, y = 0, degrees = 0] = (transform.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    const at = [x + place[0] * cos - place[1] * sin, y + place[0] * sin + place[1] * cos].map(Math.round);
    return { at, size: [width, height] };
  }

  it("stays where it is on the picture, however that is turned", () => {
    expect(shownAt(0, [10, 20])).toEqual({ at: [10, 20], size: [400, 300] });
    expect(shownAt(90, [10, 20])).toEqual({ at: [280, 10], size: [300, 400] });
    expect(shownAt(180, [10, 20])).toEqual({ at: [390, 280], size: [400, 300] });
    expect(shownAt(270, [10, 20])).toEqual({ at: [20, 390], size: [300, 400] });
  });

  it("and cut", () => {
    const cut = { x: 0.5, y: 0.25, width: 0.5, height: 0.5 };
    expect(shownAt(0, [210, 80], cut)).toEqual({ at: [10, 5], size: [200, 150] });
    expect(shownAt(90, [110, 120], cut)).toEqual({ at: [30, 10], size: [150, 200] });
  });
});
