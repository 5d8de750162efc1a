// SPDX-License-Identifier: AGPL-3.0-or-later

// A sealed file that is read while it is still on its way, from a server that breaks off and lies.
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { WINDOW_BYTES } from "./file_ahead";
import { partOf } from "./file_folder";
import type { OpenedFile } from "./file_reading";
import { sendByFetch } from "./file_sending";
import { FetchFileSchema, FileFetched_Outcome as Outcome } from "./generated/client_api/host_pb";
import { MEDIA_SEALED_CHUNK_BYTES } from "./generated/limits";
import { LocalFiles, type FileReading } from "./local_files";
import { MediaModule, type FileIdentity } from "./media_module";
import { MemoryFolder } from "./memory_folder";
import { FileServer } from "./testing/file_server";
import { numbered } from "./testing/media_bytes";
import { compileMedia } from "./testing/wasm_files";

const compiled = compileMedia();
const SIZE = 9_000_001;
const plain = numbered(SIZE);
let module: MediaModule;
let folder: MemoryFolder;
let files: LocalFiles;
let server: FileServer;
let sealed: FileIdentity;
let opened: OpenedFile;
let reading: FileReading;

beforeEach(async () => {
  module = await MediaModule.instantiate(compiled);
  server = await FileServer.start();
  const theirs = new MemoryFolder();
  sealed = await new LocalFiles(theirs, async () => module, sendByFetch).seal(new Blob([plain]));
  const file = module.fileName(sealed);
  const kept = theirs.files.get(file);
  server.file = kept?.bytes.slice(0, kept.size) ?? new Uint8Array();
  folder = new MemoryFolder();
  files = new LocalFiles(folder, async () => module, sendByFetch);
  opened = { file, key: sealed.key, size: SIZE, from: { url: server.url, bearer: "token" } };
  reading = files.reader(opened);
});
afterEach(async () => {
  reading.close();
  vi.restoreAllMocks();
  await server.stop();
});

const ranges = () => server.seen.map(({ range }) => range);
function fetchIt(): { ended: Promise<Outcome>; cancel: () => void } {
  const { file } = opened;
  const wanted = { url: server.url, file, size: BigInt(server.file.length), digest: sealed.digest, bearer: "token" };
  let cancel = () => {};
  const ended = new Promise<Outcome>((resolve) => {
    cancel = files.fetch(create(FetchFileSchema, wanted), { progress: () => {}, ended: resolve });
  });
  return { ended, cancel };
}
const arrived = () => folder.files.get(partOf(opened.file))?.size ?? 0;

/** From there on so many bytes, or up to the end. */
async function readsRight(from: number, count = SIZE): Promise<void> {
  const end = Math.min(SIZE, from + count);
  for (let at = from; at < end;) {
    const piece = await reading.read(at, end);
    expect(piece.length).toBeGreaterThan(0);
    expect(Buffer.compare(piece, plain.subarray(at, at + piece.length))).toBe(0);
    at += piece.length;
  }
}
function spoil(chunk: number, file = server.file): void {
  const at = chunk * MEDIA_SEALED_CHUNK_BYTES + 5;
  file[at] = (file[at] ?? 0) ^ 1;
}

describe("A file that is still on its way", () => {
  test("is read from anywhere, by windows of the server's that begin at a chunk", async () => {
    await readsRight(SIZE - 10);
    await readsRight(3_000_000, 1_500_000);
    await readsRight(0, 10);
    await readsRight(0, 100_000);
    const first = Math.floor((SIZE - 10) / 65_536) * MEDIA_SEALED_CHUNK_BYTES;
    const second = Math.floor(3_000_000 / 65_536) * MEDIA_SEALED_CHUNK_BYTES;
    expect(ranges()).toEqual([
      `bytes=${first}-${server.file.length - 1}`,
      `bytes=${second}-${second + WINDOW_BYTES - 1}`,
      `bytes=0-${WINDOW_BYTES - 1}`,
    ]);
    expect(server.seen.every(({ authorization }) => authorization === "Bearer token")).toBe(true);
    await readsRight(0);
    expect(folder.files.size, "nothing of it is kept").toBe(0);
  });

  test("is read as far as it has come, waits for what comes next, and asks for what is far ahead", async () => {
    server.stallAfter = 4_000_000;
    const fetching = fetchIt();
    await vi.waitFor(() => expect(arrived()).toBe(4_000_000), 10_000);
    server.stallAfter = Infinity;
    await readsRight(0, 3_900_000);
    expect(ranges(), "the server is asked for nothing that is here").toEqual([undefined]);
    const next = reading.read(4_000_000, 4_000_100);
    await expect(Promise.race([next, new Promise((resolve) => setTimeout(resolve, 300, "waits"))])).resolves.toBe(
      "waits",
    );
    const far = files.reader(opened);
    const bytes = await far.read(8_000_000, 8_000_100);
    expect(Buffer.compare(bytes, plain.subarray(8_000_000, 8_000_100))).toBe(0);
    expect(ranges().length).toBe(2);
    fetching.cancel();
    const again = fetchIt();
    expect(Buffer.compare(await next, plain.subarray(4_000_000, 4_000_100))).toBe(0);
    expect(await again.ended).toBe(Outcome.kWhole);
    const asked = server.seen.length;
    await readsRight(0);
    expect(reading.isHere()).toBe(true);
    expect(server.seen.length, "it is here").toBe(asked);
    far.close();
  });

  test("with a chunk ahead that is not the sender's gives all before it, and then breaks off", async () => {
    spoil(100);
    await readsRight(0, 100 * 65_536);
    await expect(reading.read(100 * 65_536, SIZE)).rejects.toMatchObject({ reason: "broken" });
    expect(reading.isHere(), "nothing on this device is wrong").toBe(false);
    expect(await fetchIt().ended).toBe(Outcome.kOtherFile);
  });

  test("of which a crash has torn what came is read from the server there", async () => {
    const part = await folder.open(partOf(opened.file));
    part.write(server.file.subarray(0, 5_000_000), { at: 0 });
    part.close();
    const kept = folder.files.get(partOf(opened.file));
    spoil(20, kept?.bytes);
    await readsRight(0, 1_000_000);
    expect(ranges()).toEqual([]);
    await readsRight(0, 4_000_000);
    expect(ranges().length).toBe(1);
    expect(ranges()[0]).toMatch(/^bytes=\d+-\d+$/);
  });

  test("waits where the server is away or breaks off, and goes on by itself", async () => {
    server.status = 503;
    const read = readsRight(0, 3_000_000);
    await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(0), 10_000);
    server.breakAfter = 1_000_000;
    server.status = undefined;
    await vi.waitFor(() => expect(server.seen.length).toBeGreaterThan(2), 10_000);
    server.breakAfter = Infinity;
    await read;
  }, 20_000);

  test("that is nobody's any more asks for nothing, and whoever waits is told", async () => {
    server.stallAfter = 100;
    const read = reading.read(5_000_000, SIZE);
    await vi.waitFor(() => expect(server.seen.length).toBe(1), 10_000);
    reading.close();
    await expect(read).rejects.toMatchObject({ reason: "aborted" });
    await expect(reading.read(0, SIZE)).rejects.toMatchObject({ reason: "aborted" });
    await vi.waitFor(async () => expect(await server.connections()).toBe(0), 5_000);
  });

  test("that the server refuses, or has in another length, is not read", async () => {
    server.status = 404;
    await expect(reading.read(0, SIZE)).rejects.toMatchObject({ reason: "failed" });
    server.status = undefined;
    server.file = server.file.slice(0, 5_000_000);
    await expect(reading.read(0, SIZE)).rejects.toMatchObject({ reason: "broken" });
    await expect(reading.read(SIZE - 1, SIZE)).rejects.toMatchObject({ reason: "broken" });
  });

  test("from a server without ranges comes by the fetch alone", async () => {
    server.ranges = false;
    const read = reading.read(8_000_000, 8_000_100);
    await vi.waitFor(() => expect(server.seen.length).toBe(1), 10_000);
    expect(await fetchIt().ended).toBe(Outcome.kWhole);
    expect(Buffer.compare(await read, plain.subarray(8_000_000, 8_000_100))).toBe(0);
    expect(server.seen.length).toBe(2);
  });
});
