// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import type { VideoFacts } from "./media_port";
import { videoFacts as facts } from "./testing/fake_media";
import { copiedSize, couldFit, lengthOf, UNTOUCHED, waysOf, type MadePicture } from "./video_plan";

const LIMIT = 16_777_216;
const SOUND = { codec: "aac", decodes: true, bits: 128_000 };
const NONE = { video: "", audio: "" };
const pcm = (decodes: boolean) => ({ codec: "pcm-s16", decodes, bits: 768_000 });
const ways = (more: Partial<VideoFacts> = {}, edits = UNTOUCHED) => waysOf(facts(more), edits, LIMIT);
/** What each way does with picture and sound, in a word. */
const words = (...given: Parameters<typeof ways>) =>
  ways(...given).map(({ by, video, audio }) => {
    const tracks = [video, audio].map((each) => (each === undefined ? "none" : each === "copy" ? each : each.codec));
    return (by === "ffmpeg" ? "ffmpeg " : "") + tracks.join("+");
  });
const SMALLER = { trim: undefined, smaller: true };
const PART = { trim: { startMs: 10_000, endMs: 20_000 }, smaller: false };
const picture = (more: Partial<VideoFacts>, edits = UNTOUCHED) => ways(more, edits).at(-1)?.video as MadePicture;

describe("what is tried with a video", () => {
  it.each([
    ["what everybody plays is copied, and made anew when that fails", {}, ["copy+copy", "avc+copy"]],
    ["also without sound", { audio: undefined }, ["copy+none", "avc+none"]],
    ["and other codecs of the web", { codec: "vp9", audio: { ...SOUND, codec: "opus" } }, ["copy+copy", "avc+copy"]],
    ["H.265 is made anew where it can be read", { codec: "hevc" }, ["avc+copy"]],
    ["and by ffmpeg where it can't", { codec: "hevc", decodes: false }, ["ffmpeg avc+copy"]],
    ["so is an H.264 that this browser can't read", { decodes: false, hidden: true }, ["ffmpeg avc+copy"]],
    ["and what has no name", { codec: "", decodes: false }, ["ffmpeg avc+copy"]],
    ["sound that others don't play is made anew alone", { audio: pcm(true) }, ["copy+opus", "avc+opus"]],
    [
      "by ffmpeg where it can't be read: a video keeps its sound",
      { audio: pcm(false) },
      ["ffmpeg copy+aac", "ffmpeg avc+aac"],
    ],
    ["but nothing hidden is copied", { audio: pcm(false), hidden: true }, ["ffmpeg avc+aac"]],
    ["a browser that makes no video copies", { encodes: NONE }, ["copy+copy", "ffmpeg copy+copy", "ffmpeg avc+copy"]],
    ["or leaves it to ffmpeg", { codec: "hevc", encodes: { video: "", audio: "aac" } }, ["ffmpeg avc+copy"]],
  ] as const)("%s", (_, more, expected) => expect(words(more)).toEqual(expected));

  it("one that is to be smaller is made anew, with its sound", () => {
    expect(words({}, SMALLER)).toEqual(["avc+opus"]);
    expect(words({ audio: undefined }, SMALLER)).toEqual(["avc+none"]);
    expect(words({ encodes: { video: "avc", audio: "" } }, SMALLER)).toEqual(["avc+copy"]);
  });

  it("of a part, or where something was cut away before, nothing else is copied", () => {
    expect(ways()[0]?.tolerance).toBe(Infinity);
    expect(ways({}, PART)[0]?.tolerance).toBeLessThan(0.2);
    expect(ways({ hidden: true })[0]?.tolerance).toBeLessThan(0.2);
    expect(words({ audio: pcm(false) }, PART)).toEqual(["ffmpeg avc+aac"]);
    expect(words({ audio: pcm(false) }, SMALLER)).toEqual(["ffmpeg avc+aac"]);
  });
});

describe("a video that is made anew", () => {
  it("has at most 720p, lying or standing, even sides, and at most 30 pictures a second", () => {
    expect(picture({ codec: "hevc" })).toMatchObject({ width: 1280, height: 720, frames: 0 });
    expect(picture({ width: 2160, height: 3840 })).toMatchObject({ width: 720, height: 1280 });
    expect(picture({ width: 1000, height: 1000 })).toMatchObject({ width: 720, height: 720 });
    expect(picture({ width: 321, height: 241 })).toMatchObject({ width: 322, height: 242 });
    expect(picture({ frames: 60 }).frames).toBe(30);
    expect(picture({ frames: 29.97 }).frames).toBe(0);
  });

  it("has as many bits as there is room for, fewer pixels when these are few, and no more than look good", () => {
    const bits = (durationMs: number) => picture({ durationMs }, SMALLER);
    for (const durationMs of [1000, 30_000, 60_000, 180_000]) {
      const { bits: each, width, height } = bits(durationMs);
      expect(((each + 96_000) * durationMs) / 8000).toBeLessThan(LIMIT);
      expect(each).toBeLessThanOrEqual(width * height * 30 * 0.1);
    }
    expect(bits(60_000).width).toBe(1280);
    expect(bits(180_000).width).toBe(854);
    expect(bits(600_000).width).toBe(426);
  });

  it("that is a part has room for itself only", () => {
    expect(picture({ durationMs: 600_000 }, { ...PART, smaller: true }).width).toBe(1280);
  });
});

it("what is too long for its limit can't be made to fit", () => {
  expect(couldFit(180_000, LIMIT)).toBe(true);
  expect(couldFit(3_600_000, LIMIT)).toBe(false);
});

it("what is copied is about as large as its part; what is made anew keeps to its limit", () => {
  expect(copiedSize(facts(), UNTOUCHED, 6_000_000, LIMIT)).toBe(6_000_000);
  expect(copiedSize(facts(), PART, 6_000_000, LIMIT)).toBe(1_000_000);
  expect(copiedSize(facts({ codec: "hevc" }), UNTOUCHED, 6_000_000, LIMIT)).toBeUndefined();
  expect(lengthOf({ trim: { startMs: 50_000, endMs: 90_000 }, smaller: false }, facts())).toBe(10_000);
});
