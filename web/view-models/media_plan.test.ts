// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { MediaKind } from "./core";
import { limitsOf, planOf, refusalText, sizeText } from "./media_plan";
import type { Looked, VideoFacts } from "./media_port";
import { videoFacts } from "./testing/fake_media";
import { NOT_MADE, type VideoWork } from "./video_making";

const MB = 1_000_000;
const limits = { fileBytesMax: 100 * MB, mediaBytesMax: 16 * MB, videoSecondsMax: 180, voiceSecondsMax: 900 };
const looked = (kind: Looked["kind"], fields: Partial<Looked> = {}): Looked => ({
  kind,
  type: "x/y",
  width: 100,
  height: 100,
  durationMs: 0,
  trouble: "",
  ...fields,
});

it("a photo goes whatever its size, as it becomes smaller; a moving picture only within the limit", () => {
  expect(planOf(looked("picture"), 50 * MB, limits, false)).toMatchObject({
    kind: MediaKind.kPhoto,
    refusal: undefined,
  });
  expect(planOf(looked("animation"), 5 * MB, limits, false).refusal).toBeUndefined();
  expect(planOf(looked("animation"), 17 * MB, limits, false)).toMatchObject({
    refusal: { why: "mediaTooLarge" },
    asFileHelps: true,
  });
});

const videoPlan = (facts: Partial<VideoFacts>, size = MB, work: Partial<VideoWork> = {}, asFile = false) =>
  planOf(looked("video", { video: videoFacts(facts) }), size, limits, asFile, { ...NOT_MADE, ...work });
const trimmed = (startMs: number, endMs: number) => ({ trim: { startMs, endMs }, smaller: false });

it("a video goes when it is short, and what is made of it small; as a file, whatever it is", () => {
  expect(videoPlan({ durationMs: 180_000 })).toMatchObject({ kind: MediaKind.kVideo, refusal: undefined });
  expect(videoPlan({ durationMs: 180_001 })).toMatchObject({
    refusal: { why: "tooLong", ms: 180_001, mostMs: 180_000 },
    ...{ asFileHelps: true, trimHelps: true, smallerHelps: false },
  });
  expect(videoPlan({ durationMs: 600_000 }, MB, { edits: trimmed(100_000, 280_000) }).refusal).toBeUndefined();
  expect(planOf(looked("video", { trouble: "unplayable" }), MB, limits, false)).toMatchObject({
    refusal: { why: "unplayable" },
    ...{ asFileHelps: true, trimHelps: false, smallerHelps: false },
  });
  expect(videoPlan({ durationMs: 1e9, decodes: false }, 90 * MB, {}, true)).toEqual({
    ...{ kind: MediaKind.kDocument, refusal: undefined },
    ...{ asFileHelps: false, trimHelps: false, smallerHelps: false },
  });
});

it("a video that is too large can be trimmed, made smaller, or go as a file, as far as each helps", () => {
  const large = { refusal: { why: "mediaTooLarge", size: 17 * MB, most: 16 * MB }, trimHelps: true };
  expect(videoPlan({}, 17 * MB)).toMatchObject({ ...large, smallerHelps: true, asFileHelps: true });
  expect(videoPlan({ durationMs: 180_000 }, 17 * MB, { edits: { trim: undefined, smaller: true } })).toMatchObject({
    refusal: undefined,
    smallerHelps: false,
  });
  const hour = { ...limits, videoSecondsMax: 3600 };
  const long = looked("video", { video: videoFacts({ durationMs: 3_600_000 }) });
  expect(planOf(long, 17 * MB, hour, false)).toMatchObject({ ...large, smallerHelps: false });
  const huge = videoPlan({}, 500 * MB);
  expect(huge).toMatchObject({ refusal: { why: "mediaTooLarge" }, smallerHelps: true, asFileHelps: false });
  expect(videoPlan({}, 17 * MB, { edits: trimmed(0, 30_000) }).refusal).toBeUndefined();
  expect(videoPlan({}, 500 * MB, { edits: { trim: undefined, smaller: true } }).refusal).toBeUndefined();
  // What is made anew in any case is made to fit.
  expect(videoPlan({ codec: "hevc" }, 17 * MB).refusal).toBeUndefined();
});

it("what was made of a video counts, not what it was", () => {
  const made = (size: number) => ({ ...{ width: 1, height: 1, durationMs: 1 }, file: { size } as Blob });
  expect(videoPlan({}, MB, { state: "made", made: made(15 * MB) }).refusal).toBeUndefined();
  expect(videoPlan({}, MB, { state: "made", made: made(16 * MB + 1) }).refusal).toMatchObject({ why: "mediaTooLarge" });
  expect(videoPlan({}, MB, { state: "failed" })).toMatchObject({ refusal: { why: "notMade" }, asFileHelps: true });
  expect(videoPlan({}, MB, { state: "stopped" })).toMatchObject({ refusal: { why: "stopped" }, asFileHelps: true });
});

it("a recording that is too large for one goes as a document", () => {
  expect(planOf(looked("audio"), 15 * MB, limits, false).kind).toBe(MediaKind.kAudio);
  expect(planOf(looked("audio"), 17 * MB, limits, false)).toMatchObject({
    kind: MediaKind.kDocument,
    refusal: undefined,
  });
});

it("nothing goes that is empty, or larger than any file", () => {
  expect(videoPlan({}, 0).refusal).toEqual({ why: "empty" });
  for (const kind of ["picture", "video", "audio", "other"] as const)
    for (const asFile of [false, true]) {
      expect(planOf(looked(kind), 0, limits, asFile).refusal).toEqual({ why: "empty" });
      const large = planOf(looked(kind), 100 * MB + 1, limits, asFile);
      expect(large).toMatchObject({ refusal: { why: "fileTooLarge", most: 100 * MB }, asFileHelps: false });
    }
});

it("the words name the size and the limit, and never say that they are the same", () => {
  const { refusal, asFileHelps } = planOf(looked("other"), 100 * MB + 1, limits, false);
  expect(refusalText(refusal as never, asFileHelps)).toBe(
    "This file has 101 MB, and at most 100 MB can be sent here. A part of it, or a smaller version, could go.",
  );
  const long = videoPlan({ durationMs: 190_000 });
  expect(refusalText(long.refusal as never, long.asFileHelps)).toBe(
    "This video is 3:10 long, and one can have at most 3:00. You can send it as a file.",
  );
  expect(sizeText(0)).toBe("0 bytes");
  expect(sizeText(1234)).toBe("1 kB");
  expect(sizeText(3_440_000)).toBe("3.4 MB");
  expect(sizeText(2_147_483_648)).toBe("2.1 GB");
});

it("what a server has not said is as servers usually say it", () => {
  expect(limitsOf(undefined)).toMatchObject({ fileBytesMax: 104_857_600, videoSecondsMax: 180 });
  expect(limitsOf({ fileBytesMax: 5n, mediaBytesMax: 4n, videoSecondsMax: 3, voiceSecondsMax: 2 } as never)).toEqual({
    fileBytesMax: 5,
    mediaBytesMax: 4,
    videoSecondsMax: 3,
    voiceSecondsMax: 2,
  });
});
