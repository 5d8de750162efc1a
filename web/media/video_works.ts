// SPDX-License-Identifier: AGPL-3.0-or-later

// The page's side of video_worker.ts and ffmpeg_worker.ts: a Worker for each task, which ends with it. One that says
// nothing for long has lost its way in the file, and is ended too.
import type { Way } from "../view-models/video_plan";
import type { VideoAnswer, VideoTask } from "./video_worker";

const PATIENCE_MS = 60_000;

interface Watching {
  signal?: AbortSignal;
  progress?: (done: number) => void;
}

const browsers = () =>
  new Worker(new URL("./video_worker.ts", import.meta.url), { type: "module", name: "kith videos" });
const ffmpegs = () =>
  new Worker(new URL("./ffmpeg_worker.ts", import.meta.url), { type: "module", name: "kith ffmpeg" });

/** Rejects with the signal's reason, or with what went wrong. */
export function carryOut<Result>(by: Way["by"], task: VideoTask, { signal, progress }: Watching = {}): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason);
    const worker = by === "browser" ? browsers() : ffmpegs();
    let timer: ReturnType<typeof setTimeout>;
    const end = (then: () => void): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stop);
      worker.terminate();
      then();
    };
    const stop = (): void => end(() => reject(signal?.reason));
    const wait = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => end(() => reject(new Error("a video took too long"))), PATIENCE_MS);
    };
    signal?.addEventListener("abort", stop);
    worker.onmessage = ({ data }: MessageEvent<VideoAnswer>) => {
      if ("error" in data) return end(() => reject(new Error(data.error)));
      if ("result" in data) return end(() => resolve(data.result as Result));
      wait();
      progress?.(data.done);
    };
    worker.onerror = ({ message }) => end(() => reject(new Error(`a video can't be read: ${message}`)));
    worker.onmessageerror = () => end(() => reject(new Error("a video can't be read: no message")));
    wait();
    worker.postMessage(task);
  });
}
