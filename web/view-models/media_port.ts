// SPDX-License-Identifier: AGPL-3.0-or-later

// What view-models and views need of the browser for photos, videos, recordings and files. `MediaFiles` are those that
// messages have, as the core's host keeps them
// (core-client/media.ts); the rest is in web/media.
import type { DeviceMedia, MediaFailureReason } from "../core-client/media";
import type { Media } from "./core";
import type { Mark } from "./drawing";
import type { LinkWorkshop, SmallPicture } from "./link_port";
import { canCome, isOnDevice, type Standing } from "./media_state";

export type MediaFiles = DeviceMedia;

/** What reading or sealing a file was rejected with; "" for anything else. */
export function mediaFailureOf(error: unknown): MediaFailureReason | "" {
  const reason = typeof error === "object" && error !== null && "reason" in error ? error.reason : "";
  return reason === "noRoom" || reason === "failed" || reason === "broken" || reason === "aborted" ? reason : "";
}

/** A video or a sound can be played: it is here, or comes while it plays. */
export const canPlay = (files: MediaFiles, standing: Standing): boolean =>
  isOnDevice(standing) || (canCome(standing) && files.streamsMedia());

/** Where an element finds what it plays: until `forget` of the port's. */
export const playingUrl = (files: MediaFiles, messageId: string, type: string): Promise<string> =>
  files.streamsMedia() ? Promise.resolve(files.mediaUrl(messageId, { type })) : files.mediaBlobUrl(messageId, { type });

/** What a file is, by what is in it. */
export interface Looked {
  kind: "picture" | "animation" | "video" | "audio" | "other";
  /** By what is in it; else as the browser says, which goes by the name. */
  type: string;
  /** In pixels, as it is shown; 0: not known. */
  width: number;
  height: number;
  durationMs: number;
  /** "large": it has more pixels than can be unpacked here. "unreadable": it is not what it says it is. */
  trouble: "" | "large" | "unreadable" | "unplayable";
  /** Of what can be made into a video for everybody. */
  video?: VideoFacts;
}

/** What is in a video, as it is shown, and what this browser can do with it. */
export interface VideoFacts {
  /** "avc", "hevc", "vp9", …; "" for one that is not known. */
  codec: string;
  decodes: boolean;
  width: number;
  height: number;
  durationMs: number;
  /** Per second, about. */
  frames: number;
  /** It has pictures before its beginning, which are not shown: somebody has cut them away. */
  hidden: boolean;
  /** undefined: it has no sound. */
  audio: { codec: string; decodes: boolean; bits: number } | undefined;
  /** What this browser makes: "" for nothing that others play. */
  encodes: { video: string; audio: string };
}

/** What somebody wants of a video. */
export interface VideoEdits {
  /** What is kept of it. */
  trim: { startMs: number; endMs: number } | undefined;
  /** It is made anew, so that it is within the limit. */
  smaller: boolean;
}
/** A video as it is sent: an MP4 with picture and sound, and nothing else. */
export interface MadeVideo {
  file: Blob;
  width: number;
  height: number;
  durationMs: number;
}
export interface Making {
  signal: AbortSignal;
  /** 0 to 1. */
  progress(done: number): void;
}

/** What is cut out, in parts of the turned picture, 0 to 1. */
export interface Cut {
  x: number;
  y: number;
  width: number;
  height: number;
}
export interface PictureEdits {
  /** Clockwise: 0, 90, 180 or 270. */
  turn: number;
  cut: Cut | undefined;
  /** What is drawn on it, in its own coordinates: before it is turned and cut. */
  marks: readonly Mark[];
}
export const UNEDITED: PictureEdits = { turn: 0, cut: undefined, marks: [] };

/** What is sent, and what its message says of it. */
export interface Prepared {
  file: Blob;
  type: string;
  width: number;
  height: number;
  durationMs: number;
  thumbhash: Uint8Array;
  thumbnail: Uint8Array;
  waveform: Uint8Array;
}

/** Makes what is sent of what somebody has chosen. Each rejects when it can't. */
export interface MediaWorkshop {
  look(file: Blob, name: string): Promise<Looked>;
  /** Something that can be shown before it is sent: an address, which `forget` ends. "" when there is nothing. */
  preview(file: Blob, looked: Looked, edits: PictureEdits): Promise<string>;
  forget(address: string): void;
  /** At most `pixelsMax` at the longer side; nothing of it says where or with what it was taken. */
  preparePicture(file: Blob, looked: Looked, edits: PictureEdits, pixelsMax: number): Promise<Prepared>;
  /** What is cut out, as the photo of a profile: a JPEG of at most 640 by 640 pixels, and small enough to be one. */
  preparePhoto(file: Blob, looked: Looked, cut: Cut | undefined): Promise<Blob>;
  /** A JPEG of at most 480 pixels at the longer side, small enough to be in a message; undefined when none is. */
  prepareThumbnail(file: Blob, looked: Looked): Promise<SmallPicture | undefined>;
  /** As it is, without what is written in it beside the pictures. */
  prepareAnimation(file: Blob, looked: Looked): Promise<Prepared>;
  /**
   * At most `bytesMax`, when it can be made so. Plays here, else this rejects; also when the signal ends it.
   */
  makeVideo(file: Blob, facts: VideoFacts, edits: VideoEdits, bytesMax: number, making: Making): Promise<MadeVideo>;
  /** Addresses of so many small pictures of a video, in their order, each for `forget`; none when it has none here. */
  stripOf(file: Blob, count: number): Promise<string[]>;
  /** What `makeVideo` made, with a picture of its beginning. */
  prepareVideo(made: MadeVideo): Promise<Prepared>;
  prepareAudio(file: Blob, looked: Looked): Promise<Prepared>;
  /** Any file, as it is; of a PDF with a small picture of its first page, when one can be made. */
  prepareDocument(file: Blob, looked: Looked): Promise<Prepared>;
}

/** A picture of a message, to be shown; or why it can't be. */
export type Shown = { url: string } | { trouble: "broken" | "notPicture" | "large" | "failed" };

/** Pictures that are shown somewhere, unpacked once. */
export interface Pictures {
  /** Until `release` is called as often. */
  hold(messageId: string): Promise<Shown>;
  release(messageId: string): void;
  /**
   * What can be viewed once, as an address that whoever asked revokes: a picture, or, with a `type`, what is played.
   * Nothing of it is kept here.
   */
  once(messageId: string, type: string): Promise<Shown>;
  /** What is shown until the picture is there: an address of what its message says of it; "" when that is nothing. */
  small(media: Pick<Media, "thumbnail" | "thumbhash">): string;
}

/** Hands a file to the browser's downloads, or to another program. */
export interface Handing {
  save(messageId: string, name: string): void;
  /** Whether this browser can hand files on. */
  readonly canShare: boolean;
  share(messageId: string, name: string, type: string): Promise<void>;
}

/** A recording that plays. */
export interface Sound {
  play(url: string, from: number, rate: number): Promise<void>;
  pause(): void;
  seek(seconds: number): void;
  setRate(rate: number): void;
  stop(): void;
  /** Seconds. */
  readonly position: number;
  readonly duration: number;
  onChange(listener: (what: "moved" | "ended" | "failed" | "paused") => void): void;
}

/** A recording that is being made. */
export interface Recording {
  /** Ends it: what was recorded. */
  stop(): Promise<{ file: Blob; type: string; durationMs: number; waveform: Uint8Array }>;
  cancel(): void;
  /** How loud it is now, 0 to 1. */
  level(): number;
}
export type RecordingTrouble = "refused" | "none" | "failed";

export interface Microphone {
  /** Rejects with an error whose `trouble` is a RecordingTrouble. */
  record(): Promise<Recording>;
}

export interface MediaPort {
  readonly files: MediaFiles;
  /** The same at each call. Rejects when its code can't be fetched; the next call tries again. */
  readonly workshop: () => Promise<MediaWorkshop>;
  readonly pictures: Pictures;
  readonly handing: Handing;
  readonly sound: () => Sound;
  readonly microphone: () => Promise<Microphone>;
  /** The same at each call. Rejects when its code can't be fetched; the next call tries again. */
  readonly links: () => Promise<LinkWorkshop>;
  /** The page is of this machine itself. */
  readonly onLoopback: boolean;
  load(): Preferences;
  save(preferences: Preferences): void;
}

/** What somebody prefers on this device. */
export interface Preferences {
  /** How fast recordings play. */
  rate?: number;
  /** Photos in high quality. */
  high?: boolean;
  /** Whether previews of links are wanted has been asked here. */
  askedForLinks?: boolean;
}
