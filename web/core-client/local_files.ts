// SPDX-License-Identifier: AGPL-3.0-or-later

// The sealed files of a device where they are: what the core's host is asked for of them, and what a page is. What is
// done with one file for the core is done in order.
import { ComingReader } from "./coming_file";
import { isFileName, partOf, type FileContent, type FileFolder } from "./file_folder";
import { fetchFile, type Fetched } from "./file_fetching";
import { SealedReader, type OpenedFile } from "./file_reading";
import { failureOf, sealFile } from "./file_sealing";
import type { SendPart } from "./file_sending";
import { FileFetched_Outcome as Outcome, type FetchFile, type HttpCall } from "./generated/client_api/host_pb";
import { GrowingFile } from "./growing_file";
import { NO_ANSWER, type HttpAnswer } from "./http";
import { madeOnce } from "./made_once";
import { MediaFailure } from "./media";
import type { FileIdentity, MediaModule } from "./media_module";
import { paced } from "./paced";
import type { Cancel, FetchListener, SealedFiles, SendListener } from "./sealed_files";

/** readWhole's most: a picture or a recording, not a film. */
export const WHOLE_BYTES_MAX = 64 * 1024 * 1024;

/** Reads a file, one read at a time. */
export interface FileReading {
  /** As SealedReader.read, but rejects with MediaFailure alone. Of a file that is still coming it waits. */
  read(start: number, end: number, memory?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>>;
  /** What is broken is so on this device, and not at the server. */
  isHere(): boolean;
  /** What waits is rejected: aborted. */
  close(): void;
}

const FOUND_AFTER_MS = 3_600_000;
const FOUND_AT_ONCE = 500;

export class LocalFiles implements SealedFiles {
  private readonly turns = new Map<string, Promise<unknown>>();
  /** By name: those that are being fetched. */
  private readonly growing = new Map<string, GrowingFile>();
  private readonly module = madeOnce(() =>
    this.load().catch((error: unknown) => {
      throw failureOf(error);
    }),
  );

  /** The module is loaded when it is needed first. */
  constructor(
    private readonly folder: FileFolder,
    private readonly load: () => Promise<MediaModule>,
    private readonly sendPart: SendPart,
  ) {}

  // ---------------------------------------------------------------- for the core

  send(call: HttpCall, listener: SendListener): Cancel {
    return cancellable(async (signal) => {
      const progress = paced((done) => void (signal.aborted || listener.progress(done)));
      const answer = await this.sendOf(call, progress, signal);
      if (signal.aborted) return;
      if (answer === undefined) listener.missing();
      else listener.answered(answer);
    });
  }

  fetch(wanted: FetchFile, listener: FetchListener): Cancel {
    return cancellable(async (signal) => {
      const { outcome, status } = await this.inTurn(wanted.file, () =>
        this.fetchOf(wanted, (done) => void (signal.aborted || listener.progress(done)), signal),
      );
      if (!signal.aborted) listener.ended(outcome, status);
    });
  }

  remove(file: string): void {
    if (!isFileName(file)) return;
    void this.inTurn(file, async () => {
      await this.folder.remove(file).catch(() => undefined);
      await this.folder.remove(partOf(file)).catch(() => undefined);
    });
  }

  find(found: (files: string[]) => void): void {
    void this.lookAround(found).catch(() => undefined); // the next start looks again
  }

  // ---------------------------------------------------------------- for a page

  /** As sealFile. */
  async seal(
    source: Blob,
    options: { progress?: (done: number) => void; signal?: AbortSignal } = {},
  ): Promise<FileIdentity> {
    return sealFile(await this.module(), this.folder, source, options);
  }

  reader(opened: OpenedFile): FileReading {
    let reader: SealedReader | ComingReader | undefined;
    let closed = false;
    return {
      read: async (start, end, memory) => {
        try {
          reader ??= this.readerOf(await this.module(), opened);
          if (closed) throw new MediaFailure("aborted", "nobody reads it any more");
          return await reader.read(start, end, memory);
        } catch (error) {
          throw failureOf(error);
        }
      },
      isHere: () => !(reader instanceof ComingReader) || reader.isHere,
      close: () => {
        closed = true;
        if (reader instanceof ComingReader) reader.close();
      },
    };
  }

  /** All of it, of at most WHOLE_BYTES_MAX. Rejects with MediaFailure. */
  async readWhole(opened: OpenedFile): Promise<Uint8Array<ArrayBuffer>> {
    if (opened.size > WHOLE_BYTES_MAX)
      throw new MediaFailure("failed", `${opened.size} bytes are too many for the memory`);
    const { read } = this.reader(opened);
    const whole = new Uint8Array(opened.size);
    for (let at = 0; at < whole.length;) {
      const piece = await read(at, whole.length);
      whole.set(piece, at);
      at += piece.length;
    }
    return whole;
  }

  // ----------------------------------------------------------------

  private readerOf(module: MediaModule, opened: OpenedFile): SealedReader | ComingReader {
    const { file, from } = opened;
    if (from === undefined) return new SealedReader(module, this.folder, opened);
    return new ComingReader(module, this.folder, opened, from, () => this.growing.get(file));
  }

  /** Undefined: there is no such part of a file. A folder that can't be read says nothing of that. */
  private async sendOf(
    call: HttpCall,
    progress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<HttpAnswer | undefined> {
    if (!isFileName(call.bodyFile)) return undefined;
    const from = Number(call.bodyOffset);
    const to = from + Number(call.bodySize);
    let content: FileContent | undefined;
    try {
      content = await this.folder.content(call.bodyFile);
    } catch {
      return NO_ANSWER;
    }
    if (content === undefined || to > content.size) return undefined;
    return this.sendPart(call, content.slice(from, to), progress, signal);
  }

  private async fetchOf(wanted: FetchFile, progress: (done: number) => void, signal: AbortSignal): Promise<Fetched> {
    if (!isFileName(wanted.file)) return { outcome: Outcome.kFailed, status: 0 };
    const growing = new GrowingFile();
    this.growing.set(wanted.file, growing);
    try {
      return await fetchFile(await this.module(), this.folder, wanted, growing, progress, signal);
    } catch {
      return { outcome: Outcome.kFailed, status: 0 };
    } finally {
      this.growing.delete(wanted.file);
      growing.changed();
    }
  }

  private inTurn<T>(file: string, act: () => Promise<T>): Promise<T> {
    const done = (this.turns.get(file) ?? Promise.resolve()).then(act);
    const turn = done
      .catch(() => undefined)
      .then(() => {
        if (this.turns.get(file) === turn) this.turns.delete(file);
      });
    this.turns.set(file, turn);
    return done;
  }

  /** Removes what nobody finished, and names the rest. */
  private async lookAround(found: (files: string[]) => void): Promise<void> {
    const before = Date.now() - FOUND_AFTER_MS;
    const names = new Set<string>();
    for await (const { name, modifiedMs } of this.folder.list()) {
      if (modifiedMs > before) continue;
      const file = name.replace(/\.part$/, "");
      if (isFileName(file)) names.add(file);
      else await this.folder.remove(name).catch(() => undefined); // open: then it is not that old
    }
    const all = [...names];
    for (let at = 0; at < all.length; at += FOUND_AT_ONCE) found(all.slice(at, at + FOUND_AT_ONCE));
  }
}

/** Begins the work when this has returned. */
function cancellable(work: (signal: AbortSignal) => Promise<void>): Cancel {
  const aborter = new AbortController();
  void Promise.resolve().then(() => work(aborter.signal));
  return () => aborter.abort();
}
