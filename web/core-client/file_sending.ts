// SPDX-License-Identifier: AGPL-3.0-or-later

// A call whose body is a part of a file: the part passes from the file to the network, and never through this program's
// memory.
import type { HttpCall } from "./generated/client_api/host_pb";
import { ANSWER_BYTES_MAX, NO_ANSWER, readWhole, requestOf, type HttpAnswer } from "./http";

/** Never rejects: no answer has the status 0. When the signal says so, there is none. */
export type SendPart = (
  call: HttpCall,
  body: Blob,
  progress: (done: number) => void,
  signal: AbortSignal,
) => Promise<HttpAnswer>;

/** In a browser: fetch does not tell how much of a body has left. */
export const sendByXhr: SendPart = (call, body, progress, signal) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(call.method, call.url);
    request.responseType = "arraybuffer";
    (requestOf(call, null).headers as Headers).forEach((value, name) => request.setRequestHeader(name, value));
    request.upload.addEventListener("progress", ({ loaded }) => progress(loaded));
    request.addEventListener("progress", ({ loaded }) => {
      if (loaded > ANSWER_BYTES_MAX) request.abort();
    });
    request.addEventListener("loadend", () => {
      const response = request.response as ArrayBuffer | null; // null: it broke off
      resolve(response === null ? NO_ANSWER : { status: request.status, body: new Uint8Array(response) });
    });
    if (signal.aborted) return resolve(NO_ANSWER);
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });

/** Elsewhere: of its progress nothing is told. */
export const sendByFetch: SendPart = async (call, body, _, signal) => {
  try {
    const response = await fetch(call.url, { ...requestOf(call, body), signal });
    return { status: response.status, body: await readWhole(response) };
  } catch {
    return NO_ANSWER;
  }
};
