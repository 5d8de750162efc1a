// SPDX-License-Identifier: AGPL-3.0-or-later

// Moving pictures are sent as they are, without what is written in them beside the pictures: where and with what they
// were taken, and what other programs keep there.
import { gifBlocks, gifHeadEnd, says } from "./image_header";

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}

export function cleanGif(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = gifBlocks(bytes).filter(({ kind }) => kind !== "words");
  const head = bytes.subarray(0, gifHeadEnd(bytes));
  return joined([head, ...kept.map(({ begin, end }) => bytes.subarray(begin, end)), new Uint8Array([0x3b])]);
}

const EXIF_AND_XMP = 0x0c;

export function cleanWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kept: Uint8Array[] = [];
  for (let place = 12; place + 8 <= bytes.length;) {
    const size = view.getUint32(place + 4, true);
    const end = Math.min(bytes.length, place + 8 + size + (size % 2));
    const chunk = bytes.slice(place, end);
    if (says(chunk, 0, "VP8X")) chunk[8] = (chunk[8] ?? 0) & ~EXIF_AND_XMP;
    if (!says(chunk, 0, "EXIF") && !says(chunk, 0, "XMP ")) kept.push(chunk);
    place = end;
  }
  const whole = joined([bytes.slice(0, 12), ...kept]);
  new DataView(whole.buffer).setUint32(4, whole.length - 8, true);
  return whole;
}
