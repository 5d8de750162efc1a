// SPDX-License-Identifier: AGPL-3.0-or-later

// A profile's files in a folder of the disk, for Node programs.
import * as fs from "node:fs";
import * as path from "node:path";

import { FILE_FAILED, FILE_FULL, FILE_NAMES, type ProfileFiles } from "./files";

export class DiskFiles implements ProfileFiles {
  private readonly descriptors: number[];

  /** Makes the folder and the files that are not there yet; throws what the file system throws. */
  constructor(folder: string) {
    fs.mkdirSync(folder, { recursive: true });
    const flags = fs.constants.O_RDWR | fs.constants.O_CREAT;
    this.descriptors = FILE_NAMES.map((name) => fs.openSync(path.join(folder, name), flags, 0o600));
  }

  open(name: string): number {
    return (FILE_NAMES as readonly string[]).indexOf(name);
  }

  read(file: number, target: Uint8Array, offset: number): number {
    return this.attempt(file, (descriptor) => {
      let count = 0;
      while (count < target.length) {
        const step = fs.readSync(descriptor, target, count, target.length - count, offset + count);
        if (step === 0) break;
        count += step;
      }
      return count;
    });
  }

  write(file: number, source: Uint8Array, offset: number): number {
    return this.attempt(file, (descriptor) => {
      let count = 0;
      while (count < source.length)
        count += fs.writeSync(descriptor, source, count, source.length - count, offset + count);
      return 0;
    });
  }

  truncate(file: number, size: number): number {
    return this.attempt(file, (descriptor) => (fs.ftruncateSync(descriptor, size), 0));
  }

  sync(file: number): number {
    return this.attempt(file, (descriptor) => (fs.fdatasyncSync(descriptor), 0));
  }

  size(file: number): number {
    return this.attempt(file, (descriptor) => fs.fstatSync(descriptor).size);
  }

  close(): void {
    for (const descriptor of this.descriptors) fs.closeSync(descriptor);
  }

  private attempt(file: number, operation: (descriptor: number) => number): number {
    const descriptor = this.descriptors[file];
    if (descriptor === undefined) return FILE_FAILED;
    try {
      return operation(descriptor);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      return code === "ENOSPC" || code === "EDQUOT" ? FILE_FULL : FILE_FAILED;
    }
  }
}
