// SPDX-License-Identifier: AGPL-3.0-or-later

// The page's side of picture_worker.ts. A picture that brings the Worker down, or that it does not answer about, is one
// that can't be made; the next one gets a new Worker.
import type { Made, Making } from "./pictures_made";
import type { Result, Task } from "./picture_worker";

const PATIENCE_MS = 60_000;

interface Waiting {
  resolve(made: Made): void;
  reject(error: Error): void;
  timer: ReturnType<typeof setTimeout>;
}

export class PictureWorks {
  private worker: Worker | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private next = 1;

  make(source: Blob | ImageBitmap, making: Making): Promise<Made> {
    return new Promise((resolve, reject) => {
      const id = this.next++;
      const timer = setTimeout(() => this.breakDown("it took too long"), PATIENCE_MS);
      this.waiting.set(id, { resolve, reject, timer });
      const task: Task = { id, source, ...making };
      this.started().postMessage(task, source instanceof Blob ? [] : [source]);
    });
  }

  private started(): Worker {
    if (this.worker !== undefined) return this.worker;
    const worker = new Worker(new URL("./picture_worker.ts", import.meta.url), {
      type: "module",
      name: "kith pictures",
    });
    worker.onmessage = ({ data }: MessageEvent<Result>) => this.take(data);
    worker.onerror = ({ message }) => this.breakDown(message);
    worker.onmessageerror = () => this.breakDown("no message");
    return (this.worker = worker);
  }

  private take(result: Result): void {
    const waiting = this.waiting.get(result.id);
    if (waiting === undefined) return;
    this.waiting.delete(result.id);
    clearTimeout(waiting.timer);
    if ("made" in result) waiting.resolve(result.made);
    else waiting.reject(new Error(result.error));
  }

  private breakDown(why: string): void {
    this.worker?.terminate();
    this.worker = undefined;
    for (const { reject, timer } of this.waiting.values()) {
      clearTimeout(timer);
      reject(new Error(`a picture could not be made: ${why}`));
    }
    this.waiting.clear();
  }
}
