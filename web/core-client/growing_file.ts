// SPDX-License-Identifier: AGPL-3.0-or-later

// A sealed file that this Worker is fetching right now, for those who read it meanwhile. Its handle is open, and
// nobody else could have another; so they read by the same one, between two writes.
import type { OpenFile } from "./file_folder";

export class GrowingFile {
  private file: OpenFile | undefined;
  private waiting: (() => void)[] = [];
  private over = false;

  /** Its bytes from the beginning on, so many, are there to be read. */
  get size(): number {
    return this.file?.getSize() ?? 0;
  }

  /** Fewer bytes at what is its end now. */
  read(target: Uint8Array, at: number): number {
    return this.file?.read(target, { at }) ?? 0;
  }

  /** It gets its name now, or stays as it is. */
  get isClosed(): boolean {
    return this.over;
  }

  /** At the next change of any kind: it is open now, longer, closed, or the fetch has ended. */
  change(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  opened(file: OpenFile): void {
    this.file = file;
    this.changed();
  }

  changed(): void {
    const waiting = this.waiting.splice(0);
    for (const each of waiting) each();
  }

  /** Nothing is read by this handle from here on. */
  closed(): void {
    this.file = undefined;
    this.over = true;
    this.changed();
  }
}
