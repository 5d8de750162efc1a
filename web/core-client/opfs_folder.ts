// SPDX-License-Identifier: AGPL-3.0-or-later

// A profile's sealed files in the origin-private file system, below kith/<profile>/media. Any Worker of the origin
// reads them; one that is open for writing is its Worker's alone (opfs_files.ts).
import { writeAll, type FileContent, type FileFolder, type OpenFile } from "./file_folder";
import { madeOnce } from "./made_once";
import { folderOf, openHandle, whenFree } from "./opfs_files";

/** What the DOM library does not declare. */
type MovableHandle = FileSystemFileHandle & { move?(to: FileSystemDirectoryHandle, name: string): Promise<void> };
type Listed = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> };

type SharedHandle = FileSystemFileHandle & {
  createSyncAccessHandle(options: { mode: "read-only" }): Promise<OpenFile & { readonly mode?: string }>;
};

const COPY_BYTES = 1024 * 1024;

export class OpfsFolder implements FileFolder {
  private readonly media = madeOnce(async () =>
    (await folderOf(this.profile)).getDirectoryHandle("media", { create: true }),
  );

  constructor(private readonly profile: string) {}

  async open(name: string): Promise<OpenFile> {
    return openHandle(await this.folderFor(name), name);
  }

  async content(name: string): Promise<FileContent | undefined> {
    const handle = await absentAs(undefined, async () => (await this.folderFor(name)).getFileHandle(name));
    const file = handle === undefined ? undefined : await absentAs(undefined, () => handle.getFile());
    return handle === undefined || file === undefined ? undefined : new OpfsContent(handle as SharedHandle, file);
  }

  async rename(from: string, to: string): Promise<void> {
    const source = (await (await this.folderFor(from)).getFileHandle(from)) as MovableHandle;
    const target = await this.folderFor(to);
    if (source.move !== undefined) return source.move(target, to);
    await copy(await source.getFile(), await openHandle(target, to));
    await this.remove(from);
  }

  async remove(name: string): Promise<void> {
    const folder = await this.folderFor(name);
    await whenFree(() => absentAs(undefined, () => folder.removeEntry(name))); // somebody may read it right now
  }

  async *list(): AsyncIterable<{ name: string; modifiedMs: number }> {
    for await (const folder of ((await this.media()) as Listed).values()) {
      if (folder.kind !== "directory") continue;
      for await (const entry of (folder as Listed).values()) {
        const file = entry.kind === "file" ? await absentAs(undefined, () => entry.getFile()) : undefined;
        if (file !== undefined) yield { name: entry.name, modifiedMs: file.lastModified };
      }
    }
  }

  private async folderFor(name: string): Promise<FileSystemDirectoryHandle> {
    return (await this.media()).getDirectoryHandle(name.slice(0, 2), { create: true });
  }
}

/**
 * Reads by a handle that several may have at once, where the browser has those: into memory that is used again. What
 * Blobs give is left to the collector, which takes it more slowly than it comes.
 *
 * Not by the stream of a Blob into memory of one's own (BYOB): in Chromium 156 such a read stays without an answer,
 * once in about a thousand.
 */
class OpfsContent implements FileContent {
  readonly size: number;

  constructor(
    private readonly handle: SharedHandle,
    private readonly file: File,
  ) {
    this.size = file.size;
  }

  async read(from: number, to: number, memory: Uint8Array): Promise<Uint8Array> {
    const shared = await this.open();
    if (shared === undefined) return new Uint8Array(await this.slice(from, to).arrayBuffer());
    try {
      return memory.subarray(0, shared.read(memory.subarray(0, to - from), { at: from }));
    } finally {
      shared.close();
    }
  }

  slice(from: number, to: number): Blob {
    return this.file.slice(from, to);
  }

  private async open(): Promise<OpenFile | undefined> {
    if (!hasShared) return undefined;
    try {
      const opened = await this.handle.createSyncAccessHandle({ mode: "read-only" });
      if (opened.mode === "read-only") return opened;
      opened.close(); // the browser knows no modes, and nobody else could have the file
      hasShared = false;
    } catch {
      // Somebody else has it.
    }
    return undefined;
  }
}
let hasShared = true;

async function absentAs<T>(absent: T, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof DOMException && error.name === "NotFoundError") return absent;
    throw error;
  }
}

async function copy(source: File, target: OpenFile): Promise<void> {
  try {
    for (let at = 0; at < source.size; at += COPY_BYTES) {
      const piece = new Uint8Array(await source.slice(at, at + COPY_BYTES).arrayBuffer());
      writeAll(target, piece, at);
    }
    target.truncate(source.size);
    target.flush();
  } finally {
    target.close();
  }
}
