// SPDX-License-Identifier: AGPL-3.0-or-later

// Seals a file into the device's folder, a piece at a time: of a file of any size some megabytes are in memory.
import { isNoRoom, newName, writeAll, type FileFolder, type OpenFile } from "./file_folder";
import { FILE_BYTES_MAX, MEDIA_CHUNK_BYTES, MEDIA_SEALED_CHUNK_BYTES } from "./generated/limits";
import { randomHex } from "./hex";
import { MediaFailure } from "./media";
import type { FileIdentity, MediaModule } from "./media_module";
import { paced } from "./paced";

/** Of the file that is read at a time: whole chunks. */
const PIECE_CHUNKS = 16;
const PIECE_BYTES = PIECE_CHUNKS * MEDIA_CHUNK_BYTES;
/** What is sealed at a time: a piece, and the padding behind it in its last chunk. */
const SEALED_BYTES_MAX = PIECE_CHUNKS * MEDIA_SEALED_CHUNK_BYTES;

const KEY_BYTES = 32;
const ID_BYTES = 16;

/**
 * Makes the file's key and id. The sealed file is durable, under its name, before this resolves. Rejects with
 * MediaFailure; then nothing of it is left.
 */
export async function sealFile(
  module: MediaModule,
  folder: FileFolder,
  source: Blob,
  { progress = () => {}, signal }: { progress?: (done: number) => void; signal?: AbortSignal } = {},
): Promise<FileIdentity> {
  if (source.size < 1 || source.size > FILE_BYTES_MAX)
    throw new MediaFailure("failed", `a file of ${source.size} bytes`);
  const name = newName(randomHex(ID_BYTES));
  try {
    const sealed = await writeSealed(module, await folder.open(name), source, paced(progress), signal);
    stopIfAborted(signal);
    await folder.rename(name, module.fileName(sealed));
    return sealed;
  } catch (error) {
    await folder.remove(name).catch(() => undefined);
    throw failureOf(error);
  }
}

async function writeSealed(
  module: MediaModule,
  target: OpenFile,
  source: Blob,
  progress: (done: number) => void,
  signal: AbortSignal | undefined,
): Promise<FileIdentity> {
  const { size } = source;
  const key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  const digest = module.beginDigest();
  const copy = new Uint8Array(SEALED_BYTES_MAX);
  let written = 0;
  const add = (sealed: Uint8Array): void => {
    writeAll(target, sealed, written);
    written += sealed.length;
    copy.set(sealed); // the module's memory is not there to be given to the module
    digest.add(copy.subarray(0, sealed.length));
  };
  try {
    let next = pieceOf(source, 0);
    for (let at = 0; at < size; at += PIECE_BYTES) {
      const plain = await next;
      if (plain.length !== Math.min(PIECE_BYTES, size - at)) throw new Error("the file has changed meanwhile");
      stopIfAborted(signal);
      next = pieceOf(source, at + PIECE_BYTES); // is read while this one is sealed
      next.catch(() => undefined);
      add(module.seal(key, size, at / MEDIA_CHUNK_BYTES, plain));
      progress(at + plain.length);
    }
    for (let chunk = Math.ceil(size / MEDIA_CHUNK_BYTES); written < module.sealedSize(size);) {
      await Promise.resolve();
      stopIfAborted(signal);
      const before = written;
      add(module.seal(key, size, chunk, new Uint8Array()));
      if (written === before) throw new Error("the module gives no padding");
      chunk += Math.ceil((written - before) / MEDIA_SEALED_CHUNK_BYTES);
    }
    target.truncate(written);
    target.flush();
    return { fileId: randomHex(ID_BYTES), key, size, digest: digest.finish() };
  } finally {
    digest.drop();
    target.close();
  }
}

async function pieceOf(source: Blob, at: number): Promise<Uint8Array> {
  return new Uint8Array(await source.slice(at, at + PIECE_BYTES).arrayBuffer());
}

function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new MediaFailure("aborted", "by the caller");
}

/** What went wrong with a device's files, as a page is told of it. */
export function failureOf(error: unknown): MediaFailure {
  if (error instanceof MediaFailure) return error;
  return new MediaFailure(isNoRoom(error) ? "noRoom" : "failed", String(error));
}
