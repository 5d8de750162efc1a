// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of profiles as addresses. What is in a file is looked at first, as with pictures of messages (pictures.ts):
// it is shown when it is a photo of the size that those have. What looks is fetched with the first one.
import type { PhotoPictures } from "../view-models/photos";

/** Of those that nobody shows any more, so many are kept: one scrolls through lists. */
const IDLE_MAX = 200;
const SIDE_MAX = 1024;
const TYPES = new Set(["image/jpeg", "image/webp"]);

interface Entry {
  address: Promise<string>;
  ready: string;
  held: number;
}

export class PagePhotos implements PhotoPictures {
  /** Those that nobody holds are in the order in which they were left, the longest ago first. */
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly read: (photo: string) => Promise<Uint8Array<ArrayBuffer>>) {}

  hold(photo: string): Promise<string> {
    const entry = this.entries.get(photo) ?? this.begin(photo);
    ++entry.held;
    return entry.address;
  }

  release(photo: string): void {
    const entry = this.entries.get(photo);
    if (entry === undefined || --entry.held > 0) return;
    this.entries.delete(photo);
    this.entries.set(photo, entry);
    const idle = [...this.entries].filter(([, { held }]) => held === 0);
    for (const [id, each] of idle.slice(0, Math.max(0, idle.length - IDLE_MAX))) this.drop(id, each);
  }

  ready(photo: string): string {
    return this.entries.get(photo)?.ready ?? "";
  }

  private begin(photo: string): Entry {
    const entry: Entry = { address: this.addressOf(photo), ready: "", held: 0 };
    this.entries.set(photo, entry);
    void entry.address.then((address) => {
      entry.ready = address;
      if (address === "" && this.entries.get(photo) === entry) this.entries.delete(photo); // it may come
    });
    return entry;
  }

  private async addressOf(photo: string): Promise<string> {
    try {
      const [bytes, { imageHeader }] = await Promise.all([this.read(photo), import("./image_header")]);
      const header = imageHeader(bytes);
      if (header === undefined || !TYPES.has(header.type) || header.animated) return "";
      if (Math.max(header.width, header.height) > SIDE_MAX) return "";
      return URL.createObjectURL(new Blob([bytes], { type: header.type }));
    } catch (error) {
      console.debug(`kith: a photo can't be read: ${String(error)}`);
      return "";
    }
  }

  private drop(photo: string, entry: Entry): void {
    this.entries.delete(photo);
    void entry.address.then((address) => address !== "" && URL.revokeObjectURL(address));
  }
}
