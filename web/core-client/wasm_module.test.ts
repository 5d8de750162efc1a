// SPDX-License-Identifier: AGPL-3.0-or-later

// The core's module as its host sees it.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";

import { ActionSchema, InputSchema } from "./generated/client_api/host_pb";
import { MemoryFiles } from "./memory_files";
import { NodeClient } from "./node_host";
import { CoreFailure, Failure_Code, State_Connection } from "./schema";
import { FailingFiles } from "./testing/failing_files";
import { compileCore, coreWasmPath } from "./testing/wasm_files";
import { CoreModule, surroundings } from "./wasm_module";

const compiled = compileCore();

describe("The module", () => {
  test("can do to its host what host_imports.h lists, and nothing more", () => {
    const imports = WebAssembly.Module.imports(compiled).map(({ module, name, kind }) => `${module}.${name} ${kind}`);
    expect(imports.sort()).toEqual(
      [
        "clock_monotonic_ms",
        "clock_now_us",
        "file_open",
        "file_read",
        "file_size",
        "file_sync",
        "file_truncate",
        "file_write",
        "log",
        "random_fill",
      ].map((name) => `kith.${name} function`),
    );
  });

  test("answers a request in the response of the same id", async () => {
    const core = await CoreModule.instantiate(compiled, new MemoryFiles());
    expect(core.open()).toBeUndefined();
    const input = create(InputSchema, {
      kind: { case: "request", value: { id: 77, method: { case: "getState", value: {} } } },
    });
    const [action] = core.handle(toBinary(InputSchema, input)).map((bytes) => fromBinary(ActionSchema, bytes).kind);
    expect(action?.case).toBe("response");
    if (action?.case !== "response") return;
    expect(action.value.id).toBe(77);
    expect(action.value.result.case).toBe("getState");
  });

  test("refuses bytes that are no input and goes on", async () => {
    const core = await CoreModule.instantiate(compiled, new MemoryFiles());
    expect(core.open()).toBeUndefined();
    expect(() => core.handle(new Uint8Array([0xff, 0xff, 0xff]))).toThrow();
    const input = create(InputSchema, { kind: { case: "tick", value: {} } });
    expect(() => core.handle(toBinary(InputSchema, input))).not.toThrow();
  });

  test("refuses an input of over 16 MiB without ending", async () => {
    const core = await CoreModule.instantiate(compiled, new MemoryFiles());
    core.open();
    expect(() => core.handle(new Uint8Array(16 * 1024 * 1024 + 1))).toThrow(RangeError);
    expect(
      core.handle(toBinary(InputSchema, create(InputSchema, { kind: { case: "tick", value: {} } }))),
    ).toBeInstanceOf(Array);
  });

  test("says that a file is no database of Kith", async () => {
    const files = new MemoryFiles();
    files.contents[0] = new TextEncoder().encode("something else ".repeat(5000));
    const before = files.contents[0].slice();
    const core = await CoreModule.instantiate(compiled, files);
    expect(core.open()).toBe("corrupt");
    expect(files.contents[0]).toEqual(before);
  });

  test("says that its storage fails", async () => {
    const files = new MemoryFiles();
    files.write = () => -1;
    const core = await CoreModule.instantiate(compiled, files);
    expect(core.open()).toBe("storage");
  });

  test("says that there is no room", async () => {
    const files = new FailingFiles();
    files.freeBytes = 0;
    const core = await CoreModule.instantiate(compiled, files);
    expect(core.open()).toBe("full");
  });

  test("fills randomness of any size", () => {
    const bytes = new Uint8Array(200_000);
    surroundings.fillRandom(bytes);
    expect(new Set(bytes.subarray(190_000)).size).toBeGreaterThan(200);
  });
});

describe("A client in Node", () => {
  test("starts unregistered and offline", async () => {
    const client = await NodeClient.start({ wasm: coreWasmPath });
    const state = await client.call("getState");
    expect(state.registered).toBe(false);
    expect(state.connection).toBe(State_Connection.kOffline);
    client.close();
  });

  test("rejects with the core's failure", async () => {
    const client = await NodeClient.start({ wasm: coreWasmPath });
    const failure = await client
      .call("sendMessage", { handle: "+491700000001", text: "hello" })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CoreFailure);
    expect((failure as CoreFailure).code).toBe(Failure_Code.kNotRegistered);
    client.close();
  });

  test("fails a registration while there is no server, and says so", async () => {
    const client = await NodeClient.start({ wasm: coreWasmPath });
    const params = { server: "http://127.0.0.1:9", handle: "+491700000001", code: "123456", name: "Ana" };
    const failure = await client.call("register", params).catch((error: unknown) => error);
    expect((failure as CoreFailure).code).toBe(Failure_Code.kOffline);
    client.close();
  });
});
