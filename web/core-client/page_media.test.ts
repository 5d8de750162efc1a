// SPDX-License-Identifier: AGPL-3.0-or-later

// The page's part of the sealed files, with a Worker and a core that a test speaks for.
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { OpenMediaResponseSchema, OpenPhotoResponseSchema } from "./generated/client_api/client_api_pb";
import type { FromMedia, ToMedia } from "./media_messages";
import type { PageAsked } from "./media_types";
import { PageMedia, type MediaWorker } from "./page_media";

const MESSAGE = "0123456789abcdef".repeat(2);
const PHOTO = "c".repeat(32);
const KEY = new Uint8Array(32).fill(1);

class ScriptedWorker implements MediaWorker {
  readonly said: ToMedia[] = [];
  terminated = false;
  private readonly listeners = new Map<string, (event: never) => void>();

  postMessage(message: ToMedia): void {
    this.said.push(message);
  }
  addEventListener(type: string, listener: (event: never) => void): void {
    this.listeners.set(type, listener);
  }
  terminate(): void {
    this.terminated = true;
  }
  say(data: FromMedia): void {
    this.listeners.get("message")?.({ data } as never);
  }
  fail(message: string): void {
    this.listeners.get("error")?.({ message } as never);
  }
  lastId(): number {
    const last = this.said.at(-1);
    return last !== undefined && "id" in last ? last.id : 0;
  }
}

let worker: ScriptedWorker;
let container: EventTarget & { controller: object | null };
let asked: string[];
let fetched: string[];
let where: { url: string; bearer: string };
let media: PageMedia;

beforeEach(() => {
  vi.useFakeTimers();
  worker = new ScriptedWorker();
  container = Object.assign(new EventTarget(), { controller: null });
  vi.stubGlobal("navigator", { serviceWorker: container });
  asked = [];
  fetched = [];
  where = { url: "", bearer: "" };
  media = new PageMedia(worker, {
    async openMedia(id, coming) {
      asked.push(id);
      if (id !== MESSAGE || (where.url !== "" && !coming)) throw new Error("kNoSuchFile");
      const sealed = { fileId: "02".repeat(16), key: KEY, size: 5n, digest: KEY };
      return create(OpenMediaResponseSchema, { file: "a".repeat(32), sealed, ...where });
    },
    async openPhoto(photo) {
      if (photo !== PHOTO) throw new Error("kNoSuchFile");
      const sealed = { fileId: "02".repeat(16), key: KEY, size: 6n, digest: KEY };
      return create(OpenPhotoResponseSchema, { file: PHOTO, sealed });
    },
    async removeMedia(id) {
      fetched.push(`not ${id}`);
    },
    async fetchMedia(id) {
      fetched.push(id);
      throw new Error("kFileGone");
    },
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** As the service worker asks; what the port hears from the page. */
async function ask(message: string, page = secret()): Promise<unknown> {
  const heard: unknown[] = [];
  const data: PageAsked = { kind: "open-media", page, message };
  const port = { postMessage: (answer: unknown) => void heard.push(answer) };
  container.dispatchEvent(Object.assign(new Event("message"), { data, ports: [port] }));
  await vi.advanceTimersByTimeAsync(1);
  return heard[0];
}
const never = () => Promise.reject(new Error());
const secret = () => new URL(media.mediaUrl(MESSAGE, { type: "" }), "https://x").searchParams.get("page") ?? "";
const served = () => worker.said.filter(({ kind }) => kind === "serve");

test("a file is sealed by the Worker, told of as it goes, and given as the core takes it", async () => {
  const told: number[] = [];
  const sealing = media.seal(new Blob(["12345"]), { progress: (done) => void told.push(done) });
  worker.say({ kind: "progress", id: worker.lastId(), done: 3 });
  worker.say({
    kind: "sealed",
    id: worker.lastId(),
    sealed: { fileId: "02".repeat(16), key: KEY, size: 5, digest: KEY },
  });
  expect(await sealing).toMatchObject({ fileId: "02".repeat(16), key: KEY, size: 5n, digest: KEY });
  expect(told).toEqual([3]);
});

test("who calls it off is heard by the Worker while it seals, and not before or after", async () => {
  const aborter = new AbortController();
  const sealing = media.seal(new Blob(["12345"]), { signal: aborter.signal });
  const id = worker.lastId();
  aborter.abort();
  expect(worker.said.at(-1)).toEqual({ kind: "abort", id });
  worker.say({ kind: "failed", id, reason: "aborted", detail: "" });
  await expect(sealing).rejects.toMatchObject({ name: "MediaFailure", reason: "aborted" });
  const before = worker.said.length;
  await expect(media.seal(new Blob(["1"]), { signal: aborter.signal })).rejects.toMatchObject({ reason: "aborted" });
  expect(worker.said.length).toBe(before);
});

test("what a message holds is read by what the core says of it", async () => {
  const reading = media.readMedia(MESSAGE);
  await vi.advanceTimersByTimeAsync(1);
  expect(worker.said.at(-1)).toMatchObject({ kind: "read", opened: { file: "a".repeat(32), key: KEY, size: 5 } });
  worker.say({ kind: "bytes", id: worker.lastId(), bytes: new Uint8Array([7]) });
  expect(await reading).toEqual(new Uint8Array([7]));
  await expect(media.readMedia("other")).rejects.toThrow("kNoSuchFile");
});

test("the photo of a profile is read by what the core says of it [F34]", async () => {
  const reading = media.readPhoto(PHOTO);
  await vi.advanceTimersByTimeAsync(1);
  expect(worker.said.at(-1)).toMatchObject({ kind: "read", opened: { file: PHOTO, key: KEY, size: 6 } });
  worker.say({ kind: "bytes", id: worker.lastId(), bytes: new Uint8Array([8]) });
  expect(await reading).toEqual(new Uint8Array([8]));
  await expect(media.readPhoto("other")).rejects.toThrow("kNoSuchFile");
});

test("a file that is here no more, or is another, is fetched anew, once, whoever was to have it", async () => {
  const read = async (reason: "broken" | "failed") => {
    const reading = media.readMedia(MESSAGE);
    await vi.advanceTimersByTimeAsync(1);
    worker.say({ kind: "failed", id: worker.lastId(), reason, detail: "" });
    await expect(reading).rejects.toMatchObject({ reason });
  };
  await read("failed");
  expect(fetched).toEqual([]);
  await read("broken");
  await read("broken");
  expect(fetched).toEqual([`not ${MESSAGE}`, MESSAGE]);
  await ask(MESSAGE);
  expect(served().at(-1)).toMatchObject({ message: MESSAGE });
  worker.say({ kind: "broken", message: MESSAGE });
  worker.say({ kind: "broken", message: "f".repeat(32) });
  await vi.advanceTimersByTimeAsync(1);
  expect(fetched.slice(2)).toEqual([`not ${"f".repeat(32)}`, "f".repeat(32)]);
});

test("whoever has no address of this page gets nothing, and the core is not asked", async () => {
  expect(await ask(MESSAGE, "0".repeat(32))).toMatchObject({ kind: "failed" });
  expect(await ask(MESSAGE, "")).toMatchObject({ kind: "failed" });
  expect([asked, served()]).toEqual([[], []]);
  expect(secret()).toMatch(/^[0-9a-f]{32}$/);
  expect(
    new PageMedia(new ScriptedWorker(), {
      openMedia: never,
      openPhoto: never,
      removeMedia: never,
      fetchMedia: never,
    }).mediaUrl(MESSAGE, {
      type: "",
    }),
  ).not.toBe(media.mediaUrl(MESSAGE, { type: "" }));
});

test("the core opens a file that is read in parts once a minute, one that was not there again [MEDIA-7]", async () => {
  for (let part = 0; part < 3; ++part) expect(await ask(MESSAGE)).toBeUndefined();
  expect([asked.length, served().length]).toEqual([1, 3]);
  await vi.advanceTimersByTimeAsync(61_000);
  await ask(MESSAGE);
  expect(asked.length).toBe(2);
  for (let time = 0; time < 2; ++time) expect(await ask("f".repeat(32))).toMatchObject({ kind: "failed" });
  expect(asked.length).toBe(4);
});

test("what is played before it is here is read from where the core says, and not saved or shown [F17]", async () => {
  where = { url: "https://x/v1/files/1", bearer: "token" };
  for (let part = 0; part < 3; ++part) expect(await ask(MESSAGE)).toBeUndefined();
  expect(served().at(-1)).toMatchObject({ opened: { file: "a".repeat(32), from: where } });
  expect(asked.length, "once a minute").toBe(1);
  container.controller = {};
  await expect(media.saveMedia(MESSAGE, { type: "", name: "film" })).rejects.toThrow("kNoSuchFile");
  await expect(media.readMedia(MESSAGE)).rejects.toThrow("kNoSuchFile");
});

test("an address is answered while a service worker has the page", () => {
  expect(media.streamsMedia()).toBe(false);
  container.controller = {};
  expect(media.streamsMedia()).toBe(true);
});

test("with a Worker that can't be loaded, or a client that is closed, all fails and nothing waits", async () => {
  const sealing = media.seal(new Blob(["1"]));
  worker.fail("no script");
  await expect(sealing).rejects.toMatchObject({ reason: "failed" });
  await expect(media.seal(new Blob(["1"]))).rejects.toMatchObject({ reason: "failed" });
  media.close();
  expect(worker.terminated).toBe(true);
  expect(await ask(MESSAGE)).toBeUndefined();
  expect(asked).toEqual([]);
});
