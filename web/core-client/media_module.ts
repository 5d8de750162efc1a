// SPDX-License-Identifier: AGPL-3.0-or-later

// The module that seals and unseals files: its imports, its exports, and nothing else. core_wasm/media_exports.cc is
// the other side, crypto/media.h says what the bytes are.
import { hexOf, bytesOf } from "./hex";
import { MediaFailure } from "./media";
import { bytesAt, instantiate, surroundings, type Surroundings } from "./wasm_instance";

interface MediaExports {
  memory: WebAssembly.Memory;
  kith_media_buffer(size: number): number;
  kith_media_output(): number;
  kith_sealed_size(size: number): number;
  kith_seal(size: number, chunk: number, count: number): number;
  kith_unseal(size: number, chunk: number, count: number): number;
  kith_file_name(size: number): number;
  kith_digest_begin(): number;
  kith_digest_add(number: number, count: number): void;
  kith_digest_finish(number: number): number;
}

/** What of a client_api.SealedFile says which file it is. */
export interface FileIdentity {
  /** 32 hexadecimal digits. */
  fileId: string;
  key: Uint8Array;
  /** Before it was sealed. */
  size: number;
  digest: Uint8Array;
}

/** Of bytes that come in pieces. To be finished or dropped: a module has 64. */
export interface RunningDigest {
  add(bytes: Uint8Array): void;
  finish(): Uint8Array;
  /** Nothing more is wanted of it; after finish() nothing. */
  drop(): void;
}

/** Of bytes that go into one call. */
const BUFFER_BYTES_MAX = 4 * 1024 * 1024;

/** What is returned is a view of the module's memory, valid until the next call, where nothing else is said. */
export class MediaModule {
  private constructor(private readonly exports: MediaExports) {}

  static async instantiate(module: WebAssembly.Module, around: Surroundings = surroundings): Promise<MediaModule> {
    const exports = await instantiate<MediaExports>(module, (memory) => ({
      kith: {
        random_fill: (pointer: number, size: number) => around.fillRandom(bytesAt(memory(), pointer, size)),
        log: (pointer: number, size: number) =>
          around.log(new TextDecoder().decode(bytesAt(memory(), pointer, size).slice())),
      },
    }));
    return new MediaModule(exports);
  }

  /** Of a file of so many bytes. */
  sealedSize(size: number): number {
    return this.exports.kith_sealed_size(size);
  }

  /**
   * The sealed chunks of these bytes of a file of `size` bytes: from this chunk on, each whole or to the file's end. Of
   * none: those of padding from this one on, at most 16.
   */
  seal(key: Uint8Array, size: number, chunk: number, plain: Uint8Array): Uint8Array {
    this.give(key, plain);
    return this.output(this.exports.kith_seal(size, chunk, plain.length));
  }

  /** The file's bytes in these sealed chunks, from this one on. Throws MediaFailure: broken. */
  unseal(key: Uint8Array, size: number, chunk: number, sealed: Uint8Array): Uint8Array {
    this.give(key, sealed);
    const result = this.exports.kith_unseal(size, chunk, sealed.length);
    if (result < 0) throw new MediaFailure("broken", `a sealed chunk from ${chunk} on: ${-1 - result}`);
    return this.output(result);
  }

  /** What a device calls the file: 32 hexadecimal digits. */
  fileName({ fileId, key, size, digest }: FileIdentity): string {
    this.give(bytesOf(fileId), key, digest);
    return hexOf(this.output(this.exports.kith_file_name(size)));
  }

  beginDigest(): RunningDigest {
    const number = this.exports.kith_digest_begin();
    if (number === 0) throw new Error("64 digests are under way");
    let open = true;
    const finish = (): Uint8Array => {
      open = false;
      return this.output(this.exports.kith_digest_finish(number)).slice();
    };
    return {
      add: (bytes) => {
        for (let at = 0; at < bytes.length; at += BUFFER_BYTES_MAX) {
          const piece = bytes.subarray(at, at + BUFFER_BYTES_MAX);
          this.give(piece);
          this.exports.kith_digest_add(number, piece.length);
        }
      },
      finish,
      drop: () => void (open && finish()),
    };
  }

  /** Puts these into the buffer, one behind the other. */
  private give(...parts: Uint8Array[]): void {
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    const pointer = this.exports.kith_media_buffer(size);
    if (pointer === 0) throw new RangeError("over 4 MiB for one call");
    const buffer = bytesAt(this.exports.memory, pointer, size);
    let at = 0;
    for (const part of parts) {
      buffer.set(part, at);
      at += part.length;
    }
  }

  private output(size: number): Uint8Array {
    return bytesAt(this.exports.memory, this.exports.kith_media_output(), size);
  }
}
