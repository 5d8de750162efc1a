// SPDX-License-Identifier: AGPL-3.0-or-later

// The device's sealed files, as the host of a core needs them (proto/client_api/host.proto).
import type { FetchFile, FileFetched_Outcome, HttpCall } from "./generated/client_api/host_pb";
import type { HttpAnswer } from "./http";

/** Ends what was begun: nothing of its listener follows. What a fetch has brought is kept. */
export type Cancel = () => void;

export interface SendListener {
  /** So many bytes of the body have left; at most five times a second. */
  progress(done: number): void;
  /** The end; or `missing` is. */
  answered(answer: HttpAnswer): void;
  /** The file is not there, or has no such part: nothing was sent. */
  missing(): void;
}
export interface FetchListener {
  /** So many bytes of the file are here; at most five times a second. */
  progress(done: number): void;
  /** The end. `status`: the server's, with kRefused, else 0. */
  ended(outcome: FileFetched_Outcome, status: number): void;
}

/** No listener is called from within these. */
export interface SealedFiles {
  /** A call whose body is a part of a file (body_file). */
  send(call: HttpCall, listener: SendListener): Cancel;
  fetch(wanted: FetchFile, listener: FetchListener): Cancel;
  remove(file: string): void;
  /** Names those that have been here for an hour or longer, whole or not, at most 500 at a time. */
  find(found: (files: string[]) => void): void;
}
