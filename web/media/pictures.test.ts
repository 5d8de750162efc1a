// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { MediaFailure } from "../core-client/media";
import { FakeFiles } from "../view-models/testing/fake_files";
import { PagePictures } from "./pictures";

let made: Blob[] = [];
let revoked: string[] = [];
beforeEach(() => {
  made = [];
  revoked = [];
  URL.createObjectURL = vi.fn((blob: Blob) => `blob:${made.push(blob)}`);
  URL.revokeObjectURL = vi.fn((url: string) => void revoked.push(url));
});
afterEach(() => vi.restoreAllMocks());

const text = (words: string) => new TextEncoder().encode(words) as Uint8Array<ArrayBuffer>;
function png(width: number, height: number): Uint8Array<ArrayBuffer> {
  const file = new Uint8Array(40);
  file.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
  new DataView(file.buffer).setUint32(16, width);
  new DataView(file.buffer).setUint32(20, height);
  return file;
}

it("shows a picture as what it is, and what is none not at all", async () => {
  const files = new FakeFiles();
  const pictures = new PagePictures(files);
  files.keep("photo", png(10, 10));
  files.keep("svg", text("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"));
  files.keep("html", text("<html><script>alert(1)</script>"));
  files.keep("bomb", png(50_000, 50_000));
  expect(await pictures.hold("photo")).toEqual({ url: "blob:1" });
  expect(made[0]?.type).toBe("image/png");
  expect(await pictures.hold("svg")).toEqual({ trouble: "notPicture" });
  expect(await pictures.hold("html")).toEqual({ trouble: "notPicture" });
  expect(await pictures.hold("bomb")).toEqual({ trouble: "large" });
  expect(await pictures.hold("missing")).toEqual({ trouble: "failed" });
  files.readMedia = () => Promise.reject(new MediaFailure("broken", ""));
  expect(await pictures.hold("other")).toEqual({ trouble: "broken" });
  expect(made).toHaveLength(1);
});

it("keeps some that nobody shows any more, and no more than that", async () => {
  const files = new FakeFiles();
  const pictures = new PagePictures(files);
  files.keep("shown", png(1, 1));
  await pictures.hold("shown");
  for (let at = 0; at < 60; ++at) {
    files.keep(`p${at}`, png(1, 1));
    await pictures.hold(`p${at}`);
    pictures.release(`p${at}`);
  }
  await Promise.resolve();
  expect(revoked).toHaveLength(20);
  expect(revoked).not.toContain("blob:1");
  await pictures.hold("p59");
  expect(made).toHaveLength(61);
  await pictures.hold("p0");
  expect(made).toHaveLength(62);
});

it("shows the small picture in a message only when it is one, and small", () => {
  const pictures = new PagePictures(new FakeFiles());
  const none = new Uint8Array();
  const thumbhash = Uint8Array.from([
    220, 247, 9, 5, 134, 103, 134, 120, 119, 119, 135, 143, 103, 103, 124, 247, 104, 151, 135, 135, 128,
  ]);
  expect(pictures.small({ thumbnail: png(200, 100), thumbhash: none })).toMatch(/^data:image\/png;base64,/);
  expect(pictures.small({ thumbnail: png(40_000, 40_000), thumbhash: none })).toBe("");
  expect(pictures.small({ thumbnail: text("<svg/>"), thumbhash: none })).toBe("");
  expect(pictures.small({ thumbnail: none, thumbhash })).toMatch(/^data:image\/png;base64,/);
  expect(pictures.small({ thumbnail: none, thumbhash: new Uint8Array(5) })).toBeDefined();
  expect(pictures.small({ thumbnail: none, thumbhash: none })).toBe("");
});
