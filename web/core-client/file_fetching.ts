// SPDX-License-Identifier: AGPL-3.0-or-later

// FetchFile: brings a sealed file from the server, goes on from where it broke off, and says that it is there when it
// is durable and the one (proto/client_api/host.proto).
//
//   .part has n bytes ──► digest them ──► GET, from n on ──► write and digest what comes ──► flush ──► rename
//
// What is in a .part after a crash of the machine may be other than what came. So of a file that was brought in more
// than one run, and is another, nothing is known yet: it is brought anew.
import { isNoRoom, partOf, writeAll, type FileFolder, type OpenFile } from "./file_folder";
import { FileFetched_Outcome as Outcome, type FetchFile } from "./generated/client_api/host_pb";
import type { GrowingFile } from "./growing_file";
import { headersOf } from "./http";
import type { MediaModule, RunningDigest } from "./media_module";
import { paced } from "./paced";

export interface Fetched {
  outcome: Outcome;
  /** The server's, with kRefused; else 0. */
  status: number;
}

const PIECE_BYTES = 1024 * 1024;
/** So many pieces are digested before others have their turn. */
const PIECES_A_TURN = 8;

const ended = (outcome: Outcome, status = 0): Fetched => ({ outcome, status });

/**
 * Never rejects. `growing`: for whoever reads it meanwhile. When the signal says so it ends as soon as it can; what has
 * come stays.
 */
export async function fetchFile(
  module: MediaModule,
  folder: FileFolder,
  wanted: FetchFile,
  growing: GrowingFile,
  progress: (done: number) => void,
  signal: AbortSignal,
): Promise<Fetched> {
  try {
    const fetching = new Fetching(module, folder, wanted, growing, paced(progress), signal);
    return await fetching.run();
  } catch (error) {
    return ended(isNoRoom(error) ? Outcome.kNoRoom : Outcome.kFailed);
  }
}

class Fetching {
  private readonly size: number;
  private readonly part: string;
  private here = 0; // bytes of the file in .part, all of them digested
  private resumed = false;
  private digest: RunningDigest;

  constructor(
    private readonly module: MediaModule,
    private readonly folder: FileFolder,
    private readonly wanted: FetchFile,
    private readonly growing: GrowingFile,
    private readonly progress: (done: number) => void,
    private readonly signal: AbortSignal,
  ) {
    this.size = Number(wanted.size);
    this.part = partOf(wanted.file);
    this.digest = module.beginDigest();
  }

  async run(): Promise<Fetched> {
    try {
      if (await this.isHere()) return ended(Outcome.kWhole);
      const file = await this.folder.open(this.part);
      let fetched: Fetched;
      try {
        this.growing.opened(file);
        fetched = (await this.digestHere(file)) ?? (await this.bring(file));
        if (fetched.outcome === Outcome.kWhole) file.flush();
      } finally {
        this.growing.closed();
        file.close();
      }
      return await this.finish(fetched);
    } finally {
      this.digest.drop();
    }
  }

  /** A run that ended between renaming and saying so. */
  private async isHere(): Promise<boolean> {
    const content = await this.folder.content(this.wanted.file);
    if (content === undefined) return false;
    const memory = new Uint8Array(PIECE_BYTES);
    for (let at = 0; at < content.size && !this.signal.aborted; at += PIECE_BYTES)
      this.digest.add(await content.read(at, at + PIECE_BYTES, memory));
    if (content.size === this.size && this.isTheOne()) return true;
    this.beginDigest();
    return false;
  }

  /** Of what an earlier run has brought. */
  private async digestHere(file: OpenFile): Promise<Fetched | undefined> {
    const size = file.getSize();
    if (size > this.size) return this.beginAnew(file);
    this.resumed = size > 0;
    const piece = new Uint8Array(Math.min(PIECE_BYTES, size));
    for (let pieces = 1; this.here < size; ++pieces) {
      if (this.signal.aborted) return ended(Outcome.kBrokeOff);
      const count = file.read(piece, { at: this.here });
      if (count === 0) throw new Error("the file is shorter than it was");
      this.digest.add(piece.subarray(0, count));
      this.here += count;
      this.progress(this.here);
      if (pieces % PIECES_A_TURN === 0) await pause();
    }
    return this.here === this.size ? ended(Outcome.kWhole) : undefined;
  }

  private async bring(file: OpenFile): Promise<Fetched> {
    let response: Response;
    try {
      response = await this.request();
    } catch {
      return ended(Outcome.kBrokeOff);
    }
    try {
      return await this.take(response, file);
    } finally {
      void response.body?.cancel().catch(() => undefined);
    }
  }

  private request(): Promise<Response> {
    const { url, bearer } = this.wanted;
    const headers = headersOf(bearer, []);
    if (this.here > 0) headers.set("range", `bytes=${this.here}-`);
    return fetch(url, { headers, signal: this.signal, cache: "no-store", credentials: "omit", redirect: "error" });
  }

  private async take(response: Response, file: OpenFile): Promise<Fetched> {
    const { status } = response;
    if (status !== 200 && status !== 206 && status !== 416) return ended(Outcome.kRefused, status);
    const range = contentRange(response.headers);
    const whole = status === 200 ? contentLength(response.headers) : range?.whole;
    if (whole !== undefined && whole !== this.size) return ended(Outcome.kOtherFile);
    if (status === 200) this.beginAnew(file);
    // Not what was asked for: the next time asks for all of it.
    if (status === 416 || (status === 206 && range?.start !== this.here)) {
      this.beginAnew(file);
      return ended(Outcome.kBrokeOff);
    }
    return this.read(response, file);
  }

  private async read(response: Response, file: OpenFile): Promise<Fetched> {
    const reader = response.body?.getReader();
    // In Node, the signal of a fetch whose answer has come does not always reach it.
    const stop = (): void => void reader?.cancel().catch(() => undefined);
    this.signal.addEventListener("abort", stop);
    try {
      for (;;) {
        const step = await reader?.read().catch(() => undefined); // undefined: it broke off
        if (step?.value === undefined) break;
        if (this.here + step.value.length > this.size) return ended(Outcome.kOtherFile);
        writeAll(file, step.value, this.here);
        this.digest.add(step.value);
        this.here += step.value.length;
        this.progress(this.here);
        this.growing.changed();
      }
      return ended(this.here === this.size ? Outcome.kWhole : Outcome.kBrokeOff);
    } finally {
      this.signal.removeEventListener("abort", stop);
      reader?.releaseLock();
    }
  }

  /** With the file closed: gives it its name, or removes it. */
  private async finish(fetched: Fetched): Promise<Fetched> {
    if (fetched.outcome === Outcome.kWhole) {
      if (this.isTheOne()) {
        await this.folder.rename(this.part, this.wanted.file);
        return fetched;
      }
      fetched = ended(this.resumed ? Outcome.kBrokeOff : Outcome.kOtherFile);
      await this.folder.remove(this.part);
    }
    if (fetched.outcome === Outcome.kOtherFile) await this.folder.remove(this.part);
    return fetched;
  }

  private beginAnew(file: OpenFile): undefined {
    file.truncate(0);
    this.here = 0;
    this.resumed = false;
    this.beginDigest();
  }

  private beginDigest(): void {
    this.digest.drop();
    this.digest = this.module.beginDigest();
  }

  private isTheOne(): boolean {
    const digest = this.digest.finish();
    const { digest: wanted } = this.wanted;
    return digest.length === wanted.length && digest.every((byte, at) => byte === wanted[at]);
  }
}

function contentLength(headers: Headers): number | undefined {
  const length = headers.has("content-encoding") ? null : headers.get("content-length");
  return length === null ? undefined : Number(length);
}

/** RFC 9110, 14.4: "bytes 5-9/100", "bytes 5-9/*", and with an asterisk before the slash. */
function contentRange(headers: Headers): { start: number | undefined; whole: number | undefined } | undefined {
  const match = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers.get("content-range") ?? "");
  if (match === null) return undefined;
  const [, start, whole] = match;
  return {
    start: start === undefined ? undefined : Number(start),
    whole: whole === undefined || whole === "*" ? undefined : Number(whole),
  };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
