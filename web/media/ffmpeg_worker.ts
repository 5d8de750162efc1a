// SPDX-License-Identifier: AGPL-3.0-or-later

// Reads and converts a video that the browser itself can't, beside the page's thread: one task, then the page ends this
// Worker (video_works.ts).
import type { VideoFacts } from "../view-models/media_port";
import { containerOf } from "./file_type";
import { ffmpegCore, INPUT, type FfmpegCore } from "./ffmpeg_core";
import { factsOf, makingArguments, type Probed } from "./ffmpeg_words";
import { HEADER_BYTES } from "./image_header";
import type { VideoAnswer, VideoTask } from "./video_worker";

const OUTPUT = "/made.mp4";
const FACTS = "/facts.json";
/** What is told, at the most, of why something went wrong. */
const LINES = 3;

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<VideoTask>) => void) | null;
  postMessage(answer: VideoAnswer): void;
};

/** By the names of ffmpeg: no other reader is tried, whatever is in the file. */
const READERS: Record<string, string> = {
  "video/mp4": "mov",
  "video/quicktime": "mov",
  "video/3gpp": "mov",
  "video/x-matroska": "matroska",
  "video/webm": "matroska",
  "video/x-msvideo": "avi",
};

async function readerOf(file: Blob): Promise<string> {
  const head = new Uint8Array(await file.slice(0, HEADER_BYTES).arrayBuffer());
  const reader = READERS[containerOf(head)?.type ?? ""];
  if (reader === undefined) throw new Error("no video that ffmpeg is asked for");
  return reader;
}

/** Rejects what can't be read; undefined for what is no video. */
function examine(core: FfmpegCore, reader: string): VideoFacts | undefined {
  // Of what it returns nothing can be told: it is the same when all went well.
  core.ffprobe("-v", "error", "-show_format", "-show_streams", "-of", "json", "-o", FACTS, "-f", reader, INPUT);
  const probed = JSON.parse(new TextDecoder().decode(core.FS.readFile(FACTS))) as Probed;
  if (probed.streams === undefined || probed.streams.length === 0) throw new Error("ffmpeg can't read it");
  return factsOf(probed, reader);
}

function make(core: FfmpegCore, reader: string, { way, trim, lengthMs }: Extract<VideoTask, { kind: "make" }>): Blob {
  let told = 0;
  core.setProgress(({ time }) => {
    const done = Math.min(1, time / 1000 / Math.max(1, lengthMs));
    scope.postMessage({ done: (told = Math.max(told, done)) });
  });
  const said: string[] = [];
  core.setLogger(({ message }) => said.push(message));
  if (core.exec(...makingArguments(reader, INPUT, OUTPUT, way, trim)) !== 0)
    throw new Error(`ffmpeg: ${said.slice(-LINES).join("; ")}`);
  const made = new Blob([core.FS.readFile(OUTPUT)], { type: "video/mp4" });
  core.FS.unlink(OUTPUT);
  return made;
}

async function carryOut(task: VideoTask): Promise<unknown> {
  const reader = await readerOf(task.file);
  const core = await ffmpegCore(task.file, () => scope.postMessage({ done: 0 }));
  return task.kind === "make" ? make(core, reader, task) : examine(core, reader);
}

scope.onmessage = ({ data }) => {
  carryOut(data).then(
    (result) => scope.postMessage({ result }),
    (error: unknown) => scope.postMessage({ error: String(error) }),
  );
};
