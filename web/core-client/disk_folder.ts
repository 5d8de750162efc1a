// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files in a folder of the disk, for Node programs.
import * as fs from "node:fs";
import * as path from "node:path";

import type { FileContent, FileFolder, OpenFile } from "./file_folder";

const isAbsent = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === "ENOENT";

export class DiskFolder implements FileFolder {
  constructor(private readonly root: string) {}

  async open(name: string): Promise<OpenFile> {
    const file = this.pathOf(name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    return new DiskFile(fs.openSync(file, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600));
  }

  async content(name: string): Promise<FileContent | undefined> {
    const file = this.pathOf(name);
    if (!fs.existsSync(file)) return undefined;
    const { size } = fs.statSync(file);
    const read = (from: number, to: number) => readPart(file, from, Math.min(to, size));
    return { size, read: async (from, to) => read(from, to), slice: (from, to) => new Blob([read(from, to)]) };
  }

  async rename(from: string, to: string): Promise<void> {
    fs.mkdirSync(path.dirname(this.pathOf(to)), { recursive: true });
    fs.renameSync(this.pathOf(from), this.pathOf(to));
  }

  async remove(name: string): Promise<void> {
    fs.rmSync(this.pathOf(name), { force: true });
  }

  async *list(): AsyncIterable<{ name: string; modifiedMs: number }> {
    if (!fs.existsSync(this.root)) return;
    for (const folder of fs.readdirSync(this.root)) {
      for (const name of fs.readdirSync(path.join(this.root, folder))) {
        const modifiedMs = modifiedMsOf(path.join(this.root, folder, name));
        if (modifiedMs !== undefined) yield { name, modifiedMs };
      }
    }
  }

  private pathOf(name: string): string {
    return path.join(this.root, name.slice(0, 2), name);
  }
}

function readPart(file: string, from: number, to: number): Uint8Array<ArrayBuffer> {
  const descriptor = fs.openSync(file, "r");
  try {
    const bytes = new Uint8Array(Math.max(to - from, 0));
    return bytes.subarray(0, fs.readSync(descriptor, bytes, 0, bytes.length, from));
  } finally {
    fs.closeSync(descriptor);
  }
}

function modifiedMsOf(file: string): number | undefined {
  try {
    return fs.statSync(file).mtimeMs;
  } catch (error) {
    if (isAbsent(error)) return undefined; // it was removed meanwhile
    throw error;
  }
}

class DiskFile implements OpenFile {
  constructor(private readonly descriptor: number) {}

  read(target: Uint8Array, { at }: { at: number }): number {
    return fs.readSync(this.descriptor, target, 0, target.length, at);
  }

  write(source: Uint8Array, { at }: { at: number }): number {
    let count = 0;
    while (count < source.length)
      count += fs.writeSync(this.descriptor, source, count, source.length - count, at + count);
    return count;
  }

  truncate(size: number): void {
    fs.ftruncateSync(this.descriptor, size);
  }

  getSize(): number {
    return fs.fstatSync(this.descriptor).size;
  }

  flush(): void {
    fs.fdatasyncSync(this.descriptor);
  }

  close(): void {
    fs.closeSync(this.descriptor);
  }
}
