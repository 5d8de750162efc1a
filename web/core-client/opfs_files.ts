// SPDX-License-Identifier: AGPL-3.0-or-later

// A profile's files in the origin-private file system, by sync access handles, which only a dedicated Worker may open.
//
// A handle has one owner in the whole browser: a second one is refused with NoModificationAllowedError. The owner is
// the tab that holds the profile's lock (profile_worker.ts); the handles of a tab that has just gone may stay for a
// moment, so opening tries for a while.
import type { OpenFile } from "./file_folder";
import { FILE_FAILED, FILE_FULL, FILE_NAMES, type ProfileFiles } from "./files";

/** What the DOM library declares for Workers only. */
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<OpenFile> };

const OPEN_TRIES = 50;
const OPEN_PAUSE_MS = 200;

/** Opens, or makes, the files under `kith/<profile>/`. Rejects when storage is not to be had. */
export async function openOpfsFiles(profile: string): Promise<ProfileFiles> {
  const folder = await folderOf(profile);
  const handles: OpenFile[] = [];
  try {
    for (const name of FILE_NAMES) handles.push(await openHandle(folder, name));
  } catch (error) {
    for (const handle of handles) handle.close();
    throw error;
  }
  return new OpfsFiles(handles);
}

/** `kith/<profile>/`: all that the profile has. */
export async function folderOf(profile: string): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  const all = await root.getDirectoryHandle("kith", { create: true });
  return all.getDirectoryHandle(profile, { create: true });
}

/** Opens, or makes, one of the folder's files. */
export async function openHandle(folder: FileSystemDirectoryHandle, name: string): Promise<OpenFile> {
  const file = (await folder.getFileHandle(name, { create: true })) as SyncFileHandle;
  return whenFree(() => file.createSyncAccessHandle());
}

/** Tries for a while what does not succeed because somebody else has the file. */
export async function whenFree<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; ++tries) {
    try {
      return await act();
    } catch (error) {
      const held = error instanceof DOMException && error.name === "NoModificationAllowedError";
      if (!held || tries === OPEN_TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, OPEN_PAUSE_MS));
    }
  }
}

class OpfsFiles implements ProfileFiles {
  constructor(private readonly handles: OpenFile[]) {}

  open(name: string): number {
    return (FILE_NAMES as readonly string[]).indexOf(name);
  }

  read(file: number, target: Uint8Array, offset: number): number {
    return this.attempt(file, (handle) => handle.read(target, { at: offset }));
  }

  write(file: number, source: Uint8Array, offset: number): number {
    return this.attempt(file, (handle) => (handle.write(source, { at: offset }) === source.length ? 0 : FILE_FULL));
  }

  truncate(file: number, size: number): number {
    return this.attempt(file, (handle) => (handle.truncate(size), 0));
  }

  sync(file: number): number {
    return this.attempt(file, (handle) => (handle.flush(), 0));
  }

  size(file: number): number {
    return this.attempt(file, (handle) => handle.getSize());
  }

  close(): void {
    for (const handle of this.handles) handle.close();
  }

  private attempt(file: number, operation: (handle: OpenFile) => number): number {
    const handle = this.handles[file];
    if (handle === undefined) return FILE_FAILED;
    try {
      return operation(handle);
    } catch (error) {
      return error instanceof DOMException && error.name === "QuotaExceededError" ? FILE_FULL : FILE_FAILED;
    }
  }
}
