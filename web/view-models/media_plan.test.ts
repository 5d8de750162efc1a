// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { MediaKind } from "./core";
import { limitsOf, planOf, refusalText, sizeText } from "./media_plan";
import type { Looked } from "./media_port";

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

it("a video goes when it plays here, is short, and is small; as a file, whatever it is", () => {
  const video = (fields: Partial<Looked>, size = MB) => planOf(looked("video", fields), size, limits, false);
  expect(video({ durationMs: 180_000 })).toMatchObject({ kind: MediaKind.kVideo, refusal: undefined });
  expect(video({ durationMs: 180_001 })).toMatchObject({ refusal: { why: "tooLong" }, asFileHelps: true });
  expect(video({}, 16 * MB + 1)).toMatchObject({ refusal: { why: "mediaTooLarge" }, asFileHelps: true });
  expect(video({ trouble: "unplayable" })).toMatchObject({ refusal: { why: "unplayable" }, asFileHelps: true });
  const asFile = planOf(looked("video", { trouble: "unplayable", durationMs: 1e9 }), 90 * MB, limits, true);
  expect(asFile).toEqual({ kind: MediaKind.kDocument, refusal: undefined, asFileHelps: false });
});

it("a recording that is too large for one goes as a document", () => {
  expect(planOf(looked("audio"), 15 * MB, limits, false).kind).toBe(MediaKind.kAudio);
  expect(planOf(looked("audio"), 17 * MB, limits, false)).toMatchObject({
    kind: MediaKind.kDocument,
    refusal: undefined,
  });
});

it("nothing goes that is empty, or larger than any file", () => {
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
  const long = planOf(looked("video", { durationMs: 190_000 }), MB, limits, false);
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
