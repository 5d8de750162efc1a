// SPDX-License-Identifier: AGPL-3.0-or-later

// Looks at files that somebody has chosen, and makes of them what is sent. Fetched when somebody first attaches one.
import { THUMBNAIL_BYTES_MAX } from "../core-client/generated/limits";
import { UNEDITED, type Looked, type MediaWorkshop, type PictureEdits, type Prepared } from "../view-models/media_port";
import { cleanGif, cleanWebp } from "./clean";
import { containerOf, isPdf, PDF } from "./file_type";
import { HEADER_BYTES, imageHeader } from "./image_header";
import { firstPage } from "./pdf_page";
import type { Made } from "./pictures_made";
import { PictureWorks } from "./picture_works";
import { firstPicture, probe } from "./video_probe";
import { examine, makeVideo, stripOf } from "./videos";

/** 400 MB of memory while it is unpacked. */
const UNPACKED_PIXELS_MAX = 100_000_000;
/** A canvas has no more at a side. */
const SIDE_MAX = 32_767;
/** A GIF is looked at as a whole: whether it moves is seen at its second picture. */
const GIF_BYTES_MAX = 64 * 1024 * 1024;
const PREVIEW_PIXELS = 1280;
/** An element may still be reading what it shows no more. */
const LAST_READ_MS = 2000;
const NOTHING = new Uint8Array();
const NO_SIZE = { width: 0, height: 0, durationMs: 0 };
/** Of a profile's photo. Sealed it has at most 256 KiB, of which padding and seals may be an eighth. */
const PHOTO_PIXELS = [640, 480, 320];
const PHOTO_BYTES_MAX = 220 * 1024;
/** Of a picture that goes in a message itself. */
const THUMBNAIL_PIXELS = [480, 360, 280, 200, 120];

const bytesOf = async (file: Blob) => new Uint8Array(await file.arrayBuffer());
const headOf = (file: Blob, most = HEADER_BYTES) => bytesOf(file.slice(0, most));
const plain = (type: string): string => type.split(";", 1)[0]?.trim().toLowerCase() ?? "";

async function lookAtSound(file: Blob, type: string): Promise<Looked> {
  const sound: Looked = { kind: "audio", type: type.replace("video/", "audio/"), ...NO_SIZE, trouble: "" };
  try {
    return { ...sound, durationMs: (await probe(file)).durationMs };
  } catch {
    return { ...sound, trouble: "unplayable" };
  }
}

async function lookAtRecording(file: Blob, type: string): Promise<Looked> {
  try {
    const video = await examine(file);
    if (video === undefined) return await lookAtSound(file, type);
    const { width, height, durationMs } = video;
    return { kind: "video", type, width, height, durationMs, trouble: "", video };
  } catch (error) {
    console.debug(`kith: a video can't be read: ${String(error)}`);
    return { kind: "video", type, ...NO_SIZE, trouble: "unplayable" };
  }
}

async function look(file: Blob): Promise<Looked> {
  const head = await headOf(file);
  const said = plain(file.type);
  const header = imageHeader(head.length >= 6 && head[0] === 0x47 ? await headOf(file, GIF_BYTES_MAX) : head);
  if (header !== undefined) {
    const { type, width, height, animated } = header;
    const large = width * height > UNPACKED_PIXELS_MAX || Math.max(width, height) > SIDE_MAX;
    const moves = animated && (type === "image/gif" || type === "image/webp");
    const kind = moves ? "animation" : "picture";
    return { kind, type, width, height, durationMs: 0, trouble: large ? "large" : "" };
  }
  const container = containerOf(head);
  if (container !== undefined) {
    const isSound = container.holds === "audio" || said.startsWith("audio/");
    return isSound ? lookAtSound(file, container.type) : lookAtRecording(file, container.type);
  }
  if (isPdf(head)) return { kind: "other", type: PDF, ...NO_SIZE, trouble: "" };
  const trouble = /^image\/(?!svg)/.test(said) ? "unreadable" : "";
  const kind = trouble === "" ? "other" : "picture";
  return { kind, type: said === "" ? "application/octet-stream" : said, ...NO_SIZE, trouble };
}

/** What browsers don't unpack themselves. */
async function sourceOf(file: Blob, { type }: Looked): Promise<Blob | ImageBitmap> {
  if (type !== "image/heic") return file;
  const { heicTo } = await import("heic-to/csp");
  return heicTo({ blob: file, type: "bitmap" });
}

const prepared = (
  { width, height, thumbhash, thumbnail }: Made,
  file: Blob,
  type: string,
  durationMs = 0,
): Prepared => ({
  file,
  type,
  width,
  height,
  durationMs,
  thumbhash,
  thumbnail,
  waveform: NOTHING,
});

const asItIs = (file: Blob, { type, durationMs }: Looked): Prepared => ({
  ...{ file, type, width: 0, height: 0, durationMs },
  ...{ thumbhash: NOTHING, thumbnail: NOTHING, waveform: NOTHING },
});

export function workshop(): MediaWorkshop {
  const works = new PictureWorks();
  const make = async (file: Blob, looked: Looked, edits: PictureEdits, pixelsMax: number) => {
    const transparent = looked.type !== "image/jpeg" && looked.type !== "image/heic";
    const making = { edits, pixelsMax, transparent, thumbnailBytesMax: THUMBNAIL_BYTES_MAX };
    return works.make(await sourceOf(file, looked), making);
  };
  const made = (picture: ImageBitmap) =>
    works.make(picture, {
      edits: UNEDITED,
      pixelsMax: PREVIEW_PIXELS,
      transparent: false,
      thumbnailBytesMax: THUMBNAIL_BYTES_MAX,
    });
  return {
    look,
    async preview(file, looked, edits) {
      if (looked.trouble !== "") return "";
      if (looked.kind === "video") return URL.createObjectURL(new Blob([file], { type: looked.type }));
      if (looked.type === PDF) {
        const page = await firstPage(file);
        return page === undefined ? "" : URL.createObjectURL(page.picture);
      }
      if (looked.kind !== "picture" && looked.kind !== "animation") return "";
      return URL.createObjectURL((await make(file, looked, edits, PREVIEW_PIXELS)).file);
    },
    forget: (address) => void setTimeout(() => URL.revokeObjectURL(address), LAST_READ_MS),
    async preparePicture(file, looked, edits, pixelsMax) {
      const picture = await make(file, looked, edits, pixelsMax);
      return prepared(picture, picture.file, picture.file.type);
    },
    async preparePhoto(file, looked, cut) {
      for (const pixelsMax of PHOTO_PIXELS) {
        const making = { edits: { ...UNEDITED, cut }, pixelsMax, transparent: false, thumbnailBytesMax: 0 };
        const { file: photo } = await works.make(await sourceOf(file, looked), making);
        if (photo.size <= PHOTO_BYTES_MAX) return photo;
      }
      throw new Error("no photo small enough");
    },
    async prepareThumbnail(file, looked) {
      for (const pixelsMax of THUMBNAIL_PIXELS) {
        const making = { edits: UNEDITED, pixelsMax, transparent: false, thumbnailBytesMax: 0 };
        const small = await works.make(await sourceOf(file, looked), making);
        if (small.file.size > THUMBNAIL_BYTES_MAX) continue;
        return { thumbnail: await bytesOf(small.file), width: small.width, height: small.height };
      }
      return undefined;
    },
    async prepareAnimation(file, looked) {
      const first = await make(file, looked, UNEDITED, PREVIEW_PIXELS);
      const bytes = await bytesOf(file);
      const clean = looked.type === "image/gif" ? cleanGif(bytes) : cleanWebp(bytes);
      const { width, height } = looked;
      return { ...prepared(first, new Blob([clean], { type: looked.type }), looked.type), width, height };
    },
    makeVideo,
    stripOf,
    async prepareVideo({ file, width, height, durationMs }) {
      const first = await made(await firstPicture(file));
      return { ...prepared(first, file, file.type, durationMs), width, height };
    },
    prepareAudio: async (file, looked) => asItIs(file, looked),
    async prepareDocument(file, looked) {
      const page = looked.type === PDF ? await firstPage(file) : undefined;
      return { ...asItIs(file, looked), thumbnail: page?.thumbnail ?? NOTHING };
    },
  };
}
