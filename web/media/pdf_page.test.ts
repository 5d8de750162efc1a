// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { DRAWING_MS, firstPage, LOADING_MS, PDF_BYTES_MAX } from "./pdf_page";
import type { FirstPage } from "./pdf_worker";

class FakeWorker {
  static all: FakeWorker[] = [];
  onmessage: ((event: { data: object }) => void) | undefined;
  onerror: ((event: { message: string }) => void) | undefined;
  readonly postMessage = vi.fn();
  readonly terminate = vi.fn();
  constructor() {
    FakeWorker.all.push(this);
  }
  say(data: object): void {
    this.onmessage?.({ data });
  }
}
const page: FirstPage = { picture: new Blob(["large"]), thumbnail: Uint8Array.of(0xff, 0xd8, 0xff) };
const pdf = () => new Blob(["%PDF-1.7"]);

/** The Worker of the last file, once it is there. */
async function started(count = 1): Promise<FakeWorker> {
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeWorker.all).toHaveLength(count);
  return FakeWorker.all.at(-1) as FakeWorker;
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  FakeWorker.all = [];
  vi.stubGlobal("Worker", FakeWorker);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("a page is drawn by a Worker of its own, which is ended, and once for each file", async () => {
  const file = pdf();
  const drawn = firstPage(file);
  const worker = await started();
  expect(worker.postMessage).not.toHaveBeenCalled();
  worker.say({ sourceName: "worker", action: "ready" }); // as pdf.js does
  worker.say({ loaded: true });
  expect(worker.postMessage).toHaveBeenCalledExactlyOnceWith({ file, thumbnailBytesMax: 24_576 });
  worker.say({ page });
  expect(await drawn).toBe(page);
  expect(worker.terminate).toHaveBeenCalledOnce();
  expect(await firstPage(file)).toBe(page);
  expect(FakeWorker.all).toHaveLength(1);
});

it("what takes longer than three seconds is ended, and has no preview", async () => {
  const drawn = firstPage(pdf());
  const worker = await started();
  worker.say({ loaded: true });
  await vi.advanceTimersByTimeAsync(DRAWING_MS - 1);
  expect(worker.terminate).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(worker.terminate).toHaveBeenCalledOnce();
  expect(await drawn).toBeUndefined();
  expect(DRAWING_MS).toBe(3000);
});

it("a script that does not come is not waited for without end", async () => {
  const drawn = firstPage(pdf());
  const worker = await started();
  await vi.advanceTimersByTimeAsync(LOADING_MS);
  expect(await drawn).toBeUndefined();
  expect(worker.terminate).toHaveBeenCalledOnce();
});

it.each([
  ["says that it can't", (worker: FakeWorker) => worker.say({ error: "PasswordException: No password given" })],
  ["breaks down", (worker: FakeWorker) => worker.onerror?.({ message: "out of memory" })],
])("a Worker that %s leaves a file without a preview, and the next one is drawn", async (_, fail) => {
  const [first, second] = [firstPage(pdf()), firstPage(pdf())];
  const worker = await started(1);
  worker.say({ loaded: true });
  fail(worker);
  expect(await first).toBeUndefined();
  expect(worker.terminate).toHaveBeenCalledOnce();
  const next = await started(2);
  next.say({ loaded: true });
  next.say({ page });
  expect(await second).toBe(page);
});

it("a file of more than 32 MB is not looked into", async () => {
  const large = { size: PDF_BYTES_MAX + 1 } as Blob;
  expect(await firstPage(large)).toBeUndefined();
  await vi.advanceTimersByTimeAsync(0);
  expect(FakeWorker.all).toHaveLength(0);
  expect(PDF_BYTES_MAX).toBe(32 * 1024 * 1024);
});
