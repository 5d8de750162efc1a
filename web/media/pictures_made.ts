// SPDX-License-Identifier: AGPL-3.0-or-later

// Pictures made of pictures, on a canvas without a page: smaller, drawn on, turned, cut, and with a small one beside.
import { rgbaToThumbHash } from "thumbhash";

import { pathOf, strokesOf } from "../view-models/drawing";
import type { PictureEdits } from "../view-models/media_port";

const JPEG_QUALITY = 0.8;
/** A picture that is seen through stays a PNG up to this; a larger one gets a white ground. */
const PNG_BYTES_MAX = 2 * 1024 * 1024;
const THUMBNAIL_SIZES = [
  [200, 0.7],
  [200, 0.4],
  [100, 0.4],
] as const;
const HASH_PIXELS = 100;

export interface Made {
  file: Blob;
  width: number;
  height: number;
  thumbnail: Uint8Array;
  thumbhash: Uint8Array;
}
export interface Making {
  edits: PictureEdits;
  /** Of the longer side. */
  pixelsMax: number;
  /** It may be seen through: then it stays so. */
  transparent: boolean;
  /** The small one has at most so many bytes. */
  thumbnailBytesMax: number;
}

type Canvas = { canvas: OffscreenCanvas; context: OffscreenCanvasRenderingContext2D };

function canvasOf(width: number, height: number): Canvas {
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(width)), Math.max(1, Math.round(height)));
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  return { canvas, context };
}

/** Within `most`, and never larger than it is. */
export function fitted(width: number, height: number, most: number): { width: number; height: number } {
  const scale = Math.min(1, most / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

function drawn(source: ImageBitmap, { turn, cut, marks }: PictureEdits, pixelsMax: number): Canvas {
  const across = turn % 180 !== 0;
  const [width, height] = across ? [source.height, source.width] : [source.width, source.height];
  const part = cut ?? { x: 0, y: 0, width: 1, height: 1 };
  const size = fitted(Math.max(1, part.width * width), Math.max(1, part.height * height), pixelsMax);
  const made = canvasOf(size.width, size.height);
  const { context } = made;
  context.scale(size.width / (part.width * width), size.height / (part.height * height));
  context.translate(width / 2 - part.x * width, height / 2 - part.y * height);
  context.rotate((turn * Math.PI) / 180);
  context.translate(-source.width / 2, -source.height / 2);
  context.drawImage(source, 0, 0);
  for (const stroke of strokesOf(marks)) {
    context.fillStyle = stroke.colour;
    context.fill(new Path2D(pathOf(stroke, source.width, source.height)));
  }
  return made;
}

function smaller(of: OffscreenCanvas, most: number): Canvas {
  const { width, height } = fitted(of.width, of.height, most);
  const made = canvasOf(width, height);
  made.context.drawImage(of, 0, 0, width, height);
  return made;
}

function onWhite({ canvas, context }: Canvas): OffscreenCanvas {
  context.globalCompositeOperation = "destination-over";
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

const bytesOf = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

/** The first of these sizes and qualities that has at most so many bytes; nothing when none has. */
export async function smallJpeg(
  of: OffscreenCanvas,
  sizes: readonly (readonly [pixels: number, quality: number])[],
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  for (const [pixels, quality] of sizes) {
    const blob = await onWhite(smaller(of, pixels)).convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= bytesMax) return bytesOf(blob);
  }
  return new Uint8Array();
}

export async function madeOf(source: ImageBitmap, making: Making): Promise<Made> {
  const picture = drawn(source, making.edits, making.pixelsMax);
  const { width, height } = picture.canvas;
  const hashed = smaller(picture.canvas, HASH_PIXELS);
  const { data } = hashed.context.getImageData(0, 0, hashed.canvas.width, hashed.canvas.height);
  const thumbhash = rgbaToThumbHash(hashed.canvas.width, hashed.canvas.height, data);
  const thumbnail = await smallJpeg(picture.canvas, THUMBNAIL_SIZES, making.thumbnailBytesMax);
  const seenThrough = making.transparent && data.some((value, place) => place % 4 === 3 && value < 250);
  if (seenThrough) {
    const file = await picture.canvas.convertToBlob({ type: "image/png" });
    if (file.size <= PNG_BYTES_MAX) return { file, width, height, thumbnail, thumbhash };
  }
  const file = await onWhite(picture).convertToBlob({ type: "image/jpeg", quality: JPEG_QUALITY });
  if (file.type !== "image/jpeg") throw new Error(`no JPEG but ${file.type}`);
  return { file, width, height, thumbnail, thumbhash };
}
