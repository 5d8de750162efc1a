// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files in memory: for tests, and for Node programs that need no second run.
import { NoRoom, type FileContent, type FileFolder, type OpenFile } from "./file_folder";

interface Kept {
  bytes: Uint8Array<ArrayBuffer>; // and room behind them
  size: number;
  modifiedMs: number;
  open: boolean;
}

export class MemoryFolder implements FileFolder {
  readonly files = new Map<string, Kept>();
  /** Of all files together. */
  roomBytes = Infinity;

  async open(name: string): Promise<OpenFile> {
    let kept = this.files.get(name);
    if (kept === undefined) {
      kept = { bytes: new Uint8Array(), size: 0, modifiedMs: Date.now(), open: false };
      this.files.set(name, kept);
    }
    if (kept.open) throw new Error("it is open");
    kept.open = true;
    return new MemoryFile(kept, () => this.roomLeft());
  }

  async content(name: string): Promise<FileContent | undefined> {
    const kept = this.files.get(name);
    if (kept === undefined) return undefined;
    const bytes = kept.bytes.subarray(0, kept.size);
    return {
      size: kept.size,
      read: async (from, to) => bytes.subarray(from, to),
      slice: (from, to) => new Blob([bytes.subarray(from, to)]),
    };
  }

  async rename(from: string, to: string): Promise<void> {
    const kept = this.files.get(from);
    if (kept === undefined || kept.open) throw new Error("it is not there, or open");
    this.files.delete(from);
    this.files.set(to, kept);
  }

  async remove(name: string): Promise<void> {
    if (this.files.get(name)?.open === true) throw new Error("it is open");
    this.files.delete(name);
  }

  async *list(): AsyncIterable<{ name: string; modifiedMs: number }> {
    for (const [name, { modifiedMs }] of this.files) yield { name, modifiedMs };
  }

  private roomLeft(): number {
    return this.roomBytes - [...this.files.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

class MemoryFile implements OpenFile {
  constructor(
    private readonly kept: Kept,
    private readonly roomLeft: () => number,
  ) {}

  read(target: Uint8Array, { at }: { at: number }): number {
    const bytes = this.kept.bytes.subarray(at, Math.min(at + target.length, this.kept.size));
    target.set(bytes);
    return bytes.length;
  }

  write(source: Uint8Array, { at }: { at: number }): number {
    const end = at + source.length;
    if (end - this.kept.size > this.roomLeft()) throw new NoRoom("no room");
    if (end > this.kept.bytes.length) {
      const bytes = new Uint8Array(end * 2);
      bytes.set(this.kept.bytes.subarray(0, this.kept.size));
      this.kept.bytes = bytes;
    }
    this.kept.bytes.set(source, at);
    this.kept.size = Math.max(this.kept.size, end);
    return source.length;
  }

  truncate(size: number): void {
    this.kept.size = Math.min(this.kept.size, size);
  }

  getSize(): number {
    return this.kept.size;
  }

  flush(): void {}

  close(): void {
    this.kept.open = false;
  }
}
