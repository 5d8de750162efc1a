// SPDX-License-Identifier: AGPL-3.0-or-later

// Makes of a video what is sent: tries what view-models/video_plan.ts says can be tried, and takes what plays here.
import type { MadeVideo, Making, VideoEdits, VideoFacts } from "../view-models/media_port";
import { lengthOf, waysOf, type Way } from "../view-models/video_plan";
import { probe } from "./video_probe";
import { carryOut } from "./video_works";

/** Encoders do not always keep to what they are told. */
const ROUNDS = 3;
/** Of the length: what differs more has lost something. */
const TOLERANCE_MS = 500;

/** What is in it; undefined for what is no video. Rejects when nothing can read it. */
export const examine = (file: Blob): Promise<VideoFacts | undefined> =>
  carryOut<VideoFacts | undefined>("browser", { kind: "examine", file }).catch((error: unknown) => {
    console.debug(`kith: the browser can't read a video: ${String(error)}`);
    return carryOut("ffmpeg", { kind: "examine", file });
  });

async function madeBy(
  file: Blob,
  way: Way,
  facts: VideoFacts,
  { trim }: VideoEdits,
  making: Making,
): Promise<MadeVideo> {
  const wanted = lengthOf({ trim, smaller: false }, facts);
  const made = await carryOut<Blob>(way.by, { kind: "make", file, way, trim, lengthMs: wanted }, making);
  making.signal.throwIfAborted();
  const { width, height, durationMs } = await probe(made);
  if (width === 0 || durationMs === 0) throw new Error("what was made has no picture here");
  if (Math.abs(durationMs - wanted) > TOLERANCE_MS + wanted / 50)
    throw new Error(`what was made has ${durationMs} ms, not ${wanted}`);
  return { file: made, width, height, durationMs };
}

/** Of its bits, so many that the next one is within the limit. */
function lighter(way: Way, size: number, bytesMax: number): Way {
  if (way.video === "copy") return way;
  return { ...way, video: { ...way.video, bits: Math.max(1, Math.floor((way.video.bits * bytesMax * 0.93) / size)) } };
}

export async function makeVideo(
  file: Blob,
  facts: VideoFacts,
  edits: VideoEdits,
  bytesMax: number,
  making: Making,
): Promise<MadeVideo> {
  let trouble: unknown = new Error("nothing here can make a video of it");
  for (let [way, ...others] = waysOf(facts, edits, bytesMax); way !== undefined; [way, ...others] = others) {
    try {
      let made = await madeBy(file, way, facts, edits, making);
      for (let round = 1; round < ROUNDS && way.video !== "copy" && made.file.size > bytesMax; ++round) {
        way = lighter(way, made.file.size, bytesMax);
        made = await madeBy(file, way, facts, edits, making);
      }
      return made;
    } catch (error) {
      making.signal.throwIfAborted();
      console.debug(`kith: a video could not be made this way: ${String(error)}`);
      trouble = error;
    }
  }
  throw trouble;
}

export async function stripOf(file: Blob, count: number): Promise<string[]> {
  const pictures = await carryOut<Blob[]>("browser", { kind: "strip", file, count });
  return pictures.map((picture) => URL.createObjectURL(picture));
}
