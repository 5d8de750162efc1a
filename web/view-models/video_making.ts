// SPDX-License-Identifier: AGPL-3.0-or-later

// Videos that are made ready while somebody still looks at what they send: one after the other, each given up at any
// time.
//
//   waiting ──► making ──► made
//                 └──► stopped, failed: begun again by `start`
import type { MadeVideo, MediaWorkshop, VideoEdits, VideoFacts } from "./media_port";
import { UNTOUCHED } from "./video_plan";

export interface VideoWork {
  edits: VideoEdits;
  state: "waiting" | "making" | "made" | "stopped" | "failed";
  /** 0 to 1. */
  done: number;
  /** Of a state "made" only. */
  made: MadeVideo | undefined;
}
export const NOT_MADE: VideoWork = { edits: UNTOUCHED, state: "waiting", done: 0, made: undefined };

export interface Wanted {
  file: Blob;
  facts: VideoFacts;
  edits: VideoEdits;
  bytesMax: number;
}

export class VideoMaking {
  private readonly running = new Map<string, AbortController>();
  private before: Promise<void> = Promise.resolve();

  constructor(
    private readonly tools: () => Promise<MediaWorkshop>,
    private readonly onChange: (id: string, changes: Partial<VideoWork>) => void,
  ) {}

  isRunning(id: string): boolean {
    return this.running.has(id);
  }

  start(id: string, wanted: Wanted): void {
    this.stop(id);
    const aborter = new AbortController();
    this.running.set(id, aborter);
    this.onChange(id, { state: "waiting", done: 0, made: undefined });
    this.before = this.before.then(() => this.carryOut(id, wanted, aborter.signal));
  }

  /** Nothing is said of it any more. */
  stop(id: string): void {
    this.running.get(id)?.abort();
    this.running.delete(id);
  }

  stopAll(): void {
    for (const id of [...this.running.keys()]) this.stop(id);
  }

  private async carryOut(id: string, { file, facts, edits, bytesMax }: Wanted, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const tell = (changes: Partial<VideoWork>) => {
      if (!signal.aborted) this.onChange(id, changes);
    };
    tell({ state: "making" });
    try {
      const progress = (done: number) => tell({ done });
      const made = await (await this.tools()).makeVideo(file, facts, edits, bytesMax, { signal, progress });
      this.end(id, signal, { state: "made", done: 1, made });
    } catch (error) {
      if (!signal.aborted) console.debug(`kith: a video can't be made: ${String(error)}`);
      this.end(id, signal, { state: "failed" });
    }
  }

  private end(id: string, signal: AbortSignal, changes: Partial<VideoWork>): void {
    if (signal.aborted) return;
    this.running.delete(id);
    this.onChange(id, changes);
  }
}
