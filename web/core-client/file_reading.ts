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

/**
 * The file's bytes from `start` on: at least one, at most up to `end` and about 1 MiB. A copy. Throws MediaFailure:
 * broken, when the file is not there, or is not what it was. Other errors are of the folder's owner.
 */
export async function readSealed(
  module: MediaModule,
  folder: FileFolder,
  { file, key, size }: OpenedFile,
  start: number,
  end: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const content = await folder.content(file);
  if (content === undefined) throw new MediaFailure("broken", "the file is not on this device");
  if (content.size !== module.sealedSize(size)) throw new MediaFailure("broken", `${content.size} sealed bytes`);
  const first = Math.floor(start / MEDIA_CHUNK_BYTES);
  const last = Math.min(first + CHUNKS_MAX, Math.ceil(Math.min(end, size) / MEDIA_CHUNK_BYTES));
  const slice = content.slice(first * MEDIA_SEALED_CHUNK_BYTES, last * MEDIA_SEALED_CHUNK_BYTES);
  const sealed = new Uint8Array(await slice.arrayBuffer());
  const from = first * MEDIA_CHUNK_BYTES;
  return module.unseal(key, size, first, sealed).slice(start - from, end - from) as Uint8Array<ArrayBuffer>;
}
