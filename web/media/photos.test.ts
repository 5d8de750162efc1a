// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { PagePhotos } from "./photos";

let revoked: string[] = [];
let made = 0;
let reads: string[] = [];
const kept = new Map<string, Uint8Array<ArrayBuffer>>();
const read = async (photo: string) => {
  reads.push(photo);
  const bytes = kept.get(photo);
  if (bytes === undefined) throw new Error("kNoSuchFile");
  return bytes;
};
beforeEach(() => {
  revoked = [];
  reads = [];
  made = 0;
  kept.clear();
  URL.createObjectURL = vi.fn(() => `blob:${++made}`);
  URL.revokeObjectURL = vi.fn((url: string) => void revoked.push(url));
});
afterEach(() => vi.restoreAllMocks());

function jpeg(width: number, height: number): Uint8Array<ArrayBuffer> {
  const frame = [0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255, 3];
  return new Uint8Array([0xff, 0xd8, ...frame, ...new Array<number>(40).fill(0)]);
}

it("shows a photo once for all who show it, and what is none not at all [PHOTO-2]", async () => {
  const photos = new PagePhotos(read);
  kept.set("photo", jpeg(640, 640));
  kept.set("large", jpeg(2000, 2000));
  kept.set("svg", new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>") as Uint8Array<ArrayBuffer>);
  expect(photos.ready("photo")).toBe("");
  expect(await Promise.all([photos.hold("photo"), photos.hold("photo")])).toEqual(["blob:1", "blob:1"]);
  expect(photos.ready("photo")).toBe("blob:1");
  for (const none of ["large", "svg", "missing"]) expect(await photos.hold(none)).toBe("");
  expect(reads).toEqual(["photo", "large", "svg", "missing"]);
  kept.set("missing", jpeg(640, 640));
  expect(await photos.hold("missing"), "it may come later").toBe("blob:2");
});

it("keeps those that somebody shows, and of the others the last ones", async () => {
  const photos = new PagePhotos(read);
  kept.set("shown", jpeg(1, 1));
  await photos.hold("shown");
  for (let at = 0; at < 210; ++at) {
    kept.set(`p${at}`, jpeg(1, 1));
    await photos.hold(`p${at}`);
    photos.release(`p${at}`);
  }
  await Promise.resolve();
  expect(revoked).toHaveLength(10);
  expect(revoked).not.toContain("blob:1");
});
