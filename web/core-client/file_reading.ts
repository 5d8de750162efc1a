// SPDX-License-Identifier: AGPL-3.0-or-later

// Reads a sealed file that is on the device, from anywhere in it.
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
}

/** Chunks that are unsealed at once: 1 MiB. */
const CHUNKS_MAX = 16;

/** One read at a time. */
export class SealedReader {
  private readonly memory = new Uint8Array(CHUNKS_MAX * MEDIA_SEALED_CHUNK_BYTES);

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
    const { file, key, size } = this.opened;
    const content = await this.folder.content(file);
    if (content === undefined) throw new MediaFailure("broken", "the file is not on this device");
    if (content.size !== this.module.sealedSize(size)) throw new MediaFailure("broken", `${content.size} sealed bytes`);
    const first = Math.floor(start / MEDIA_CHUNK_BYTES);
    const last = Math.min(first + CHUNKS_MAX, Math.ceil(Math.min(end, size) / MEDIA_CHUNK_BYTES));
    const sealed = await content.read(first * MEDIA_SEALED_CHUNK_BYTES, last * MEDIA_SEALED_CHUNK_BYTES, this.memory);
    const from = first * MEDIA_CHUNK_BYTES;
    const plain = this.module.unseal(key, size, first, sealed).subarray(start - from, end - from);
    if (memory === undefined || memory.byteLength < plain.length) return plain.slice() as Uint8Array<ArrayBuffer>;
    const bytes = new Uint8Array(memory, 0, plain.length);
    bytes.set(plain);
    return bytes;
  }
}
