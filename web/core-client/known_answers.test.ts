// SPDX-License-Identifier: AGPL-3.0-or-later

// The known answers of the RFCs for every primitive, computed by the WebAssembly build of crypto/, and the bytes of
// groups' changes and states, made by that of wire/: their own tests as WASI programs.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

// In a process of its own: the program ends it.
const run = `
  const { readFileSync } = require("node:fs");
  const { WASI } = require("node:wasi");
  const wasi = new WASI({ version: "preview1", args: ["kith_test"], returnOnExit: true });
  WebAssembly.instantiate(readFileSync(process.argv[1]), wasi.getImportObject())
    .then(({ instance }) => process.exit(wasi.start(instance)));
`;

/** What the program printed; it has to pass so many tests at least. */
function outputOf(name: string, tests: number): string {
  const program = fileURLToPath(new URL(`../../build/wasm/${name}.wasm`, import.meta.url));
  expect(existsSync(program), "tools/build_wasm makes it where GoogleTest's sources are installed").toBe(true);
  const done = spawnSync(process.execPath, ["--no-warnings", "-e", run, program], { encoding: "utf8" });
  expect(done.status, done.stdout + done.stderr).toBe(0);
  const passed = done.stdout.match(/\[ {2}PASSED {2}\] (\d+) tests/);
  expect(Number(passed?.[1] ?? 0)).toBeGreaterThanOrEqual(tests);
  return done.stdout;
}

test("The known answers hold in WebAssembly", { timeout: 120_000 }, () => {
  const output = outputOf("kith_crypto_test", 30);
  for (const vector of [
    "HmacSha256IsThatOfRfc4231",
    "X25519IsThatOfRfc7748",
    "Ed25519IsThatOfRfc8032",
    "Blake2bIsThatOfRfc7693",
    "HkdfSha256IsThatOfRfc5869",
  ]) {
    expect(output).toContain(`[       OK ] ProviderTest.${vector}`);
  }
});

test("Changes and states of groups have the same bytes in WebAssembly", { timeout: 120_000 }, () => {
  expect(outputOf("kith_wire_test", 15)).toContain("[       OK ] GroupBytesTest.AStateHasTheseBytes_GROUP_2");
  expect(outputOf("kith_crypto_test", 30)).toContain(
    "[       OK ] GroupSignaturesTest.DigestsAreTheseOnEverySystem_GROUP_2",
  );
});
