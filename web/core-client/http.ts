// SPDX-License-Identifier: AGPL-3.0-or-later

// What calls with whole bodies and those with a body of a file share.
import type { HttpCall } from "./generated/client_api/host_pb";

export interface HttpAnswer {
  /** 0: there was none. */
  status: number;
  body: Uint8Array;
}
export const NO_ANSWER: HttpAnswer = { status: 0, body: new Uint8Array() };

const MEDIA_TYPE = "application/x-protobuf";
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024;

export function headersOf(bearer: string, fields: readonly { name: string; value: string }[]): Headers {
  const headers = new Headers();
  if (bearer !== "") headers.set("authorization", `Bearer ${bearer}`);
  for (const { name, value } of fields) headers.set(name, value);
  return headers;
}

export function requestOf(call: HttpCall, body: BodyInit | null): RequestInit {
  const headers = headersOf(call.bearer, call.fields);
  if (!headers.has("accept")) headers.set("accept", MEDIA_TYPE);
  if (call.body.length > 0 && !headers.has("content-type")) headers.set("content-type", MEDIA_TYPE);
  return { method: call.method, headers, body, cache: "no-store", credentials: "omit", redirect: "error" };
}

/** The whole body; throws when it is longer than any answer. */
export async function readWhole(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const step = await reader?.read();
    if (step === undefined || step.done) break;
    size += step.value.length;
    if (size > ANSWER_BYTES_MAX) {
      await reader?.cancel();
      throw new RangeError("an answer of over 8 MiB");
    }
    parts.push(step.value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}
