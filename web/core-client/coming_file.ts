// SPDX-License-Identifier: AGPL-3.0-or-later

// Reads a sealed file that is still on its way to this device, from anywhere in it, and goes on when it is whole.
//
//   it is whole ──────────────────────────────► from the device (file_reading.ts)
//   the fetch has come by there ──────────────► from the .part: by the fetch's own handle, or as an earlier run left it
//   the fetch of this Worker is just behind ──► waits for it
//   else ─────────────────────────────────────► from the server, by a range (file_ahead.ts)
//
// A tab that does not lead the profile has no fetch in its Worker, and may not be able to read what another one is
// writing: it reads by ranges until the file is whole.
//
// Where the server is away it waits, and tries again each second to each ten, and whenever the fetch gets on.
//
// Security: each chunk is authentic or is not given, whatever the digest of the whole will say (crypto/media.h). One of
//           a .part that is not may have been torn by a crash, so the server is asked; one of the server's that is not
//           ends it.
import { FileAhead, type FileAddress } from "./file_ahead";
import { partOf, type FileFolder } from "./file_folder";
import { chunksFor, unsealed, SealedReader, type Chunks, type OpenedFile } from "./file_reading";
import { MEDIA_SEALED_CHUNK_BYTES } from "./generated/limits";
import type { GrowingFile } from "./growing_file";
import { MediaFailure } from "./media";
import type { MediaModule } from "./media_module";

/** What the fetch brings so soon that a request of its own would not come sooner. */
const NEAR_BYTES = 8 * MEDIA_SEALED_CHUNK_BYTES;
const PAUSE_MS = 1_000;
const PAUSE_MAX_MS = 10_000;

/** One read at a time. */
export class ComingReader {
  private readonly whole: SealedReader;
  private readonly ahead: FileAhead;
  private readonly sealedSize: number;
  private readonly memory: Uint8Array;
  private readonly end = new AbortController();
  private here = false;
  private pauseMs = PAUSE_MS;

  constructor(
    private readonly module: MediaModule,
    private readonly folder: FileFolder,
    private readonly opened: OpenedFile,
    from: FileAddress,
    /** The fetch of this Worker, when there is one. */
    private readonly growing: () => GrowingFile | undefined,
  ) {
    this.whole = new SealedReader(module, folder, opened);
    this.memory = this.whole.memory;
    this.sealedSize = module.sealedSize(opened.size);
    this.ahead = new FileAhead(from, this.sealedSize);
  }

  /** What was read last was read from the whole file: what is wrong with it is wrong on this device. */
  get isHere(): boolean {
    return this.here;
  }

  /** As SealedReader.read, and waits as long as it has to. Throws MediaFailure: also aborted, by close(). */
  async read(start: number, end: number, memory?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
    const chunks = chunksFor(this.opened.size, start, end);
    const give = (sealed: Uint8Array): Uint8Array<ArrayBuffer> =>
      unsealed(this.module, this.opened, chunks, sealed, memory);
    for (let doubted = false; ;) {
      if (this.end.signal.aborted) throw new MediaFailure("aborted", "nobody reads it any more");
      this.here = (await this.folder.content(this.opened.file)) !== undefined;
      if (this.here) return this.whole.read(start, end, memory);
      const part = doubted ? undefined : await this.ofPart(chunks);
      if (part !== undefined) {
        try {
          return give(part);
        } catch {
          doubted = true;
        }
      }
      const growing = this.growing();
      if (growing !== undefined && !doubted && this.isNear(growing, chunks)) {
        await this.until(growing.change());
        continue;
      }
      const sealed = await this.ofServer(chunks);
      if (sealed !== undefined) {
        this.pauseMs = PAUSE_MS;
        return give(sealed);
      }
      await this.until(this.growing()?.change() ?? new Promise(() => {}), this.pauseMs);
      this.pauseMs = Math.min(PAUSE_MAX_MS, 2 * this.pauseMs);
    }
  }

  /** Whoever reads is told so; nothing is asked of the server any more. */
  close(): void {
    this.end.abort();
    this.ahead.close();
  }

  /** Those of the chunks that the fetch has brought, or that an earlier one has left; undefined for none. */
  private async ofPart(chunks: Chunks): Promise<Uint8Array | undefined> {
    const growing = this.growing();
    if (growing !== undefined) {
      const [from, to] = this.within(chunks, growing.size);
      const count = to > from ? growing.read(this.memory.subarray(0, to - from), from) : 0;
      return count > 0 && count === to - from ? this.memory.subarray(0, count) : undefined;
    }
    try {
      const content = await this.folder.content(partOf(this.opened.file));
      const [from, to] = this.within(chunks, content?.size ?? 0);
      if (content === undefined || to <= from) return undefined;
      // Not by a handle, which would be in the way of a fetch that begins.
      return new Uint8Array(await content.slice(from, to).arrayBuffer());
    } catch {
      return undefined; // another tab writes it
    }
  }

  private async ofServer(chunks: Chunks): Promise<Uint8Array | undefined> {
    const [from, to] = this.within(chunks, this.sealedSize);
    const least = Math.min(MEDIA_SEALED_CHUNK_BYTES, to - from);
    const sealed = await this.ahead.read(from, least, to);
    if (sealed === undefined || from + sealed.length === this.sealedSize) return sealed;
    return sealed.subarray(0, sealed.length - (sealed.length % MEDIA_SEALED_CHUNK_BYTES));
  }

  /** Where the sealed ones are of which so many bytes are there: whole chunks. */
  private within({ first, last }: Chunks, size: number): [number, number] {
    const whole = size >= this.sealedSize ? this.sealedSize : size - (size % MEDIA_SEALED_CHUNK_BYTES);
    return [first * MEDIA_SEALED_CHUNK_BYTES, Math.min(last * MEDIA_SEALED_CHUNK_BYTES, whole)];
  }

  private isNear(growing: GrowingFile, { first }: Chunks): boolean {
    return growing.isClosed || first * MEDIA_SEALED_CHUNK_BYTES - growing.size <= NEAR_BYTES;
  }

  /** When that happens, after so long, or when nobody reads any more. */
  private async until(happens: Promise<void>, ms?: number): Promise<void> {
    const { signal } = this.end;
    let end: () => void = () => {};
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    signal.addEventListener("abort", end);
    if (ms !== undefined) timer = setTimeout(end, ms);
    await Promise.race([happens, ended]);
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
}
