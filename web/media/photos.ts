// SPDX-License-Identifier: AGPL-3.0-or-later

// Photos of profiles as addresses. What is in a file is looked at first, as with pictures of messages (pictures.ts):
// it is shown when it is a photo of the size that those have. What looks is fetched with the first one.
import type { PhotoPictures } from "../view-models/photos";
import { HeldAddresses } from "./held_addresses";

/** Of those that nobody shows any more, so many are kept: one scrolls through lists. */
const IDLE_MAX = 200;
const SIDE_MAX = 1024;
const TYPES = new Set(["image/jpeg", "image/webp"]);

export class PagePhotos implements PhotoPictures {
  private readonly held = new HeldAddresses<string>({
    make: (photo) => this.addressOf(photo),
    addressOf: (address) => address,
    idleMax: IDLE_MAX,
  });

  constructor(private readonly read: (photo: string) => Promise<Uint8Array<ArrayBuffer>>) {}

  hold(photo: string): Promise<string> {
    return this.held.hold(photo);
  }

  release(photo: string): void {
    this.held.release(photo);
  }

  ready(photo: string): string {
    return this.held.ready(photo) ?? "";
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
}
