// SPDX-License-Identifier: AGPL-3.0-or-later

// Reads a sealed file that is on the device, from anywhere in it.
import type { FileAddress } from "./file_ahead";
import type { FileFolder } from "./file_folder";
import { MEDIA_CHUNK_BYTES, MEDIA_SEALED_CHUNK_BYTES } from "./generated/limits";
import { MediaFailure } from "./media";
import type { MediaModule } from "./media_module";

/** What OpenMedia answers of a file. */
export interface OpenedFile {
  /** Its name on the device. */
  file: string;
  key: Uint8Array;
  /** Before it was sealed. */
  size: number;
  /** It is still on its way here, from there (coming_file.ts). */
  from?: FileAddress;
}

/** Chunks that are unsealed at once: 1 MiB. */
const CHUNKS_MAX = 16;

/** Some of a file's, which have its bytes from `start` to `end`, or fewer. */
export interface Chunks {
  start: number;
  end: number;
  first: number;
  /** The one behind them. */
  last: number;
}

export function chunksFor(size: number, start: number, end: number): Chunks {
  const first = Math.floor(start / MEDIA_CHUNK_BYTES);
  const last = Math.min(first + CHUNKS_MAX, Math.ceil(Math.min(end, size) / MEDIA_CHUNK_BYTES));
  return { start, end, first, last };
}

/** What is wanted of them, from the sealed ones, or so many of those as are given. As SealedReader.read returns it. */
export function unsealed(
  module: MediaModule,
  { key, size }: OpenedFile,
  { start, end, first }: Chunks,
  sealed: Uint8Array,
  memory: ArrayBuffer | undefined,
): Uint8Array<ArrayBuffer> {
  const from = first * MEDIA_CHUNK_BYTES;
  const plain = module.unseal(key, size, first, sealed).subarray(start - from, end - from);
  if (memory === undefined || memory.byteLength < plain.length) return plain.slice() as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(memory, 0, plain.length);
  bytes.set(plain);
  return bytes;
}

/** One read at a time. */
export class SealedReader {
  /** For sealed chunks, between two reads anybody's. */
  readonly memory = new Uint8Array(CHUNKS_MAX * MEDIA_SEALED_CHUNK_BYTES);

  constructor(
    private readonly module: MediaModule,
    private readonly folder: FileFolder,
    private readonly opened: OpenedFile,
  ) {}

  /**
   * The file's bytes from `start` on: at least one, at most up to `end` and about 1 MiB. They are in the memory that is
   * given, if it is large enough, else in new one. Throws MediaFailure: broken, when the file is not there, or is not
   * what it was. Other errors are of the folder's owner.
   */
  async read(start: number, end: number, memory?: ArrayBuffer): Promise<Uint8Array<ArrayBuffer>> {
    const { file, size } = this.opened;
    const content = await this.folder.content(file);
    if (content === undefined) throw new MediaFailure("broken", "the file is not on this device");
    if (content.size !== this.module.sealedSize(size)) throw new MediaFailure("broken", `${content.size} sealed bytes`);
    const chunks = chunksFor(size, start, end);
    const [from, to] = [chunks.first * MEDIA_SEALED_CHUNK_BYTES, chunks.last * MEDIA_SEALED_CHUNK_BYTES];
    return unsealed(this.module, this.opened, chunks, await content.read(from, to, this.memory), memory);
  }
}
