// SPDX-License-Identifier: AGPL-3.0-or-later

// The known answers of the RFCs for every primitive, computed by the WebAssembly build of crypto/: its own tests as a
// WASI program.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const program = fileURLToPath(new URL("../../build/wasm/kith_crypto_test.wasm", import.meta.url));

// In a process of its own: the program ends it.
const run = `
  const { readFileSync } = require("node:fs");
  const { WASI } = require("node:wasi");
  const wasi = new WASI({ version: "preview1", args: ["kith_crypto_test"], returnOnExit: true });
  WebAssembly.instantiate(readFileSync(process.argv[1]), wasi.getImportObject())
    .then(({ instance }) => process.exit(wasi.start(instance)));
`;

test("The known answers hold in WebAssembly", { timeout: 120_000 }, () => {
  expect(existsSync(program), "tools/build_wasm makes it where GoogleTest's sources are installed").toBe(true);
  const done = spawnSync(process.execPath, ["--no-warnings", "-e", run, program], { encoding: "utf8" });
  expect(done.status, done.stdout + done.stderr).toBe(0);
  const passed = done.stdout.match(/\[ {2}PASSED {2}\] (\d+) tests/);
  expect(Number(passed?.[1] ?? 0)).toBeGreaterThanOrEqual(30);
  for (const vector of [
    "HmacSha256IsThatOfRfc4231",
    "X25519IsThatOfRfc7748",
    "Ed25519IsThatOfRfc8032",
    "Blake2bIsThatOfRfc7693",
    "HkdfSha256IsThatOfRfc5869",
  ]) {
    expect(done.stdout).toContain(`[       OK ] ProviderTest.${vector}`);
  }
});
