// SPDX-License-Identifier: AGPL-3.0-or-later

// The module that seals files, as its host sees it.
import { beforeAll, describe, expect, test } from "vitest";

import { MEDIA_CHUNK_BYTES, MEDIA_SEALED_CHUNK_BYTES } from "./generated/limits";
import { bytesOf, hexOf } from "./hex";
import { MediaFailure } from "./media";
import { MediaModule } from "./media_module";
import { numbered } from "./testing/media_bytes";
import { compileMedia } from "./testing/wasm_files";

const compiled = compileMedia();
const KEY = Uint8Array.from({ length: 32 }, (_, at) => at);
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
let module: MediaModule;

beforeAll(async () => {
  module = await MediaModule.instantiate(compiled);
});

describe("The module of sealed files", () => {
  test("can do to its host no more than take randomness and write a line", () => {
    const imports = WebAssembly.Module.imports(compiled).map(({ module: of, name, kind }) => `${of}.${name} ${kind}`);
    expect(imports.sort()).toEqual(["kith.log function", "kith.random_fill function"]);
  });

  test("seals as crypto/media_test.cc has it from another implementation", () => {
    expect(hexOf(module.seal(KEY, 11, 0, text("hello, kith")))).toBe(
      "6578b9abece62eab671b65a22bc6837363799196fc11a72503c05169",
    );
    const file = numbered(MEDIA_CHUNK_BYTES + 3);
    const sealed = module.seal(KEY, file.length, 0, file.subarray(0, MEDIA_CHUNK_BYTES));
    expect(hexOf(sealed.subarray(MEDIA_CHUNK_BYTES))).toBe("b55d613bc92e515ddfda8af51e352491");
  });

  test("digests pieces of any size as the whole, several at a time", () => {
    const file = numbered(9 * 1024 * 1024);
    const [whole, pieces, abc] = [module.beginDigest(), module.beginDigest(), module.beginDigest()];
    whole.add(file); // more than a call takes
    for (let at = 0, size = 1; at < file.length; at += size, size *= 3) pieces.add(file.subarray(at, at + size));
    abc.add(text("abc"));
    expect(pieces.finish()).toEqual(whole.finish());
    expect(hexOf(abc.finish())).toBe("bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"); // b2sum
    abc.drop();
  });

  test("gives back the numbers of digests that are dropped", () => {
    for (let time = 0; time < 200; ++time) module.beginDigest().drop();
    const all = Array.from({ length: 64 }, () => module.beginDigest());
    expect(() => module.beginDigest()).toThrow();
    for (const each of all) each.finish();
    module.beginDigest().drop();
  });

  test("makes a name of all that is known of a file", () => {
    const file = { fileId: "01".repeat(16), key: KEY, size: 5, digest: KEY };
    const name = module.fileName(file);
    expect(name).toMatch(/^[0-9a-f]{32}$/);
    expect(module.fileName(file)).toBe(name);
    const others = [
      { ...file, fileId: "02".repeat(16) },
      { ...file, key: KEY.toReversed() },
      { ...file, size: 6 },
      { ...file, digest: KEY.toReversed() },
    ];
    expect(new Set([name, ...others.map((other) => module.fileName(other))]).size).toBe(5);
  });

  test("opens from any chunk on, and refuses what was changed, moved or cut off", () => {
    const file = numbered(5 * MEDIA_CHUNK_BYTES + 17);
    const sealed = module.seal(KEY, file.length, 0, file).slice();
    const from = 3 * MEDIA_SEALED_CHUNK_BYTES;
    expect(module.unseal(KEY, file.length, 3, sealed.subarray(from))).toEqual(file.subarray(3 * MEDIA_CHUNK_BYTES));
    expect(() => module.unseal(KEY, file.length, 2, sealed.subarray(from))).toThrow(MediaFailure);
    expect(() => module.unseal(KEY, file.length, 3, sealed.subarray(from, -1))).toThrow(MediaFailure);
    const changed = sealed.slice();
    changed[from] = (changed[from] ?? 0) ^ 1;
    expect(() => module.unseal(KEY, file.length, 0, changed)).toThrow(MediaFailure);
    expect(() => module.seal(KEY, file.length, 0, new Uint8Array(5 * 1024 * 1024))).toThrow(RangeError);
  });

  test("ids as text are what they were", () => {
    expect(hexOf(bytesOf("00ff10ab"))).toBe("00ff10ab");
  });
});
