// SPDX-License-Identifier: AGPL-3.0-or-later

// What passes between a page and its Worker, and between the Workers of one profile. Requests, responses and events
// travel serialized.
import type { MethodName } from "./schema";

/** Why there is no core: the database (core::OpenError), the module's file, or a core that traps again and again. */
export type StartError = "newer" | "corrupt" | "storage" | "full" | "load" | "crashed";

export type ToWorker =
  /** `media`: the Worker that has the sealed files (remote_files.ts). */
  | { kind: "start"; profile: string; wasmUrl: string; media: MessagePort }
  | { kind: "call"; id: number; method: MethodName; request: Uint8Array }
  /** The page has handled this many events. */
  | { kind: "taken"; count: number }
  /** The page has heard from the browser: its Worker may not. */
  | { kind: "network"; online: boolean }
  | { kind: "close" };

export type FromWorker =
  | { kind: "answer"; id: number; response: Uint8Array }
  | { kind: "events"; events: readonly Uint8Array[] }
  /** Last message: no call will be answered any more. */
  | { kind: "failed"; error: StartError; detail: string }
  | { kind: "closed" };

/** On the profile's BroadcastChannel. `tab` names the Worker that calls, `term` one run of a core. */
export type OnChannel =
  | { kind: "seek" }
  | { kind: "leading"; term: string }
  | { kind: "call"; term: string; tab: string; id: number; method: MethodName; request: Uint8Array }
  | { kind: "network"; online: boolean }
  | { kind: "answer"; tab: string; id: number; response: Uint8Array }
  | { kind: "events"; term: string; events: readonly Uint8Array[] };
