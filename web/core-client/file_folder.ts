// SPDX-License-Identifier: AGPL-3.0-or-later

// Where a device's sealed files are: the browser's (opfs_folder.ts), a program's (disk_folder.ts).
//
//   <32 hexadecimal digits>         a whole one
//   <32 hexadecimal digits>.part    one that is being fetched: what is there of it, from its beginning on
//   <32 hexadecimal digits>.new     one that is being sealed, and has no name yet: these are random
//
// Each is in a folder that has the first two digits as its name.

/** Of FileSystemSyncAccessHandle's form. What throws is described at FileFolder. */
export interface OpenFile {
  /** Fills the target: fewer bytes at the end of the file. */
  read(target: Uint8Array, options: { at: number }): number;
  /** The number of bytes that were written: fewer when there is no room. */
  write(source: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  /** What was written is durable after it. */
  flush(): void;
  close(): void;
}

/** A file that is there, as it was when it was asked for. */
export interface FileContent {
  readonly size: number;
  /** Its bytes there, fewer at its end: in this memory, which is large enough for them, or in other. */
  read(from: number, to: number, memory: Uint8Array): Promise<Uint8Array>;
  /** The same, for a request: not read before it is sent. */
  slice(from: number, to: number): Blob;
}

/** What does not succeed throws: NoRoom, or whatever the files' owner throws. */
export interface FileFolder {
  /** Opens the file, or makes it, for one who writes: while it is open there is no other. */
  open(name: string): Promise<OpenFile>;
  /** What is in it; undefined when there is no such file. */
  content(name: string): Promise<FileContent | undefined>;
  /** Neither is open; the second one is replaced. */
  rename(from: string, to: string): Promise<void>;
  /** One that is not there is no failure. */
  remove(name: string): Promise<void>;
  /** All that is there, in any order. */
  list(): AsyncIterable<{ name: string; modifiedMs: number }>;
}

export const isFileName = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);
export const partOf = (name: string): string => `${name}.part`;
export const newName = (random: string): string => `${random}.new`;

/** There is no room: the browser gives no more, or the disk is full. */
export function isNoRoom(error: unknown): boolean {
  if (error instanceof NoRoom) return true;
  if (typeof error !== "object" || error === null) return false;
  return ("name" in error && error.name === "QuotaExceededError") || ("code" in error && error.code === "ENOSPC");
}

export class NoRoom extends Error {
  override readonly name = "NoRoom";
}

/** All of these bytes. */
export function writeAll(file: OpenFile, bytes: Uint8Array, at: number): void {
  const written = file.write(bytes, { at });
  if (written !== bytes.length) throw new NoRoom(`${written} of ${bytes.length} bytes were written`);
}
