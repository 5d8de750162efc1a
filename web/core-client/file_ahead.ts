// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed bytes of a file from the server, from anywhere in it, before the fetch of all of it comes by there: a window
// of 2 MiB at a time, by a range request. Who asks outside of it abandons it, whether it has come or not.
//
// Security: what comes is what the server says; nothing of it is good before its chunks are unsealed.
// Limits:   a window, and one request.
import { headersOf } from "./http";
import { MediaFailure } from "./media";

/** Where the server has it. */
export interface FileAddress {
  url: string;
  bearer: string;
}

export const WINDOW_BYTES = 2 * 1024 * 1024;

/** One read at a time. */
export class FileAhead {
  private window: Window | undefined;
  private rangeless = false;

  constructor(
    private readonly address: FileAddress,
    /** Of the sealed file. */
    private readonly size: number,
  ) {}

  /**
   * Bytes from `from` on: at least `least` of them, which are no more than a window, and at most up to `to`; a view
   * that is valid until the next call. Undefined: the server is not there, or not now, or knows no ranges. Throws
   * MediaFailure: failed, when it refuses; broken, when what it has is another file.
   */
  async read(from: number, least: number, to: number): Promise<Uint8Array | undefined> {
    if (this.rangeless) return undefined;
    if (this.window?.has(from, least) !== true) {
      this.close();
      this.window = new Window(this.address, this.size, from);
    }
    const { window } = this;
    let reached = false;
    try {
      reached = await window.reach(from + least);
      return reached ? window.bytes(from, to) : undefined;
    } finally {
      this.rangeless ||= window.rangeless;
      if (!reached && this.window === window) this.close();
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.window?.abandon();
    this.window = undefined;
  }
}

class Window {
  /** The server gives all of it to whoever asks for a part. */
  rangeless = false;
  private readonly end: number;
  private readonly memory: Uint8Array;
  private filled = 0;
  private over = false;
  private failure: unknown;
  private grew: () => void = () => {};
  private readonly aborter = new AbortController();

  constructor(
    private readonly address: FileAddress,
    private readonly size: number,
    private readonly start: number,
  ) {
    this.end = Math.min(size, start + WINDOW_BYTES);
    this.memory = new Uint8Array(this.end - start);
    void this.fill()
      .catch((error: unknown) => (this.failure = error))
      .finally(() => {
        this.over = true;
        this.grew();
      });
  }

  has(from: number, count: number): boolean {
    return from >= this.start && from + count <= this.end;
  }

  /** Whether all before this place has come, or will not any more. */
  async reach(place: number): Promise<boolean> {
    while (this.start + this.filled < place && !this.over) await new Promise<void>((grew) => (this.grew = grew));
    if (this.start + this.filled >= place) return true;
    if (this.failure instanceof MediaFailure) throw this.failure;
    return false;
  }

  bytes(from: number, to: number): Uint8Array {
    return this.memory.subarray(from - this.start, Math.min(to - this.start, this.filled));
  }

  abandon(): void {
    this.aborter.abort();
  }

  private async fill(): Promise<void> {
    const { url, bearer } = this.address;
    const { signal } = this.aborter;
    const headers = headersOf(bearer, []);
    headers.set("range", `bytes=${this.start}-${this.end - 1}`);
    const how: RequestInit = { headers, signal, cache: "no-store", credentials: "omit", redirect: "error" };
    const response = await fetch(url, how);
    const reader = response.body?.getReader();
    const stop = (): void => void reader?.cancel().catch(() => undefined);
    signal.addEventListener("abort", stop); // in Node, the signal of a fetch does not always reach its body
    try {
      this.look(response);
      while (this.filled < this.memory.length) {
        const step = await reader?.read();
        if (step?.value === undefined) return;
        const taken = step.value.subarray(0, this.memory.length - this.filled);
        this.memory.set(taken, this.filled);
        this.filled += taken.length;
        this.grew();
      }
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }

  /** Throws what there is to say of an answer that is not what was asked for. */
  private look({ status, headers }: Response): void {
    this.rangeless = status === 200;
    if (status === 200 || status === 429 || status >= 500) throw new Error(`the server answers ${status}`);
    if (status !== 206 && status !== 416) throw new MediaFailure("failed", `the server answers ${status} to a range`);
    const range = headers.get("content-range");
    if (range === `bytes ${this.start}-${this.end - 1}/${this.size}`) return;
    throw new MediaFailure("broken", `the server has ${range ?? "no range"} of ${this.size} bytes`);
  }
}
