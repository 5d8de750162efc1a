// SPDX-License-Identifier: AGPL-3.0-or-later

// A profile's files in memory: for tests, and for Node programs that need no second run.
import { FILE_FAILED, FILE_NAMES, type ProfileFiles } from "./files";

export class MemoryFiles implements ProfileFiles {
  /** One per name in FILE_NAMES. */
  contents: Uint8Array[];

  constructor(contents: Uint8Array[] = FILE_NAMES.map(() => new Uint8Array())) {
    this.contents = contents;
  }

  open(name: string): number {
    return (FILE_NAMES as readonly string[]).indexOf(name);
  }

  read(file: number, target: Uint8Array, offset: number): number {
    const content = this.contents[file];
    if (content === undefined) return FILE_FAILED;
    const part = content.subarray(offset, offset + target.length);
    target.set(part);
    return part.length;
  }

  write(file: number, source: Uint8Array, offset: number): number {
    const content = this.contents[file];
    if (content === undefined) return FILE_FAILED;
    const end = offset + source.length;
    const target = end > content.length ? this.resize(file, end) : content;
    target.set(source, offset);
    return 0;
  }

  truncate(file: number, size: number): number {
    if (this.contents[file] === undefined) return FILE_FAILED;
    this.resize(file, size);
    return 0;
  }

  sync(_file: number): number {
    return 0;
  }

  size(file: number): number {
    return this.contents[file]?.length ?? FILE_FAILED;
  }

  close(): void {}

  /** Keeps the bytes up to the new size in a buffer with room to grow, so that appending stays cheap. */
  private resize(file: number, size: number): Uint8Array {
    const content = this.contents[file] ?? new Uint8Array();
    let resized: Uint8Array;
    if (content.byteOffset === 0 && content.buffer.byteLength >= size) {
      resized = new Uint8Array(content.buffer, 0, size);
      if (size > content.length) resized.fill(0, content.length);
    } else {
      resized = new Uint8Array(new ArrayBuffer(Math.max(size, 2 * content.length, 4096)), 0, size);
      resized.set(content.subarray(0, size));
    }
    this.contents[file] = resized;
    return resized;
  }
}
