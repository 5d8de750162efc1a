// SPDX-License-Identifier: AGPL-3.0-or-later

// Sealed files on a device: made, read, sent in parts, and fetched from a server that breaks off.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { DiskFolder } from "./disk_folder";
import { partOf } from "./file_folder";
import { sendByFetch } from "./file_sending";
import { FetchFileSchema, FileFetched_Outcome as Outcome, HttpCallSchema } from "./generated/client_api/host_pb";
import { MEDIA_CHUNK_BYTES } from "./generated/limits";
import { randomHex } from "./hex";
import type { HttpAnswer } from "./http";
import { LocalFiles } from "./local_files";
import { MediaModule, type FileIdentity } from "./media_module";
import { MemoryFolder } from "./memory_folder";
import { FileServer } from "./testing/file_server";
import { numbered } from "./testing/media_bytes";
import { compileMedia } from "./testing/wasm_files";

const compiled = compileMedia();
let folder: MemoryFolder;
let files: LocalFiles;
let module: MediaModule;
let server: FileServer;

beforeEach(async () => {
  folder = new MemoryFolder();
  module = await MediaModule.instantiate(compiled);
  files = new LocalFiles(folder, async () => module, sendByFetch);
  server = await FileServer.start();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await server.stop();
});

const opened = (sealed: FileIdentity) => ({ file: module.fileName(sealed), key: sealed.key, size: sealed.size });
const names = () => [...folder.files.keys()].sort();
async function bytesIn(name: string): Promise<Uint8Array> {
  const content = await folder.content(name);
  return new Uint8Array((await content?.slice(0, content.size).arrayBuffer()) ?? new ArrayBuffer());
}

describe("Sealing and reading", () => {
  test.each([1, 2, 100, 65_535, 65_536, 65_537, 200_000, 16 * MEDIA_CHUNK_BYTES, 3_000_001, 9_437_185])(
    "a file of %i bytes comes back as it was, and has the size that the module says",
    async (size) => {
      const file = numbered(size);
      const sealed = await files.seal(new Blob([file]));
      expect(names()).toEqual([module.fileName(sealed)]);
      const bytes = await bytesIn(module.fileName(sealed));
      expect(bytes.length).toBe(module.sealedSize(size));
      const digest = module.beginDigest();
      digest.add(bytes);
      expect(sealed.digest).toEqual(digest.finish());
      expect(Buffer.compare(await files.readWhole(opened(sealed)), file)).toBe(0);
    },
  );

  test("reads any part alone, and nothing behind the end", async () => {
    const file = numbered(3_000_001);
    const sealed = opened(await files.seal(new Blob([file])));
    for (const [start, end] of [
      [0, 1],
      [65_535, 65_537],
      [2_999_999, 9_000_000],
      [1_000_000, 2_000_000],
    ] as const) {
      const part = await files.reader(sealed).read(start, end);
      expect(part.length).toBeGreaterThan(0);
      expect(Buffer.compare(part, file.subarray(start, Math.min(start + part.length, end)))).toBe(0);
    }
  });

  test("two files of the same bytes have nothing in common", async () => {
    const [one, two] = [await files.seal(new Blob(["same"])), await files.seal(new Blob(["same"]))];
    expect(one.fileId).not.toBe(two.fileId);
    expect(one.key).not.toEqual(two.key);
    expect(names().length).toBe(2);
  });

  test("what was changed, cut off or removed is broken, and not a wrong byte", async () => {
    const sealed = opened(await files.seal(new Blob([numbered(300_000)])));
    const kept = folder.files.get(sealed.file);
    if (kept === undefined) throw new Error("the file is not there");
    kept.bytes[200_000] = (kept.bytes[200_000] ?? 0) ^ 1;
    expect((await files.reader(sealed).read(0, 100)).length).toBe(100);
    await expect(files.readWhole(sealed)).rejects.toMatchObject({ reason: "broken" });
    kept.size -= 1;
    await expect(files.reader(sealed).read(0, 100)).rejects.toMatchObject({ reason: "broken" });
    await folder.remove(sealed.file);
    await expect(files.reader(sealed).read(0, 100)).rejects.toMatchObject({ reason: "broken" });
  });

  test("without room, called off, or of a file that can't be read, nothing is left", async () => {
    folder.roomBytes = 1_500_000;
    await expect(files.seal(new Blob([numbered(3_000_000)]))).rejects.toMatchObject({ reason: "noRoom" });
    folder.roomBytes = Infinity;
    const aborter = new AbortController();
    const sealing = files.seal(new Blob([numbered(9_000_000)]), {
      signal: aborter.signal,
      progress: () => aborter.abort(),
    });
    await expect(sealing).rejects.toMatchObject({ reason: "aborted" });
    const unreadable = new Blob([numbered(100)]);
    vi.spyOn(unreadable, "slice").mockReturnValue(new Blob(["less"]));
    await expect(files.seal(unreadable)).rejects.toMatchObject({ reason: "failed" });
    await expect(files.seal(new Blob([]))).rejects.toMatchObject({ reason: "failed" });
    expect(names()).toEqual([]);
  });

  test("more than the memory should hold is not read whole", async () => {
    await expect(
      files.readWhole({ file: "a".repeat(32), key: module.beginDigest().finish(), size: 64 * 2 ** 20 + 1 }),
    ).rejects.toMatchObject({ reason: "failed" });
  });
});

describe("Sending", () => {
  const send = (bodyFile: string, bodyOffset: bigint, bodySize: bigint): Promise<HttpAnswer | "missing"> =>
    new Promise((answered) =>
      files.send(
        create(HttpCallSchema, { method: "PATCH", url: server.url, bodyFile, bodyOffset, bodySize, bearer: "token" }),
        { progress: () => {}, answered, missing: () => answered("missing") },
      ),
    );

  test("a part of a file is the body of the call", async () => {
    const name = module.fileName(await files.seal(new Blob([numbered(100_000)])));
    expect(await send(name, 70_000n, 30_000n)).toMatchObject({ status: 204 });
    const [call] = server.seen;
    expect(call?.authorization).toBe("Bearer token");
    expect(Buffer.compare(call?.body ?? Buffer.of(), (await bytesIn(name)).subarray(70_000, 100_000))).toBe(0);
  });

  test("what is not there, or has no such part, is missing, and asks for nothing", async () => {
    const name = module.fileName(await files.seal(new Blob(["short"])));
    for (const [file, size] of [
      [name, 10_000n],
      ["f".repeat(32), 1n],
      ["../kith.db", 1n],
    ] as const)
      expect(await send(file, 0n, size)).toBe("missing");
    vi.spyOn(folder, "content").mockRejectedValue(new Error("the disk"));
    expect(await send(name, 0n, 1n), "whether it is there is not known").toMatchObject({ status: 0 });
    expect(server.seen).toEqual([]);
  });
});

describe("Fetching", () => {
  const FILE = randomHex(16);
  let digest: Uint8Array;
  let progress: number[];

  beforeEach(() => {
    progress = [];
    serve(numbered(3_000_000));
  });
  function serve(bytes: Uint8Array): void {
    server.file = bytes;
    const running = module.beginDigest();
    running.add(bytes);
    digest = running.finish();
  }
  const wanted = (size = server.file.length) =>
    create(FetchFileSchema, { url: server.url, file: FILE, size: BigInt(size), digest, bearer: "token" });
  const fetchIt = (size?: number): Promise<[Outcome, number]> =>
    new Promise((resolve) =>
      files.fetch(wanted(size), {
        progress: (done) => void progress.push(done),
        ended: (outcome, status) => resolve([outcome, status]),
      }),
    );
  const isWhole = async () => Buffer.compare(await bytesIn(FILE), server.file) === 0;

  test("brings a file, and one that is there already without asking for it", async () => {
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(await isWhole()).toBe(true);
    expect(names()).toEqual([FILE]);
    expect(progress.every((done, at) => done > (progress[at - 1] ?? 0))).toBe(true);
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(server.seen).toMatchObject([{ method: "GET", range: undefined, authorization: "Bearer token" }]);
  });

  test("goes on from where it broke off", async () => {
    server.breakAfter = 1_000_000;
    expect(await fetchIt()).toEqual([Outcome.kBrokeOff, 0]);
    expect(names()).toEqual([partOf(FILE)]);
    server.breakAfter = Infinity;
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, "bytes=1000000-"]);
    expect(await isWhole()).toBe(true);
    expect(names()).toEqual([FILE]);
  });

  test("begins anew where the server knows no ranges", async () => {
    server.breakAfter = 1_000_000;
    await fetchIt();
    server.breakAfter = Infinity;
    server.ranges = false;
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(await isWhole()).toBe(true);
  });

  test("what was there whole but for its name needs no server", async () => {
    const file = await folder.open(partOf(FILE));
    file.write(server.file, { at: 0 });
    file.close();
    await server.stop();
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(await isWhole()).toBe(true);
    server = await FileServer.start();
  });

  test("another file is removed: by its bytes, its length, or one that goes on too long", async () => {
    const { file } = server;
    server.file = file.toReversed();
    expect(await fetchIt()).toEqual([Outcome.kOtherFile, 0]);
    expect(names()).toEqual([]);
    expect(await fetchIt(file.length - 1)).toEqual([Outcome.kOtherFile, 0]);
    expect(await fetchIt(file.length + 1)).toEqual([Outcome.kOtherFile, 0]);
    expect(names()).toEqual([]);
  });

  test("when what an earlier run left was not the file, nothing is said of the server's: it comes anew", async () => {
    const part = await folder.open(partOf(FILE));
    part.write(numbered(1_000_000).fill(7), { at: 0 });
    part.close();
    expect(await fetchIt()).toEqual([Outcome.kBrokeOff, 0]);
    expect(names()).toEqual([]);
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
  });

  test("what is longer than the file is brought anew", async () => {
    const part = await folder.open(partOf(FILE));
    part.write(numbered(4_000_000), { at: 0 });
    part.close();
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined]);
  });

  test("says what the server refuses with, that there is no server, and no room", async () => {
    server.status = 404;
    expect(await fetchIt()).toEqual([Outcome.kRefused, 404]);
    server.status = undefined;
    folder.roomBytes = 1_000_000;
    expect(await fetchIt()).toEqual([Outcome.kNoRoom, 0]);
    const kept = (await bytesIn(partOf(FILE))).length;
    expect(kept).toBeGreaterThan(0);
    folder.roomBytes = Infinity;
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(server.seen.at(-1)?.range).toBe(`bytes=${kept}-`);
    await folder.remove(FILE);
    await server.stop();
    expect(await fetchIt()).toEqual([Outcome.kBrokeOff, 0]);
    server = await FileServer.start();
  });

  test("called off, it says nothing more, keeps what came, and the next one waits for its end", async () => {
    server.stallAfter = 500_000;
    const ended: Outcome[] = [];
    const cancel = files.fetch(wanted(), { progress: () => {}, ended: (outcome) => void ended.push(outcome) });
    await vi.waitFor(() => expect(folder.files.get(partOf(FILE))?.size ?? 0).toBeGreaterThanOrEqual(500_000));
    server.stallAfter = Infinity;
    cancel();
    expect(await fetchIt()).toEqual([Outcome.kWhole, 0]);
    expect(server.seen.map(({ range }) => range)).toEqual([undefined, "bytes=500000-"]);
    expect(ended).toEqual([]);
  });

  test("a name that is none touches nothing", async () => {
    const strange = create(FetchFileSchema, { ...wanted(), file: "../kith.db" });
    const outcome = await new Promise((ended) => files.fetch(strange, { progress: () => {}, ended }));
    expect([outcome, names()]).toEqual([Outcome.kFailed, []]);
  });
});

describe("What is there", () => {
  async function put(name: string, ageMs: number): Promise<void> {
    (await folder.open(name)).close();
    const kept = folder.files.get(name);
    if (kept !== undefined) kept.modifiedMs = Date.now() - ageMs;
  }
  const HOUR = 3_600_000;

  test("of an hour ago or longer is asked about once, 500 at a time; what nobody finished is removed", async () => {
    const old = Array.from({ length: 501 }, () => randomHex(16));
    for (const name of old) await put(name, HOUR + 1);
    await put(partOf(old[0] ?? ""), HOUR + 1);
    await put(partOf("c".repeat(32)), HOUR + 1);
    await put("a".repeat(32), HOUR - 10_000);
    await put(`${"b".repeat(32)}.new`, HOUR + 1);
    await put(`${"b".repeat(31)}0.new`, HOUR - 10_000);
    const found: string[][] = [];
    files.find((some) => void found.push(some));
    await vi.waitFor(() => expect(found.length).toBe(2));
    expect(found.map(({ length }) => length)).toEqual([500, 2]);
    expect(found.flat().sort()).toEqual([...old, "c".repeat(32)].sort());
    expect(names()).not.toContain(`${"b".repeat(32)}.new`);
    expect(names()).toContain(`${"b".repeat(31)}0.new`);
  });

  test("is removed with what was fetched of it", async () => {
    await put("a".repeat(32), 0);
    await put(partOf("a".repeat(32)), 0);
    files.remove("a".repeat(32));
    files.remove("b".repeat(32));
    await vi.waitFor(() => expect(names()).toEqual([]));
  });
});

test("On the disk of a program it is the same", async () => {
  const home = mkdtempSync(path.join(tmpdir(), "kith-files-"));
  try {
    const disk = new DiskFolder(path.join(home, "media"));
    const onDisk = new LocalFiles(disk, async () => module, sendByFetch);
    const file = numbered(3_000_001);
    const sealed = opened(await onDisk.seal(new Blob([file])));
    expect(Buffer.compare(await onDisk.readWhole(sealed), file)).toBe(0);
    const listed: string[] = [];
    for await (const { name } of disk.list()) listed.push(name);
    expect(listed).toEqual([sealed.file]);
    onDisk.remove(sealed.file);
    await vi.waitFor(async () => expect(await disk.content(sealed.file)).toBeUndefined());
  } finally {
    rmSync(home, { recursive: true });
  }
});
