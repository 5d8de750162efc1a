// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { waveformOf } from "./waveform";

it("shows where a recording is loud, by its loudest place", () => {
  const samples = Float32Array.from({ length: 640 }, (_, at) => (at < 320 ? 0.1 : at < 330 ? 0.2 : 0));
  const bars = waveformOf(samples, 64);
  expect(bars).toHaveLength(64);
  expect(bars[0]).toBe(128);
  expect(bars[32]).toBe(255);
  expect(bars[40]).toBe(0);
});

it("does not make noise of silence, and nothing of nothing", () => {
  expect(Math.max(...waveformOf(new Float32Array(1000).fill(0.0001), 64))).toBeLessThan(5);
  expect(waveformOf(new Float32Array(), 64)).toHaveLength(0);
  expect(waveformOf(new Float32Array(10).fill(1), 64)).toHaveLength(64);
});
