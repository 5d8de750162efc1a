// SPDX-License-Identifier: AGPL-3.0-or-later

// A Kith client in a Node program, on the same module as the browser's: the peer in tests of native clients with
// WebAssembly clients.
//
//   const client = await NodeClient.start({ wasm: "build/wasm/kith_core.wasm", home: "data/ana" });
//   client.onEvent((event) => …);
//   await client.call("register", { server, handle, code, name });
import { readFile } from "node:fs/promises";
import { toBinary } from "@bufbuild/protobuf";
import WebSocket from "ws";

import "./node_globals";
import { DiskFiles } from "./disk_files";
import type { ProfileFiles } from "./files";
import { CoreHost } from "./host";
import { MemoryFiles } from "./memory_files";
import { webNetwork, type Network, type WebSocketClass } from "./network";
import {
  CoreFailure,
  decodeEvent,
  decodeResponse,
  encodeRequest,
  Failure_Code,
  RequestSchema,
  resultOf,
  type Event,
  type MethodName,
  type MethodParams,
  type MethodResult,
  type Request,
  type Response,
} from "./schema";
import { CoreModule, surroundings, type Surroundings } from "./wasm_module";

export interface NodeClientOptions {
  /** The module's file. */
  wasm: string;
  /** A folder for the database; without it, it is in memory and gone with the program. */
  home?: string;
  /** Instead of `home`. */
  files?: ProfileFiles;
  network?: Network;
  around?: Surroundings;
}

interface Waiting {
  answer(response: Response): void;
  fail(error: Error): void;
}

export class NodeClient {
  private readonly waiting = new Map<number, Waiting>();
  private readonly listeners = new Set<(event: Event) => void>();
  private readonly host: CoreHost;
  private nextId = 1;

  private constructor(
    module: CoreModule,
    private readonly files: ProfileFiles,
    network: Network,
    around: Surroundings,
  ) {
    this.host = new CoreHost(module, network, around.monotonicMs, {
      response: (id, response) => {
        this.waiting.get(id)?.answer(decodeResponse(response));
        this.waiting.delete(id);
      },
      events: (events) =>
        events.map(decodeEvent).forEach((event) => this.listeners.forEach((listener) => listener(event))),
      ended: (error) => this.failAll(String(error)),
    });
  }

  /** Rejects when the database can't be opened. */
  static async start(options: NodeClientOptions): Promise<NodeClient> {
    const files = options.files ?? (options.home !== undefined ? new DiskFiles(options.home) : new MemoryFiles());
    const around = options.around ?? surroundings;
    const compiled = await WebAssembly.compile(await readFile(options.wasm));
    const module = await CoreModule.instantiate(compiled, files, around);
    const error = module.open();
    if (error !== undefined) throw new Error(`the database can't be opened: ${error}`);
    return new NodeClient(module, files, options.network ?? webNetwork(WebSocket as unknown as WebSocketClass), around);
  }

  /** Rejects with a CoreFailure. */
  async call<M extends MethodName>(
    method: M,
    params: MethodParams<M> = {} as MethodParams<M>,
  ): Promise<MethodResult<M>> {
    return resultOf(method, await this.submit(encodeRequest(method, params)));
  }

  /** The same for a request made elsewhere; its id is not used. */
  async request(request: Request): Promise<Response> {
    const response = await this.submit(toBinary(RequestSchema, request));
    if (request.method.case !== undefined) resultOf(request.method.case, response);
    return response;
  }

  private submit(request: Uint8Array): Promise<Response> {
    return new Promise((answer, fail) => {
      const id = this.nextId++;
      this.waiting.set(id, { answer, fail });
      this.host.request(id, request);
    });
  }

  /** The answer unsubscribes. */
  onEvent(listener: (event: Event) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.host.close();
    this.files.close();
    this.failAll("the client was closed");
  }

  private failAll(detail: string): void {
    for (const waiting of this.waiting.values()) waiting.fail(new CoreFailure(Failure_Code.kUnspecified, detail));
    this.waiting.clear();
  }
}
