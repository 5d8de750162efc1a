// SPDX-License-Identifier: AGPL-3.0-or-later

// A Kith client in a Node program, on the same module as the browser's: the peer in tests of native clients with
// WebAssembly clients.
//
//   const client = await NodeClient.start({ wasm: "build/wasm/kith_core.wasm", home: "data/ana" });
//   client.onEvent((event) => …);
//   await client.call("register", { server, handle, code, name });
import { readFile } from "node:fs/promises";
import * as path from "node:path";
import { toBinary } from "@bufbuild/protobuf";
import WebSocket from "ws";

import "./node_globals";
import { DiskFiles } from "./disk_files";
import { DiskFolder } from "./disk_folder";
import { sendByFetch } from "./file_sending";
import type { ProfileFiles } from "./files";
import { CoreHost } from "./host";
import { LocalFiles } from "./local_files";
import { openedOf, sealedFileOf } from "./media_answers";
import { MediaModule } from "./media_module";
import { MemoryFiles } from "./memory_files";
import { MemoryFolder } from "./memory_folder";
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
  type SealedFile,
} from "./schema";
import { CoreModule, surroundings, type Surroundings } from "./wasm_module";

export interface NodeClientOptions {
  /** The module's file; kith_media.wasm is beside it. */
  wasm: string;
  /** A folder for the database and files; without it, they are in memory and gone with the program. */
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
    private readonly sealedFiles: LocalFiles,
    around: Surroundings,
  ) {
    this.host = new CoreHost(module, network, sealedFiles, around.monotonicMs, {
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
    const folder = options.home === undefined ? new MemoryFolder() : new DiskFolder(path.join(options.home, "media"));
    const mediaWasm = path.join(path.dirname(options.wasm), "kith_media.wasm");
    const load = async () => MediaModule.instantiate(await WebAssembly.compile(await readFile(mediaWasm)), around);
    const sealedFiles = new LocalFiles(folder, load, sendByFetch);
    const network = options.network ?? webNetwork(WebSocket as unknown as WebSocketClass);
    return new NodeClient(module, files, network, sealedFiles, around);
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

  /** As CoreClient.seal. */
  async seal(file: Blob): Promise<SealedFile> {
    return sealedFileOf(await this.sealedFiles.seal(file));
  }

  /** As CoreClient.readMedia. */
  async readMedia(messageId: string): Promise<Uint8Array<ArrayBuffer>> {
    return this.sealedFiles.readWhole(openedOf(await this.call("openMedia", { id: messageId })));
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
