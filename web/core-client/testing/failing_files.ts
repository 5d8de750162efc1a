// SPDX-License-Identifier: AGPL-3.0-or-later

// Files in memory that fail as disks do: the program ends at a chosen call, the power goes, the quota is used up.
import { FILE_FULL, type ProfileFiles } from "../files";
import { MemoryFiles } from "../memory_files";

interface Change {
  file: number;
  apply(files: MemoryFiles): void;
}

/** Thrown into the module, which ends there and then: its instance must not be used again. */
export class ProgramEnded extends Error {}

export class FailingFiles implements ProfileFiles {
  /** What a program would read. */
  readonly seen: MemoryFiles;
  private readonly durable: MemoryFiles;
  private unsynced: Change[] = [];
  /** Calls that change something, so far. */
  changes = 0;
  endAt = Infinity;
  freeBytes = Infinity;

  constructor(contents?: Uint8Array[]) {
    this.seen = new MemoryFiles(contents?.map((content) => content.slice()));
    this.durable = new MemoryFiles(contents?.map((content) => content.slice()));
  }

  open(name: string): number {
    return this.seen.open(name);
  }
  read(file: number, target: Uint8Array, offset: number): number {
    return this.seen.read(file, target, offset);
  }
  size(file: number): number {
    return this.seen.size(file);
  }
  close(): void {}

  write(file: number, source: Uint8Array, offset: number): number {
    const growth = Math.max(0, offset + source.length - this.seen.size(file));
    if (growth > this.freeBytes) return FILE_FULL;
    this.freeBytes -= growth;
    const bytes = source.slice();
    return this.change({ file, apply: (files) => void files.write(file, bytes, offset) });
  }

  truncate(file: number, size: number): number {
    return this.change({ file, apply: (files) => void files.truncate(file, size) });
  }

  sync(file: number): number {
    this.count();
    for (const change of this.unsynced) if (change.file === file) change.apply(this.durable);
    this.unsynced = this.unsynced.filter((change) => change.file !== file);
    return 0;
  }

  /** What the next program finds when only this one ended. */
  afterEnd(): Uint8Array[] {
    return this.seen.contents.map((content) => content.slice());
  }

  /** What is left when the power went: what was synced, and of the rest what `survives` says. */
  afterPowerFailure(survives: () => boolean): Uint8Array[] {
    const left = new MemoryFiles(this.durable.contents.map((content) => content.slice()));
    for (const change of this.unsynced) if (survives()) change.apply(left);
    return left.contents;
  }

  private change(change: Change): number {
    this.count();
    change.apply(this.seen);
    this.unsynced.push(change);
    return 0;
  }

  private count(): void {
    if (++this.changes > this.endAt) throw new ProgramEnded();
  }
}
