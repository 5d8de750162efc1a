// SPDX-License-Identifier: AGPL-3.0-or-later

// Pictures of messages as addresses that elements show. What is in a file is looked at first: it is shown as what it
// is, not as what its sender says it is, and not at all when it is no picture, or one of too many pixels.
import { thumbHashToDataURL } from "thumbhash";

import { mediaFailureOf, type MediaFiles, type Pictures, type Shown } from "../view-models/media_port";
import { HeldAddresses } from "./held_addresses";
import { imageHeader } from "./image_header";

/** Of those that nobody shows any more, so many are kept: one scrolls up and down. */
const IDLE_MAX = 40;
/** 200 MB of memory while it is shown. */
const SHOWN_PIXELS_MAX = 50_000_000;
const SIDE_MAX = 32_767;
/** Of the small ones in messages. */
const SMALL_SIDE_MAX = 1024;
const SHOWN_TYPES = new Set(["image/jpeg", "image/png", "image/gif", "image/webp", "image/avif"]);

async function shownOf(files: MediaFiles, messageId: string): Promise<Shown> {
  try {
    const bytes = await files.readMedia(messageId);
    const header = imageHeader(bytes);
    if (header === undefined || !SHOWN_TYPES.has(header.type)) return { trouble: "notPicture" };
    const { type, width, height } = header;
    if (width * height > SHOWN_PIXELS_MAX || Math.max(width, height) > SIDE_MAX) return { trouble: "large" };
    return { url: URL.createObjectURL(new Blob([bytes], { type })) };
  } catch (error) {
    console.debug(`kith: a picture can't be read: ${String(error)}`);
    return { trouble: mediaFailureOf(error) === "broken" ? "broken" : "failed" };
  }
}

function dataUrl(bytes: Uint8Array): string {
  const header = imageHeader(bytes);
  if (header === undefined || !SHOWN_TYPES.has(header.type)) return "";
  if (Math.max(header.width, header.height) > SMALL_SIDE_MAX) return "";
  return `data:${header.type};base64,${btoa(String.fromCharCode(...bytes))}`;
}

function hashUrl(hash: Uint8Array): string {
  try {
    return hash.length < 5 ? "" : thumbHashToDataURL(hash);
  } catch {
    return ""; // shorter than it says it is
  }
}

export class PagePictures implements Pictures {
  private readonly held = new HeldAddresses<Shown>({
    make: (messageId) => shownOf(this.files, messageId),
    addressOf: (shown) => ("url" in shown ? shown.url : ""),
    idleMax: IDLE_MAX,
  });
  private readonly smalls = new WeakMap<Uint8Array, string>();

  constructor(private readonly files: MediaFiles) {}

  hold(messageId: string): Promise<Shown> {
    return this.held.hold(messageId);
  }

  release(messageId: string): void {
    this.held.release(messageId);
  }

  async once(messageId: string, type: string): Promise<Shown> {
    if (type === "") return shownOf(this.files, messageId);
    try {
      return { url: await this.files.mediaBlobUrl(messageId, { type }) };
    } catch (error) {
      return { trouble: mediaFailureOf(error) === "broken" ? "broken" : "failed" };
    }
  }

  small({ thumbnail, thumbhash }: { thumbnail: Uint8Array; thumbhash: Uint8Array }): string {
    const bytes = thumbnail.length > 0 ? thumbnail : thumbhash;
    if (bytes.length === 0) return "";
    const known = this.smalls.get(bytes);
    if (known !== undefined) return known;
    const url = bytes === thumbnail ? dataUrl(thumbnail) : hashUrl(thumbhash);
    this.smalls.set(bytes, url);
    return url;
  }
}
