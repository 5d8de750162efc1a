// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core's module: its imports, its exports, and nothing else. core_wasm/exports.cc and host_imports.h are the
// other side.
import type { ProfileFiles } from "./files";
import { bytesAt, instantiate, surroundings, type Surroundings } from "./wasm_instance";

export { surroundings, type Surroundings } from "./wasm_instance";

/** Why the database could not be opened: core::OpenError. */
export type OpenError = "newer" | "corrupt" | "storage" | "full";
const OPEN_ERRORS: readonly OpenError[] = ["newer", "corrupt", "storage", "full"];

/** What kith_handle answers when the database has turned out to be damaged. */
const DAMAGED = 2;

/** The module trapped, or met damage: it is of no use any more. What it had committed is in its files. */
export class CoreEnded extends Error {
  override readonly name = "CoreEnded";
}

/** The imports of the module `kith`, over a memory that is known only after instantiation. */
export function coreImports(
  memory: () => WebAssembly.Memory,
  files: ProfileFiles,
  around: Surroundings,
): WebAssembly.Imports {
  const view = (pointer: number, size: number) => bytesAt(memory(), pointer, size);
  const text = (pointer: number, size: number) => new TextDecoder().decode(view(pointer, size));
  return {
    kith: {
      clock_now_us: () => around.nowMicros(),
      clock_monotonic_ms: () => around.monotonicMs(),
      random_fill: (pointer: number, size: number) => around.fillRandom(view(pointer, size)),
      log: (pointer: number, size: number) => around.log(text(pointer, size)),
      file_open: (pointer: number, size: number) => files.open(text(pointer, size)),
      file_read: (file: number, pointer: number, size: number, offset: number) =>
        files.read(file, view(pointer, size), offset),
      file_write: (file: number, pointer: number, size: number, offset: number) =>
        files.write(file, view(pointer, size), offset),
      file_truncate: (file: number, size: number) => files.truncate(file, size),
      file_sync: (file: number) => files.sync(file),
      file_size: (file: number) => files.size(file),
    },
  };
}

interface CoreExports {
  memory: WebAssembly.Memory;
  kith_open(): number;
  kith_input(size: number): number;
  kith_handle(size: number): number;
  kith_output(): number;
  kith_output_size(): number;
  kith_close(): void;
}

/** One instance of the module over one profile's files. */
export class CoreModule {
  private constructor(private readonly exports: CoreExports) {}

  static async instantiate(
    module: WebAssembly.Module,
    files: ProfileFiles,
    around: Surroundings = surroundings,
  ): Promise<CoreModule> {
    return new CoreModule(await instantiate<CoreExports>(module, (memory) => coreImports(memory, files, around)));
  }

  /** Opens the database; undefined when it is open. */
  open(): OpenError | undefined {
    const code = this.run(() => this.exports.kith_open());
    return code === 0 ? undefined : (OPEN_ERRORS[code - 1] ?? "storage");
  }

  /** Hands in one serialized Input; the serialized Actions that follow, in order, as copies. */
  handle(input: Uint8Array): Uint8Array[] {
    return this.run(() => {
      const pointer = this.exports.kith_input(input.length);
      if (pointer === 0) throw new RangeError("an input of over 16 MiB");
      bytesAt(this.exports.memory, pointer, input.length).set(input);
      const result = this.exports.kith_handle(input.length);
      if (result === DAMAGED) throw new CoreEnded("the database is damaged, and rebuilt at the next start");
      if (result !== 0) throw new Error("the core does not know this input, or is not open");
      return splitActions(bytesAt(this.exports.memory, this.exports.kith_output(), this.exports.kith_output_size()));
    });
  }

  /** Closes the database in good order. */
  close(): void {
    this.run(() => this.exports.kith_close());
  }

  private run<T>(operation: () => T): T {
    try {
      return operation();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) throw new CoreEnded(error.message, { cause: error });
      throw error;
    }
  }
}

/** Each action is a little-endian 32-bit length and as many bytes. */
function splitActions(output: Uint8Array): Uint8Array[] {
  const lengths = new DataView(output.buffer, output.byteOffset, output.byteLength);
  const actions: Uint8Array[] = [];
  for (let at = 0; at < output.length;) {
    const length = lengths.getUint32(at, true);
    actions.push(output.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return actions;
}
