// SPDX-License-Identifier: AGPL-3.0-or-later

// The compiled modules, as tools/build_wasm leaves them.
import "../node_globals";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = new URL("../../../build/wasm/", import.meta.url);

export const coreWasmPath = fileURLToPath(new URL("kith_core.wasm", folder));

function compile(name: string): WebAssembly.Module {
  return new WebAssembly.Module(readFileSync(new URL(name, folder)));
}
export const compileCore = (): WebAssembly.Module => compile("kith_core.wasm");
export const compileStore = (): WebAssembly.Module => compile("kith_store_test.wasm");
export const compileMedia = (): WebAssembly.Module => compile("kith_media.wasm");
