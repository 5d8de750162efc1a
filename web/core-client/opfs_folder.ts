// SPDX-License-Identifier: AGPL-3.0-or-later

// A profile's sealed files in the origin-private file system, below kith/<profile>/media. Any Worker of the origin
// reads them; one that is open for writing is its Worker's alone (opfs_files.ts).
import { writeAll, type FileContent, type FileFolder, type OpenFile } from "./file_folder";
import { folderOf, openHandle } from "./opfs_files";

/** What the DOM library does not declare. */
type MovableHandle = FileSystemFileHandle & { move?(to: FileSystemDirectoryHandle, name: string): Promise<void> };
type Listed = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> };

const COPY_BYTES = 1024 * 1024;

export class OpfsFolder implements FileFolder {
  private root: Promise<FileSystemDirectoryHandle> | undefined;

  constructor(private readonly profile: string) {}

  async open(name: string): Promise<OpenFile> {
    return openHandle(await this.folderFor(name), name);
  }

  async content(name: string): Promise<FileContent | undefined> {
    const handle = await absentAs(undefined, async () => (await this.folderFor(name)).getFileHandle(name));
    return handle === undefined ? undefined : absentAs(undefined, () => handle.getFile());
  }

  async rename(from: string, to: string): Promise<void> {
    const source = (await (await this.folderFor(from)).getFileHandle(from)) as MovableHandle;
    const target = await this.folderFor(to);
    if (source.move !== undefined) return source.move(target, to);
    await copy(await source.getFile(), await openHandle(target, to));
    await this.remove(from);
  }

  async remove(name: string): Promise<void> {
    await absentAs(undefined, async () => (await this.folderFor(name)).removeEntry(name));
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

  private media(): Promise<FileSystemDirectoryHandle> {
    this.root ??= folderOf(this.profile)
      .then((folder) => folder.getDirectoryHandle("media", { create: true }))
      .catch((error: unknown) => {
        this.root = undefined;
        throw error;
      });
    return this.root;
  }
}

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
