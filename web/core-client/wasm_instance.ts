// SPDX-License-Identifier: AGPL-3.0-or-later

// What the two modules (wasm_module.ts, media_module.ts) share: how one is brought to life, and its memory looked at.

/** What a module needs from its host besides files. */
export interface Surroundings {
  nowMicros(): number;
  /** Whole milliseconds that never go back. */
  monotonicMs(): number;
  /** Cryptographically secure bytes; throws when there are none to be had. */
  fillRandom(target: Uint8Array): void;
  log(text: string): void;
}

/** What is everywhere: browsers' Workers, and Node. */
export const surroundings: Surroundings = {
  nowMicros: () => Date.now() * 1000,
  monotonicMs: () => Math.floor(performance.now()),
  fillRandom: (target) => {
    const most = 65536; // of one call
    for (let at = 0; at < target.length; at += most) crypto.getRandomValues(target.subarray(at, at + most));
  },
  log: (text) => console.error(`kith core: ${text}`),
};

/**
 * Memory and views on it: made anew at every use, because the memory may have grown and left older views without bytes.
 */
export function bytesAt(memory: WebAssembly.Memory, pointer: number, size: number): Uint8Array {
  return new Uint8Array(memory.buffer, pointer >>> 0, size >>> 0);
}

/** An instance, initialized. The imports are over a memory that is known only after instantiation. */
export async function instantiate<Exports>(
  module: WebAssembly.Module,
  importsOf: (memory: () => WebAssembly.Memory) => WebAssembly.Imports,
): Promise<Exports & { memory: WebAssembly.Memory }> {
  let exports: (Exports & { memory: WebAssembly.Memory; _initialize(): void }) | undefined;
  const memory = (): WebAssembly.Memory => {
    if (exports === undefined) throw new Error("the module called its host before it was there");
    return exports.memory;
  };
  const instance = await WebAssembly.instantiate(module, importsOf(memory));
  exports = instance.exports as unknown as NonNullable<typeof exports>;
  exports._initialize();
  return exports;
}

/** Of a module's file, as the server sends it. */
export async function compileFrom(url: string): Promise<WebAssembly.Module> {
  const response = await fetch(url, { credentials: "same-origin" });
  if (!response.ok) throw new Error(`${url}: HTTP status ${response.status}`);
  return WebAssembly.compileStreaming(response);
}
