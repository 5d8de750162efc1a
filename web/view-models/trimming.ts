// SPDX-License-Identifier: AGPL-3.0-or-later

// The two handles that say which part of a video is sent.

export interface Part {
  startMs: number;
  endMs: number;
}
export type Handle = keyof Part;

const PART_MS_MIN = 1000;

/** As much of it as can be sent, from its beginning. */
export const wholePart = (wholeMs: number, mostMs: number): Part => ({ startMs: 0, endMs: Math.min(wholeMs, mostMs) });

/** One handle at `ms`, or as near as it may come to the other; the other follows when there would be too much. */
export function moved({ startMs, endMs }: Part, handle: Handle, ms: number, wholeMs: number, mostMs: number): Part {
  const least = Math.min(PART_MS_MIN, wholeMs);
  if (handle === "startMs") {
    const start = Math.max(0, Math.min(ms, endMs - least));
    return { startMs: start, endMs: Math.min(endMs, start + mostMs) };
  }
  const end = Math.min(wholeMs, Math.max(ms, startMs + least));
  return { startMs: Math.max(startMs, end - mostMs), endMs: end };
}
