// SPDX-License-Identifier: AGPL-3.0-or-later

// What is done with a video before it is sent: by what is in it, what this browser can, and how large it may be. Every
// video becomes an MP4 that has nothing but picture and sound.
import type { VideoEdits, VideoFacts } from "./media_port";

/** What every current browser plays, whoever made it. */
const KEPT_VIDEO = new Set(["avc", "vp9", "av1"]);
const KEPT_AUDIO = new Set(["aac", "opus", "mp3"]);

/** 720p, lying or standing. */
const LONG_SIDE_MAX = 1280;
const SHORT_SIDE_MAX = 720;
const FRAMES_MAX = 30;
/** Cameras count 29.97, or a little over. */
const FRAMES_ENOUGH = 33;
const AUDIO_BITS = 96_000;
/** Bits of a pixel of a picture: what looks good, and what is still worth its pixels. */
const GOOD = 0.09;
const ENOUGH = 0.045;
/** Fewer are no video any more. */
const VIDEO_BITS_MIN = 100_000;
/** Of what there is room for: encoders do not hit it, and the file has tables. */
const AIM = 0.88;
const SIDES = [1280, 854, 640, 426];

export interface MadeTrack {
  codec: string;
  /** Per second. */
  bits: number;
}
export interface MadePicture extends MadeTrack {
  width: number;
  height: number;
  /** Per second; 0: as many as there are. */
  frames: number;
}

/** "copy": as it is. */
export interface Way {
  /** By the browser's own coders, or by ffmpeg, which is fetched then, is slow, and reads nearly everything. */
  by: "browser" | "ffmpeg";
  video: "copy" | MadePicture;
  /** undefined: there is no sound. */
  audio: "copy" | MadeTrack | undefined;
  /** Of what lies hidden before its beginning, nothing may be copied: the beginning has to be met. Seconds. */
  tolerance: number;
}

export const UNTOUCHED: VideoEdits = { trim: undefined, smaller: false };

/** Of what is sent. */
export const lengthOf = ({ trim }: VideoEdits, { durationMs }: Pick<VideoFacts, "durationMs">): number =>
  trim === undefined ? durationMs : Math.max(0, Math.min(trim.endMs, durationMs) - trim.startMs);

const roomOf = (bytesMax: number, lengthMs: number): number => (bytesMax * 8 * AIM * 1000) / Math.max(1, lengthMs);

/** Whether so much of a video can be made small enough. */
export const couldFit = (lengthMs: number, bytesMax: number): boolean =>
  roomOf(bytesMax, lengthMs) >= VIDEO_BITS_MIN + AUDIO_BITS;

function scaled(width: number, height: number, side: number): { width: number; height: number } {
  const scale = Math.min(
    1,
    side / Math.max(width, height),
    (side * SHORT_SIDE_MAX) / LONG_SIDE_MAX / Math.min(width, height),
  );
  const even = (pixels: number) => Math.max(2, 2 * Math.round((pixels * scale) / 2));
  return { width: even(width), height: even(height) };
}

function madePicture(facts: VideoFacts, codec: string, bitsMax: number): MadePicture {
  const frames = facts.frames > FRAMES_ENOUGH ? FRAMES_MAX : 0;
  const perSecond = Math.min(facts.frames || FRAMES_MAX, FRAMES_MAX);
  const wanted = ({ width, height }: { width: number; height: number }, each: number) =>
    width * height * perSecond * each;
  const sizes = SIDES.map((side) => scaled(facts.width, facts.height, side));
  const size = sizes.find((each) => wanted(each, ENOUGH) <= bitsMax) ?? (sizes.at(-1) as (typeof sizes)[0]);
  const bits = Math.max(VIDEO_BITS_MIN, Math.round(Math.min(bitsMax, wanted(size, GOOD))));
  return { codec, bits, ...size, frames };
}

const bitsOf = (sound: Way["audio"], { audio }: VideoFacts): number =>
  sound === undefined ? 0 : sound === "copy" ? (audio?.bits ?? 0) : sound.bits;

/** None: this browser can't make what others play. */
function browserWays(facts: VideoFacts, edits: VideoEdits, bytesMax: number): Way[] {
  const { audio, encodes } = facts;
  const keepsVideo = KEPT_VIDEO.has(facts.codec) && facts.decodes;
  const keepsAudio = audio === undefined || (KEPT_AUDIO.has(audio.codec) && audio.decodes);
  const makesVideo = facts.decodes && encodes.video !== "";
  const makesAudio = audio !== undefined && audio.decodes && encodes.audio !== "";
  if ((!keepsVideo && !makesVideo) || (!keepsAudio && !makesAudio)) return [];
  const madeAudio: Way["audio"] = makesAudio ? { codec: encodes.audio, bits: AUDIO_BITS } : undefined;
  const tolerance = edits.trim === undefined && !facts.hidden ? Infinity : 0.1;
  const sound = audio === undefined ? undefined : keepsAudio ? "copy" : madeAudio;
  const copied: Way[] = keepsVideo && !edits.smaller ? [{ by: "browser", video: "copy", audio: sound, tolerance }] : [];
  if (!makesVideo) return copied;
  const least = edits.smaller && audio !== undefined ? (madeAudio ?? sound) : sound;
  const room = roomOf(bytesMax, lengthOf(edits, facts)) - bitsOf(least, facts);
  const video = madePicture(facts, encodes.video, room);
  return [...copied, { by: "browser", video, audio: least, tolerance: Infinity }];
}

/** ffmpeg's copies begin at whole pictures before the beginning: made only of what has nothing there to hide. */
function ffmpegWays(facts: VideoFacts, edits: VideoEdits, bytesMax: number): Way[] {
  const { audio } = facts;
  const keepsAudio = audio !== undefined && KEPT_AUDIO.has(audio.codec) && !edits.smaller && edits.trim === undefined;
  const sound = audio === undefined ? undefined : keepsAudio ? "copy" : { codec: "aac", bits: AUDIO_BITS };
  const copies = KEPT_VIDEO.has(facts.codec) && !facts.hidden && !edits.smaller && edits.trim === undefined;
  const room = roomOf(bytesMax, lengthOf(edits, facts)) - bitsOf(sound, facts);
  const made: Way = { by: "ffmpeg", video: madePicture(facts, "avc", room), audio: sound, tolerance: Infinity };
  return copies ? [{ ...made, video: "copy" }, made] : [made];
}

/**
 * What can be tried, the best first: ffmpeg only where the browser could make nothing anew. `bytesMax`: of what is
 * made; it is kept to as well as encoders can.
 */
export function waysOf(facts: VideoFacts, edits: VideoEdits, bytesMax: number): readonly Way[] {
  const ways = browserWays(facts, edits, bytesMax);
  const last = ways.at(-1);
  return last !== undefined && last.video !== "copy" ? ways : [...ways, ...ffmpegWays(facts, edits, bytesMax)];
}

/** How large it becomes when it is copied, about; undefined when it is made anew, which keeps to what it may. */
export function copiedSize(facts: VideoFacts, edits: VideoEdits, size: number, bytesMax: number): number | undefined {
  if (waysOf(facts, edits, bytesMax)[0]?.video !== "copy") return undefined;
  return Math.ceil((size * lengthOf(edits, facts)) / Math.max(1, facts.durationMs));
}
