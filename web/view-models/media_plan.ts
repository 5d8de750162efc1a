// SPDX-License-Identifier: AGPL-3.0-or-later

// As what a file is sent, or why it is not: decided before anything is done with it, by what the server allows.
import { MediaKind, type MediaLimits } from "./core";
import { durationText } from "./media_text";
import type { Looked, VideoFacts } from "./media_port";
import { say } from "./say";
import { NOT_MADE, type VideoWork } from "./video_making";
import { copiedSize, couldFit, lengthOf } from "./video_plan";

/** What a server allows that has not said it yet. */
const USUAL_LIMITS = {
  fileBytesMax: 104_857_600,
  mediaBytesMax: 16_777_216,
  videoSecondsMax: 180,
  voiceSecondsMax: 900,
};
export type Limits = typeof USUAL_LIMITS;

export function limitsOf(limits: MediaLimits | undefined): Limits {
  const { fileBytesMax = 0n, mediaBytesMax = 0n, videoSecondsMax = 0, voiceSecondsMax = 0 } = limits ?? {};
  return {
    fileBytesMax: Number(fileBytesMax) || USUAL_LIMITS.fileBytesMax,
    mediaBytesMax: Number(mediaBytesMax) || USUAL_LIMITS.mediaBytesMax,
    videoSecondsMax: videoSecondsMax || USUAL_LIMITS.videoSecondsMax,
    voiceSecondsMax: voiceSecondsMax || USUAL_LIMITS.voiceSecondsMax,
  };
}

export type Refusal =
  | { why: "empty" }
  /** Larger than any file may be: nothing helps but less. */
  | { why: "fileTooLarge"; size: number; most: number }
  /** As a photo, a video or a recording; as a file it could go. */
  | { why: "mediaTooLarge"; size: number; most: number }
  | { why: "tooLong"; ms: number; mostMs: number }
  | { why: "unplayable" | "unreadable" | "tooManyPixels" }
  /** A video that can't be made into one that others play; or not yet, as somebody has stopped it. */
  | { why: "notMade" | "stopped" };

export interface Plan {
  kind: MediaKind;
  /** undefined: it can be sent. */
  refusal: Refusal | undefined;
  /** It could go as a file, and does not. */
  asFileHelps: boolean;
  /** A part of the video could go; all of it, with less to see. */
  trimHelps: boolean;
  smallerHelps: boolean;
}
const NO_HELP = { asFileHelps: false, trimHelps: false, smallerHelps: false };

const KINDS: Record<Looked["kind"], MediaKind> = {
  picture: MediaKind.kPhoto,
  animation: MediaKind.kAnimation,
  video: MediaKind.kVideo,
  audio: MediaKind.kAudio,
  other: MediaKind.kDocument,
};

/** `asFile`: somebody wants it sent as it is. `work`: how far a video is. */
export function planOf(looked: Looked, size: number, limits: Limits, asFile: boolean, work = NOT_MADE): Plan {
  const wanted = KINDS[looked.kind];
  const kind = asFile || (wanted === MediaKind.kAudio && size > limits.mediaBytesMax) ? MediaKind.kDocument : wanted;
  const whole = wholeRefusal(size, limits);
  // A video may be larger than any file: what is sent is not the video itself.
  if (kind === MediaKind.kVideo && looked.trouble === "" && looked.video !== undefined && whole?.why !== "empty") {
    const plan = videoPlan(looked.video, size, limits, work);
    return { kind, ...plan, asFileHelps: plan.refusal !== undefined && whole === undefined };
  }
  if (whole !== undefined || kind === MediaKind.kDocument) return { kind, refusal: whole, ...NO_HELP };
  const refusal = mediaRefusal(looked, size, limits);
  return { kind, refusal, ...NO_HELP, asFileHelps: refusal !== undefined };
}

function videoPlan(
  facts: VideoFacts,
  size: number,
  limits: Limits,
  work: VideoWork,
): Omit<Plan, "kind" | "asFileHelps"> {
  const refusal = videoRefusal(facts, size, limits, work);
  const couldBeSmaller = !work.edits.smaller && couldFit(lengthOf(work.edits, facts), limits.mediaBytesMax);
  return {
    refusal,
    trimHelps: refusal?.why === "tooLong" || refusal?.why === "mediaTooLarge",
    smallerHelps: refusal?.why === "mediaTooLarge" && couldBeSmaller,
  };
}

function videoRefusal(facts: VideoFacts, size: number, limits: Limits, work: VideoWork): Refusal | undefined {
  const { edits, state, made } = work;
  const ms = lengthOf(edits, facts);
  const mostMs = limits.videoSecondsMax * 1000;
  if (ms > mostMs) return { why: "tooLong", ms, mostMs };
  if (state === "failed") return { why: "notMade" };
  if (state === "stopped") return { why: "stopped" };
  const most = limits.mediaBytesMax;
  const becomes = made?.file.size ?? copiedSize(facts, edits, size, most) ?? 0;
  return becomes > most ? { why: "mediaTooLarge", size: becomes, most } : undefined;
}

function wholeRefusal(size: number, { fileBytesMax }: Limits): Refusal | undefined {
  if (size === 0) return { why: "empty" };
  return size > fileBytesMax ? { why: "fileTooLarge", size, most: fileBytesMax } : undefined;
}

function mediaRefusal({ kind, trouble }: Looked, size: number, limits: Limits): Refusal | undefined {
  if (trouble === "large") return { why: "tooManyPixels" };
  if (trouble !== "") return { why: trouble };
  if (kind === "picture") return undefined; // it becomes smaller
  if (size > limits.mediaBytesMax) return { why: "mediaTooLarge", size, most: limits.mediaBytesMax };
  return undefined;
}
/** "3.4 MB". Rounded up where it is held against a limit, else it could be said to be as large as that. */
export function sizeText(bytes: number, up = false): string {
  const units = ["bytes", "kB", "MB", "GB"] as const;
  const at = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : bytes < 1_000_000_000 ? 2 : 3;
  const value = bytes / 1000 ** at;
  const digits = at < 2 || value >= 100 ? 0 : 1;
  const scale = 10 ** digits;
  const shown = (up ? Math.ceil(value * scale) : Math.round(value * scale)) / scale;
  return say("media.size", { size: shown, unit: units[at] ?? "bytes" });
}

/** What is wrong, with the limit, and what would help. */
export function refusalText(refusal: Refusal, asFileHelps: boolean): string {
  const help = asFileHelps ? ` ${say("media.asFileHelps")}` : "";
  return refusalWords(refusal) + help;
}

function refusalWords(refusal: Refusal): string {
  switch (refusal.why) {
    case "empty":
      return say("media.empty");
    case "fileTooLarge":
      return say("media.fileTooLarge", { size: sizeText(refusal.size, true), most: sizeText(refusal.most) });
    case "mediaTooLarge":
      return say("media.mediaTooLarge", { size: sizeText(refusal.size, true), most: sizeText(refusal.most) });
    case "tooLong":
      return say("media.tooLong", { length: durationText(refusal.ms), most: durationText(refusal.mostMs) });
    case "unplayable":
      return say("media.unplayable");
    case "unreadable":
      return say("media.unreadable");
    case "tooManyPixels":
      return say("media.tooManyPixels");
    case "notMade":
      return say("media.notMade");
    case "stopped":
      return say("media.stopped");
  }
}
