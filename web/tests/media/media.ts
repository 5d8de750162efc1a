// SPDX-License-Identifier: AGPL-3.0-or-later

// A page that has a device's sealed files and no core: the tests are the core.
import { create } from "@bufbuild/protobuf";

import mediaWasmUrl from "../../../build/wasm/kith_media.wasm?url";
import { OpenMediaResponseSchema, type SealedFile } from "../../core-client/generated/client_api/client_api_pb";
import {
  FetchFileSchema,
  HttpCallSchema,
  type FileFetched_Outcome,
} from "../../core-client/generated/client_api/host_pb";
import type { HttpAnswer } from "../../core-client/http";
import { MediaFailure } from "../../core-client/media";
import { MediaModule } from "../../core-client/media_module";
import type { OfReader, ToReader } from "../../core-client/media_messages";
import { PageMedia, type MediaWorker } from "../../core-client/page_media";
import { RemoteFiles } from "../../core-client/remote_files";
import { compileFrom } from "../../core-client/wasm_instance";

const profile = new URLSearchParams(location.search).get("profile") ?? "main";
const worker = new Worker(new URL("../../core-client/media_worker.ts", import.meta.url), { type: "module" });
const { port1, port2 } = new MessageChannel();
worker.postMessage({ kind: "start", profile, wasmUrl: new URL(mediaWasmUrl, location.href).href, core: port1 }, [
  port1,
]);
const messages = new Map<string, { file: string; sealed: SealedFile }>();
let module: MediaModule | undefined;

/** The message has this file, and the file this name, which is returned. */
async function know(message: string, sealed: SealedFile): Promise<string> {
  module ??= await MediaModule.instantiate(await compileFrom(mediaWasmUrl));
  const file = module.fileName({ ...sealed, size: Number(sealed.size) });
  messages.set(message, { file, sealed });
  return file;
}

/** Counts what is read by the service worker: bytes of files, unsealed. */
let served = 0;
function counted(port: MessagePort): MessagePort {
  const { port1: near, port2: far } = new MessageChannel();
  near.onmessage = ({ data }: MessageEvent<ToReader>) => {
    if (data.kind === "bytes") served += data.bytes.length;
    port.postMessage(data, data.kind === "bytes" ? [data.bytes.buffer] : []);
  };
  port.onmessage = ({ data }: MessageEvent<OfReader>) =>
    near.postMessage(data, data.kind === "read" && data.memory !== undefined ? [data.memory] : []);
  return far;
}
const countedWorker: MediaWorker = {
  postMessage(message, transfer = []) {
    if (message.kind !== "serve") return worker.postMessage(message, transfer);
    const port = counted(message.port);
    worker.postMessage({ ...message, port }, [port]);
  },
  addEventListener: (type: string, listener: (event: never) => void) =>
    worker.addEventListener(type, listener as EventListener),
  terminate: () => worker.terminate(),
};

/** The messages whose files the core was asked to fetch. */
const wanted: string[] = [];
const media = new PageMedia(countedWorker, {
  async openMedia(id) {
    const known = messages.get(id);
    if (known === undefined) throw new Error("kNoSuchFile");
    return create(OpenMediaResponseSchema, known);
  },
  async openPhoto() {
    throw new Error("kNoSuchFile");
  },
  async removeMedia() {},
  async fetchMedia(id) {
    wanted.push(id);
  },
});
const files = new RemoteFiles(port2);

const reasonOf = (error: unknown): string => (error instanceof MediaFailure ? error.reason : String(error));

interface Fetch {
  url: string;
  file: string;
  size: number;
  digest: Uint8Array;
}
function fetchFile({ size, ...wanted }: Fetch, cancelAt = Infinity) {
  return new Promise<{ outcome: FileFetched_Outcome | "cancelled"; status: number; told: number[] }>((resolve) => {
    const told: number[] = [];
    const cancel = files.fetch(create(FetchFileSchema, { ...wanted, size: BigInt(size) }), {
      progress: (done) => {
        told.push(done);
        if (done < cancelAt) return;
        cancel();
        resolve({ outcome: "cancelled", status: 0, told });
      },
      ended: (outcome, status) => resolve({ outcome, status, told }),
    });
  });
}

function sendPart(url: string, bodyFile: string, offset: number, size: number, cancelAt = Infinity) {
  return new Promise<{ answer: HttpAnswer | "missing" | undefined; told: number[] }>((resolve) => {
    const told: number[] = [];
    const call = { method: "PATCH", url, bodyFile, bodyOffset: BigInt(offset), bodySize: BigInt(size) };
    const cancel = files.send(create(HttpCallSchema, call), {
      progress: (done) => {
        told.push(done);
        if (done < cancelAt) return;
        cancel();
        resolve({ answer: undefined, told });
      },
      answered: (answer) => resolve({ answer, told }),
      missing: () => resolve({ answer: "missing", told }),
    });
  });
}

/** The names of all that is kept of the profile's files. */
async function kept(): Promise<string[]> {
  const root = await navigator.storage.getDirectory();
  const folder = await (
    await (await root.getDirectoryHandle("kith")).getDirectoryHandle(profile)
  ).getDirectoryHandle("media");
  const names: string[] = [];
  type Listed = FileSystemDirectoryHandle & { values(): AsyncIterable<FileSystemHandle> };
  for await (const inner of (folder as Listed).values())
    for await (const { name } of (inner as Listed).values()) names.push(name);
  return names.sort();
}

/** The bytes of one of them. */
async function bytesOf(name: string): Promise<Blob> {
  const root = await navigator.storage.getDirectory();
  let folder = root;
  for (const step of ["kith", profile, "media", name.slice(0, 2)]) folder = await folder.getDirectoryHandle(step);
  return (await folder.getFileHandle(name)).getFile();
}

async function serviceWorker(): Promise<void> {
  await navigator.serviceWorker.register("/sw.js", { scope: "/" });
  if (navigator.serviceWorker.controller === null)
    await new Promise((resolve) => navigator.serviceWorker.addEventListener("controllerchange", resolve));
}

const testing = {
  media,
  files,
  know,
  reasonOf,
  fetchFile,
  sendPart,
  kept,
  bytesOf,
  serviceWorker,
  served: () => served,
  wanted: () => wanted,
};
export type MediaTesting = typeof testing;
declare global {
  interface Window {
    testing: MediaTesting;
  }
}
window.testing = testing;
