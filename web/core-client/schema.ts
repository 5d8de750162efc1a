// SPDX-License-Identifier: AGPL-3.0-or-later

// The client core's interface as TypeScript sees it: the methods of client_api.Request by name, with what they take and
// give.
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";

import {
  EventSchema,
  Failure_Code,
  RequestSchema,
  ResponseSchema,
  type Event,
  type Request,
  type Response,
} from "./generated/client_api/client_api_pb";
import { randomHex } from "./hex";

export * from "./generated/client_api/client_api_pb";

type RequestInit = Exclude<MessageInitShape<typeof RequestSchema>, Request>;

/** "getState", "sendMessage", …: the fields of Request.method. */
export type MethodName = Exclude<Request["method"]["case"], undefined>;
/** The fields that a method takes; all may be left out. */
export type MethodParams<M extends MethodName> = Extract<RequestInit["method"], { case: M }>["value"];
type ResultCase = Exclude<Response["result"], { case: undefined }>;
type Results = { [R in ResultCase as R["case"]]: R["value"] };
/** The message that it answers. */
export type MethodResult<M extends MethodName> = Results[M];

/** A request failed: `code` says how, `detail` is for developers. */
export class CoreFailure extends Error {
  override readonly name = "CoreFailure";

  constructor(
    readonly code: Failure_Code,
    readonly detail: string,
    readonly retryAfterMs = 0,
  ) {
    super(`${Failure_Code[code] ?? code}: ${detail}`);
  }
}

/**
 * Serialized, without an id: whoever talks to the core gives one. With `change`, the core makes it once however often
 * it comes.
 */
export function encodeRequest<M extends MethodName>(method: M, params: MethodParams<M>, change = ""): Uint8Array {
  const request = { change, method: { case: method, value: params } } as RequestInit;
  return toBinary(RequestSchema, create(RequestSchema, request));
}

/** An id for a change, or for a message. */
export function randomId(): string {
  return randomHex(16);
}

/** The result in a Response, or the CoreFailure that it holds, thrown. */
export function resultOf<M extends MethodName>(method: M, response: Response): MethodResult<M> {
  if (response.failure !== undefined) {
    throw new CoreFailure(response.failure.code, response.failure.detail, response.failure.retryAfterMs);
  }
  if (response.result.case !== method) throw new CoreFailure(Failure_Code.kUnspecified, `no answer to ${method}`);
  return response.result.value as MethodResult<M>;
}

export function decodeResponse(bytes: Uint8Array): Response {
  return fromBinary(ResponseSchema, bytes);
}

export function decodeEvent(bytes: Uint8Array): Event {
  return fromBinary(EventSchema, bytes);
}

/** The event that says: read the state again. */
export function encodeResync(): Uint8Array {
  return toBinary(EventSchema, create(EventSchema, { kind: { case: "resync", value: {} } }));
}
