// SPDX-License-Identifier: AGPL-3.0-or-later

// Reads, copies and converts a video beside the page's thread: one task, then the page ends this Worker
// (video_works.ts). What is read is a stranger's file: only containers of one file are tried, none that names others.
import {
  BlobSource,
  CanvasSink,
  Conversion,
  getFirstEncodableAudioCodec,
  getFirstEncodableVideoCodec,
  Input,
  Logging,
  LogLevel,
  MATROSKA,
  MP4,
  Mp4OutputFormat,
  Output,
  QTFF,
  Quality,
  StreamTarget,
  WEBM,
  type AudioCodec,
  type ConversionAudioOptions,
  type ConversionVideoOptions,
  type InputAudioTrack,
  type VideoCodec,
} from "mediabunny";

import { paced } from "../core-client/paced";
import type { VideoEdits, VideoFacts } from "../view-models/media_port";
import type { Way } from "../view-models/video_plan";
import { PatchedParts } from "./patched_parts";

export type VideoTask =
  | { kind: "examine"; file: Blob }
  | { kind: "make"; file: Blob; way: Way; trim: VideoEdits["trim"]; lengthMs: number }
  | { kind: "strip"; file: Blob; count: number };
export type VideoAnswer = { done: number } | { result: unknown } | { error: string };

/** What is copied up to this has its tables at its beginning; they come last in what is larger, to be held nowhere. */
const TABLES_FIRST_MAX = 64 * 1024 * 1024;
/** Enough to know how many pictures a second has. */
const PACKETS_COUNTED = 120;
const STRIP_PIXELS = 96;
/** A few milliseconds of sound before the beginning are usual; a picture there was cut away, and is still there. */
const HIDDEN_SECONDS = 0.05;

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<VideoTask>) => void) | null;
  postMessage(answer: VideoAnswer): void;
};

Logging.level = LogLevel.Errors; // what it does not know is told by what it finds

const opened = (file: Blob): Input => new Input({ formats: [MP4, QTFF, MATROSKA, WEBM], source: new BlobSource(file) });

async function audioFacts(track: InputAudioTrack): Promise<VideoFacts["audio"]> {
  const { averageBitrate } = await track.computePacketStats(PACKETS_COUNTED);
  return { codec: (await track.getCodec()) ?? "", decodes: await track.canDecode(), bits: Math.round(averageBitrate) };
}

async function examine(file: Blob): Promise<VideoFacts | undefined> {
  using input = opened(file);
  const video = await input.getPrimaryVideoTrack();
  const audio = await input.getPrimaryAudioTrack();
  if (video === null) return undefined;
  const { averagePacketRate } = await video.computePacketStats(PACKETS_COUNTED);
  const tracks = audio === null ? [video] : [video, audio];
  const ends = await Promise.all(
    tracks.map(async (track) => (await track.getDurationFromMetadata()) ?? (await track.computeDuration())),
  );
  const [width, height] = [await video.getDisplayWidth(), await video.getDisplayHeight()];
  return {
    codec: (await video.getCodec()) ?? "",
    decodes: await video.canDecode(),
    width,
    height,
    durationMs: Math.round(1000 * Math.max(...ends)),
    frames: averagePacketRate,
    hidden: (await video.getFirstTimestamp()) < -HIDDEN_SECONDS,
    audio: audio === null ? undefined : await audioFacts(audio),
    encodes: {
      video: (await getFirstEncodableVideoCodec(["avc", "vp9"], { width: 1280, height: 720 })) ?? "",
      audio: (await getFirstEncodableAudioCodec(["aac", "opus"])) ?? "",
    },
  };
}

function videoOptions({ video }: Way): ConversionVideoOptions {
  if (video === "copy") return {};
  const { codec, bits: bitrate, width, height, frames } = video;
  const quality = new Quality({ bitrate, bitrateMode: "variable" });
  return {
    codec: codec as VideoCodec,
    quality,
    width,
    height,
    fit: "contain",
    ...(frames === 0 ? {} : { frameRate: frames }),
  };
}

async function audioOptions(track: InputAudioTrack, { audio }: Way): Promise<ConversionAudioOptions> {
  if (audio === undefined) return { discard: true };
  if (audio === "copy") return {};
  return {
    codec: audio.codec as AudioCodec,
    quality: new Quality({ bitrate: audio.bits }),
    numberOfChannels: Math.min(2, await track.getNumberOfChannels()),
    sampleRate: 48_000,
  };
}

/** Rejects when something of it would be missing: a track that is left out is told of, but no error. */
async function make({ file, way, trim }: Extract<VideoTask, { kind: "make" }>): Promise<Blob> {
  using input = opened(file);
  const parts = new PatchedParts();
  const writable = new WritableStream<{ data: Uint8Array<ArrayBuffer>; position: number }>({
    write: ({ data, position }) => parts.write(data, position),
  });
  const fastStart = file.size <= TABLES_FIRST_MAX ? "in-memory" : false;
  const output = new Output({
    format: new Mp4OutputFormat({ fastStart }),
    target: new StreamTarget(writable, { chunked: true, chunkSize: 1024 * 1024 }),
  });
  const conversion = await Conversion.init({
    input,
    output,
    tracks: "primary",
    tags: {},
    video: videoOptions(way),
    audio: (track) => audioOptions(track, way),
    copy: {
      mode: way.video === "copy" && (way.audio === "copy" || way.audio === undefined) ? "forced" : "preferred",
      boundaryPolicy: "shrink",
      boundaryTolerance: way.tolerance,
    },
    ...(trim === undefined ? {} : { trim: { start: trim.startMs / 1000, end: trim.endMs / 1000 } }),
    showWarnings: false,
  });
  const lost = conversion.discardedTracks.filter(({ reason }) => reason !== "discarded_by_user");
  if (lost.length > 0 || !conversion.isValid) throw new Error(`not all of it: ${lost.map(({ reason }) => reason)}`);
  for (const { metadata } of output.tracks) {
    delete metadata.name; // who knows what it says
    delete metadata.languageCode;
  }
  conversion.onProgress = paced((done) => scope.postMessage({ done }));
  await conversion.execute();
  return parts.whole("video/mp4");
}

/** Small pictures of it, from its beginning to its end. */
async function strip({ file, count }: Extract<VideoTask, { kind: "strip" }>): Promise<Blob[]> {
  using input = opened(file);
  const track = await input.getPrimaryVideoTrack();
  if (track === null || !(await track.canDecode())) return [];
  const seconds = await track.computeDuration();
  const times = Array.from({ length: count }, (_, at) => ((at + 0.5) * seconds) / count);
  const sink = new CanvasSink(track, { height: STRIP_PIXELS });
  const pictures: Blob[] = [];
  for await (const frame of sink.canvasesAtTimestamps(times))
    if (frame !== null)
      pictures.push(await (frame.canvas as OffscreenCanvas).convertToBlob({ type: "image/jpeg", quality: 0.6 }));
  return pictures;
}

const carryOut = (task: VideoTask): Promise<unknown> => {
  if (task.kind === "examine") return examine(task.file);
  return task.kind === "make" ? make(task) : strip(task);
};

scope.onmessage = ({ data }) => {
  carryOut(data).then(
    (result) => scope.postMessage({ result }),
    (error: unknown) => scope.postMessage({ error: String(error) }),
  );
};
