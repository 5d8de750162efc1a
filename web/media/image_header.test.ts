// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it } from "vitest";

import { cleanGif, cleanWebp } from "./clean";
import { containerOf } from "./file_type";
import { gifBlocks, imageHeader } from "./image_header";

const bytes = (...parts: (string | number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((sign) => sign.charCodeAt(0)) : part)),
  );
const big32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];
const little32 = (value: number) => big32(value).reverse();

const png = (width: number, height: number, ...chunks: (string | number[])[]) =>
  bytes("\x89PNG\r\n\x1a\n", big32(13), "IHDR", big32(width), big32(height), [8, 6, 0, 0, 0], big32(0), ...chunks);
const exif = (length: number) => [0xff, 0xe1, length >> 8, length & 255, ...new Array<number>(length - 2).fill(0)];
const jpeg = (width: number, height: number) =>
  bytes([0xff, 0xd8], exif(4000), [0xff, 0xc2, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3, 0, 0]);

const gifPicture = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x4c, 1, 0];
const gif = (...blocks: number[][]) =>
  bytes("GIF89a", [10, 0, 20, 0, 0x80, 0, 0], [0, 0, 0, 255, 255, 255], ...blocks, [0x3b]);
const comment = [0x21, 0xfe, 5, ...[..."Paris"].map((sign) => sign.charCodeAt(0)), 0];
const loop = [...bytes([0x21, 0xff, 11], "NETSCAPE2.0", [3, 1, 0, 0, 0])];

const chunk = (name: string, content: number[]) =>
  bytes(name, little32(content.length), content, content.length % 2 === 1 ? [0] : []);
const webp = (flags: number, ...chunks: Uint8Array[]) => {
  const head = chunk("VP8X", [flags, 0, 0, 0, 0x7f, 0x0c, 0, 0x57, 2, 0]);
  const content = [head, ...chunks].flatMap((each) => [...each]);
  return bytes("RIFF", little32(content.length + 4), "WEBP", content);
};

it("tells the size of a picture of each format before it is unpacked", () => {
  expect(imageHeader(png(50_000, 40_000))).toEqual({
    type: "image/png",
    width: 50_000,
    height: 40_000,
    animated: false,
  });
  expect(imageHeader(jpeg(4032, 3024))).toEqual({ type: "image/jpeg", width: 4032, height: 3024, animated: false });
  expect(imageHeader(gif(gifPicture))).toEqual({ type: "image/gif", width: 10, height: 20, animated: false });
  const beyond = [0x2c, 2, 0, 0, 1, 0x60, 0xea, 1, 0, 0, 2, 2, 0x4c, 1, 0];
  expect(imageHeader(gif(gifPicture, beyond)), "pictures beyond its screen").toMatchObject({
    width: 60_002,
    height: 257,
  });
  expect(imageHeader(webp(0x10))).toEqual({ type: "image/webp", width: 3200, height: 600, animated: false });
  const ispe = (width: number, height: number) => bytes(big32(20), "ispe", big32(0), big32(width), big32(height));
  const heic = bytes(big32(24), "ftypheic", big32(0), "mif1heic", [...ispe(512, 512)], [...ispe(4032, 3024)]);
  expect(imageHeader(heic)).toMatchObject({ type: "image/heic", width: 4032, height: 3024 });
  expect(
    imageHeader(bytes("BM", new Array<number>(12).fill(0), little32(40), little32(7), little32(-9))),
  ).toMatchObject({
    width: 7,
    height: 9,
  });
});

it("says whether a picture moves", () => {
  expect(imageHeader(gif(loop, gifPicture, gifPicture))?.animated).toBe(true);
  expect(imageHeader(gif(loop, comment, gifPicture))?.animated).toBe(false);
  expect(imageHeader(webp(0x02))?.animated).toBe(true);
  expect(imageHeader(png(1, 1, big32(8), "acTL", new Array<number>(12).fill(0)))?.animated).toBe(true);
});

it("takes nothing for a picture that is none, whatever it is called", () => {
  for (const text of ["<svg onload='alert(1)'>", "<html>", "", "GIF", "\x89PNG", "RIFF____WEBP", "%PDF-1.7"])
    expect([text, imageHeader(bytes(text))]).toEqual([text, undefined]);
  expect(imageHeader(png(0, 5))).toBeUndefined();
});

it("ends for every beginning, however long the parts say they are", () => {
  const whole = [jpeg(9, 9), gif(loop, gifPicture, gifPicture), webp(2, chunk("EXIF", [1, 2, 3])), png(3, 3)];
  for (const file of whole)
    for (let length = 0; length < file.length; length += 7) {
      const cut = file.slice(0, length);
      imageHeader(cut);
      const spoilt = file.map((value, at) => (at >= length && at < length + 4 ? 255 : value));
      imageHeader(spoilt);
      gifBlocks(spoilt);
    }
});

it("leaves out what is written in moving pictures beside the pictures", () => {
  expect([...cleanGif(gif(loop, comment, gifPicture, gifPicture))]).toEqual([...gif(loop, gifPicture, gifPicture)]);
  const picture = chunk("ANMF", [1, 2, 3, 4]);
  const clean = cleanWebp(webp(0x02 | 0x0c, picture, chunk("EXIF", [9, 9, 9]), chunk("XMP ", [8])));
  expect([...clean]).toEqual([...webp(0x02, picture)]);
});

it("knows recordings by their first bytes", () => {
  expect(containerOf(bytes(big32(24), "ftypM4A "))).toEqual({ type: "audio/mp4", holds: "audio" });
  expect(containerOf(bytes(big32(24), "ftypisom"))).toEqual({ type: "video/mp4", holds: "either" });
  expect(containerOf(bytes(big32(24), "ftypqt  "))?.type).toBe("video/quicktime");
  expect(containerOf(bytes(big32(24), "ftyp3gp5"))?.type).toBe("video/3gpp");
  expect(containerOf(bytes("\x1a\x45\xdf\xa3....webm"))?.type).toBe("video/webm");
  expect(containerOf(bytes("\x1a\x45\xdf\xa3....matroska"))?.type).toBe("video/x-matroska");
  expect(containerOf(bytes("RIFF....AVI LIST"))?.type).toBe("video/x-msvideo");
  expect(containerOf(bytes([0xff, 0xfb, 0x90, 0x64]))?.type).toBe("audio/mpeg");
  expect(containerOf(bytes([0xff, 0xf1, 0x50, 0x80]))?.type).toBe("audio/aac");
  for (const other of ["<html>", "PK\x03\x04", "%PDF-1.7", ""]) expect(containerOf(bytes(other))).toBeUndefined();
});
