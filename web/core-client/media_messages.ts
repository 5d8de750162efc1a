// SPDX-License-Identifier: AGPL-3.0-or-later

// What passes between the Worker that has the device's sealed files (media_worker.ts) and those that use them.
import type { OpenedFile } from "./file_reading";
import type { FetchFile, FileFetched_Outcome, HttpCall } from "./generated/client_api/host_pb";
import type { HttpAnswer } from "./http";
import type { MediaFailureReason } from "./media";
import type { FileIdentity } from "./media_module";

/** From the page. */
export type ToMedia =
  /** First. `core`: the Worker of the core, which speaks OfCore. */
  | { kind: "start"; profile: string; wasmUrl: string; core: MessagePort }
  | { kind: "seal"; id: number; file: Blob }
  | { kind: "abort"; id: number }
  | { kind: "read"; id: number; opened: OpenedFile }
  /** The message's file. The other end of the port speaks OfReader: a service worker, which has asked this page. */
  | { kind: "serve"; message: string; opened: OpenedFile; port: MessagePort };

export type FromMedia =
  | { kind: "progress"; id: number; done: number }
  | { kind: "sealed"; id: number; sealed: FileIdentity }
  | { kind: "bytes"; id: number; bytes: Uint8Array<ArrayBuffer> }
  | { kind: "failed"; id: number; reason: MediaFailureReason; detail: string }
  /** What was to be served of this message. */
  | { kind: "broken"; message: string };

/** From the core's Worker; `id` is that of one send, fetch or find. */
export type OfCore =
  | { kind: "send"; id: number; call: HttpCall }
  | { kind: "fetch"; id: number; wanted: FetchFile }
  | { kind: "find"; id: number }
  | { kind: "cancel"; id: number }
  | { kind: "remove"; file: string };

export type ToCore =
  | { kind: "progress"; id: number; done: number }
  | { kind: "answered"; id: number; answer: HttpAnswer }
  | { kind: "missing"; id: number }
  | { kind: "ended"; id: number; outcome: FileFetched_Outcome; status: number }
  | { kind: "found"; id: number; files: string[] };

/** From whoever reads a file by its port, one piece after the other. */
export type OfReader =
  /** `memory`: of an earlier piece, for this one. */
  { kind: "read"; start: number; end: number; memory?: ArrayBuffer | undefined } | { kind: "close" };

export type ToReader =
  /** First: the file's size. */
  | { kind: "opened"; size: number }
  /** From `start` on, at least one. */
  | { kind: "bytes"; bytes: Uint8Array<ArrayBuffer> }
  /** What was asked for comes later: the file is still on its way here. Said each five seconds. */
  | { kind: "waiting" }
  /** Last. The file can't be read (any further). */
  | { kind: "failed"; detail: string };
