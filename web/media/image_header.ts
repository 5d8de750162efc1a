// SPDX-License-Identifier: AGPL-3.0-or-later

// What a picture says of itself at its beginning: which format it is of, how large it is unpacked, whether it moves.
// Looked at before anything is unpacked: a file of some kilobytes can be a picture of gigabytes. Reads nothing beyond
// the bytes that it is given, and takes steps of at least one byte.

export interface ImageHeader {
  type: "image/jpeg" | "image/png" | "image/gif" | "image/webp" | "image/heic" | "image/avif" | "image/bmp";
  /** As it is stored: what is turned when it is shown has them the other way round. */
  width: number;
  height: number;
  animated: boolean;
}

/** So many bytes of a file are enough, but for whether a GIF moves, and how far its pictures reach. */
export const HEADER_BYTES = 1024 * 1024;

const at = (bytes: Uint8Array, place: number): number => bytes[place] ?? 0;
const big16 = (bytes: Uint8Array, place: number): number => (at(bytes, place) << 8) | at(bytes, place + 1);
const big32 = (bytes: Uint8Array, place: number): number => big16(bytes, place) * 0x1_0000 + big16(bytes, place + 2);
const little16 = (bytes: Uint8Array, place: number): number => at(bytes, place) | (at(bytes, place + 1) << 8);
const little24 = (bytes: Uint8Array, place: number): number => little16(bytes, place) | (at(bytes, place + 2) << 16);
const little32 = (bytes: Uint8Array, place: number): number =>
  little16(bytes, place) + little16(bytes, place + 2) * 0x1_0000;

/** Whether these characters stand there. */
export const says = (bytes: Uint8Array, place: number, text: string): boolean =>
  [...text].every((sign, step) => bytes[place + step] === sign.charCodeAt(0));

/** undefined for what is no picture, or one whose size can't be told. */
export function imageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const found = FORMATS.map((format) => format(bytes)).find((header) => header !== undefined);
  return found !== undefined && found.width > 0 && found.height > 0 ? found : undefined;
}

function jpeg(bytes: Uint8Array): ImageHeader | undefined {
  if (big16(bytes, 0) !== 0xffd8 || at(bytes, 2) !== 0xff) return undefined;
  for (let place = 2; place + 9 < bytes.length;) {
    if (at(bytes, place) !== 0xff) return undefined;
    const marker = at(bytes, place + 1);
    if (marker === 0xff) {
      ++place; // filled up
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame)
      return { type: "image/jpeg", height: big16(bytes, place + 5), width: big16(bytes, place + 7), animated: false };
    if (marker === 0xda || marker === 0xd9) return undefined; // the picture itself, without what it is
    place += 2 + Math.max(2, big16(bytes, place + 2));
  }
  return undefined;
}

function png(bytes: Uint8Array): ImageHeader | undefined {
  if (!says(bytes, 0, "\x89PNG\r\n\x1a\n") || !says(bytes, 12, "IHDR")) return undefined;
  let animated = false;
  for (let place = 8; place + 8 <= bytes.length && !says(bytes, place + 4, "IDAT"); place += big32(bytes, place) + 12)
    if (says(bytes, place + 4, "acTL")) animated = true;
  return { type: "image/png", width: big32(bytes, 16), height: big32(bytes, 20), animated };
}

function gif(bytes: Uint8Array): ImageHeader | undefined {
  if (!says(bytes, 0, "GIF87a") && !says(bytes, 0, "GIF89a")) return undefined;
  const pictures = gifBlocks(bytes).filter(({ kind }) => kind === "picture");
  // One that reaches beyond the screen makes that larger, in some browsers.
  const most = (screen: number, from: number, size: number): number =>
    pictures.reduce(
      (max, { begin }) => Math.max(max, little16(bytes, begin + from) + little16(bytes, begin + size)),
      screen,
    );
  const width = most(little16(bytes, 6), 1, 5);
  const height = most(little16(bytes, 8), 3, 7);
  return { type: "image/gif", width, height, animated: pictures.length > 1 };
}

export interface GifBlock {
  /** "words": a comment, or what another program keeps there. */
  kind: "picture" | "words" | "other";
  begin: number;
  end: number;
}

/** What comes after the head of a GIF, as far as the bytes reach. */
export function gifBlocks(bytes: Uint8Array): GifBlock[] {
  const table = (flags: number) => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));
  const afterParts = (place: number) => {
    while (place < bytes.length && at(bytes, place) !== 0) place += 1 + at(bytes, place);
    return place + 1;
  };
  const blocks: GifBlock[] = [];
  let place = 13 + table(at(bytes, 10));
  while (place < bytes.length) {
    const begin = place;
    const sign = at(bytes, place);
    if (sign === 0x2c) {
      place = afterParts(place + 10 + table(at(bytes, place + 9)) + 1);
      blocks.push({ kind: "picture", begin, end: place });
    } else if (sign === 0x21) {
      const label = at(bytes, place + 1);
      const isLoop = label === 0xff && (says(bytes, place + 3, "NETSCAPE2.0") || says(bytes, place + 3, "ANIMEXTS1.0"));
      place = afterParts(place + 2);
      blocks.push({ kind: label === 0xfe || (label === 0xff && !isLoop) ? "words" : "other", begin, end: place });
    } else {
      break;
    }
  }
  return blocks;
}

export const gifHeadEnd = (bytes: Uint8Array): number =>
  13 + ((at(bytes, 10) & 0x80) === 0 ? 0 : 3 * 2 ** ((at(bytes, 10) & 7) + 1));

function webp(bytes: Uint8Array): ImageHeader | undefined {
  if (!says(bytes, 0, "RIFF") || !says(bytes, 8, "WEBP")) return undefined;
  const type = "image/webp";
  if (says(bytes, 12, "VP8X"))
    return {
      type,
      width: little24(bytes, 24) + 1,
      height: little24(bytes, 27) + 1,
      animated: (at(bytes, 20) & 0x02) !== 0,
    };
  if (says(bytes, 12, "VP8L")) {
    const bits = little32(bytes, 21);
    return { type, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, animated: false };
  }
  if (!says(bytes, 12, "VP8 ")) return undefined;
  return { type, width: little16(bytes, 26) & 0x3fff, height: little16(bytes, 28) & 0x3fff, animated: false };
}

const HEIF_BRANDS: Record<string, "image/heic" | "image/avif"> = {
  avif: "image/avif",
  avis: "image/avif",
  heic: "image/heic",
  heix: "image/heic",
  hevc: "image/heic",
  hevx: "image/heic",
  mif1: "image/heic",
  msf1: "image/heic",
};

/** The largest picture in it: beside the one that is shown there are its tiles and a small one. */
function heif(bytes: Uint8Array): ImageHeader | undefined {
  if (!says(bytes, 4, "ftyp")) return undefined;
  const brand = String.fromCharCode(...bytes.slice(8, 12));
  const type = HEIF_BRANDS[brand];
  if (type === undefined) return undefined;
  let [width, height] = [0, 0];
  for (let place = 12; place + 16 <= bytes.length; ++place) {
    if (!says(bytes, place, "ispe")) continue;
    width = Math.max(width, big32(bytes, place + 8));
    height = Math.max(height, big32(bytes, place + 12));
  }
  return { type, width, height, animated: brand === "avis" || brand === "msf1" };
}

function bmp(bytes: Uint8Array): ImageHeader | undefined {
  if (!says(bytes, 0, "BM") || little32(bytes, 14) < 40) return undefined;
  const height = little32(bytes, 22) | 0;
  return { type: "image/bmp", width: little32(bytes, 18), height: Math.abs(height), animated: false };
}

const FORMATS = [jpeg, png, gif, webp, heif, bmp];
