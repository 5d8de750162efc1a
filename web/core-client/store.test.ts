// SPDX-License-Identifier: AGPL-3.0-or-later

// The database over the module's file layer, ended between any two calls of its host.
import { describe, expect, test } from "vitest";

import { FailingFiles, ProgramEnded } from "./testing/failing_files";
import { compileStore } from "./testing/wasm_files";
import { coreImports, surroundings } from "./wasm_module";

interface StoreExports {
  memory: WebAssembly.Memory;
  _initialize(): void;
  store_open(): number;
  store_add(count: number, bytes: number, commit: number): number;
  store_rewrite(bytes: number): number;
  store_count(): number;
  store_payload_bytes(): number;
  store_checkpoint(): number;
  store_is_sound(): number;
  store_close(): void;
}

const FULL = 1; // 1 + core::StoreError::kFull
const compiled = compileStore();

function load(files: FailingFiles): StoreExports {
  let memory: WebAssembly.Memory | undefined;
  const instance = new WebAssembly.Instance(
    compiled,
    coreImports(() => memory as WebAssembly.Memory, files, surroundings),
  );
  const store = instance.exports as unknown as StoreExports;
  memory = store.memory;
  store._initialize();
  return store;
}

interface Progress {
  rows: number; // committed, as the module answered
  attempted: number; // with those of the transaction under way
  payloadBytes: number;
  attemptedPayloadBytes: number;
}

const ROW_BYTES = 3000;
const ROWS = [1, 7, 2, 40, 3, 1, 60, 5];

/** Transactions of many sizes, one that spills and replaces pages in the log, a checkpoint, and the log begun anew. */
function work(files: FailingFiles, progress: Progress): void {
  const store = load(files);
  expect(store.store_open()).toBe(0);
  for (const rows of ROWS) {
    progress.attempted = progress.rows + rows;
    expect(store.store_add(rows, ROW_BYTES, 1)).toBe(0);
    progress.rows = progress.attempted;
    progress.payloadBytes = progress.attemptedPayloadBytes = ROW_BYTES;
  }
  store.store_add(50, ROW_BYTES, 0); // rolled back
  progress.attemptedPayloadBytes = 3501;
  expect(store.store_rewrite(3500)).toBe(0);
  progress.payloadBytes = 3501;
  expect(store.store_checkpoint()).toBe(0);
  for (const rows of ROWS) {
    progress.attempted = progress.rows + rows;
    expect(store.store_add(rows, 20, 1)).toBe(0);
    progress.rows = progress.attempted;
  }
  store.store_close();
}

function workUntil(endAt: number): { files: FailingFiles; progress: Progress } {
  const files = new FailingFiles();
  files.endAt = endAt;
  const progress = { rows: 0, attempted: 0, payloadBytes: 0, attemptedPayloadBytes: 0 };
  try {
    work(files, progress);
  } catch (error) {
    if (!(error instanceof ProgramEnded)) throw error;
  }
  return { files, progress };
}

function expectKept(contents: Uint8Array[], progress: Progress, when: string): void {
  const store = load(new FailingFiles(contents));
  expect(store.store_open(), when).toBe(0);
  expect(store.store_is_sound(), when).toBe(1);
  expect([progress.rows, progress.attempted], when).toContain(store.store_count());
  expect([progress.payloadBytes, progress.attemptedPayloadBytes, ROW_BYTES], when).toContain(
    store.store_payload_bytes(),
  );
  if (progress.payloadBytes === 3501) expect(store.store_payload_bytes(), when).toBe(3501);
  expect(store.store_add(1, 10, 1), when).toBe(0);
}

/** A generator of fair bits from a seed (xorshift). */
function coin(seed: number): () => boolean {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state & 1) === 1;
  };
}

describe("The database of the browser module", { timeout: 180_000 }, () => {
  const whole = workUntil(Infinity);

  test("does all its work over the host's files", () => {
    expect(whole.progress.rows).toBe(2 * ROWS.reduce((sum, rows) => sum + rows));
    expectKept(whole.files.afterEnd(), whole.progress, "at the end");
  });

  test("writes a transaction of forty rows in a few calls", () => {
    const files = new FailingFiles();
    const store = load(files);
    store.store_open();
    const before = files.changes;
    store.store_add(40, ROW_BYTES, 1);
    expect(files.changes - before).toBeLessThan(8);
  });

  test("has every committed transaction, whole, when it ends between any two calls [INBOX-2]", () => {
    for (let endAt = 0; endAt < whole.files.changes; ++endAt) {
      const { files, progress } = workUntil(endAt);
      expectKept(files.afterEnd(), progress, `ended at change ${endAt}`);
    }
  });

  test("has every committed transaction after a power failure that leaves parts of the rest [INBOX-2]", () => {
    for (let endAt = 0; endAt < whole.files.changes; ++endAt) {
      const { files, progress } = workUntil(endAt);
      expectKept(
        files.afterPowerFailure(() => false),
        progress,
        `power gone at change ${endAt}, nothing survives`,
      );
      expectKept(files.afterPowerFailure(coin(endAt)), progress, `power gone at change ${endAt}, seed ${endAt}`);
    }
  });

  test("refuses a transaction that finds no space, keeps those before, and goes on when there is space again", () => {
    const files = new FailingFiles();
    const store = load(files);
    store.store_open();
    store.store_add(5, ROW_BYTES, 1);
    files.freeBytes = 20_000;
    expect(store.store_add(100, ROW_BYTES, 1)).toBe(FULL);
    expect(store.store_count()).toBe(5);
    files.freeBytes = Infinity;
    expect(store.store_add(100, ROW_BYTES, 1)).toBe(0);
    expect(store.store_count()).toBe(105);
    expect(store.store_is_sound()).toBe(1);
  });
});
