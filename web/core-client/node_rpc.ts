// SPDX-License-Identifier: AGPL-3.0-or-later

// The lines of `kith rpc` (docs/rpc.md), spoken by the browser's module in Node: so a program that drives the terminal
// client can drive this one.
//
//   node --import tsx core-client/node_rpc.ts --home DIR [--wasm FILE]        (in web/)
//
// For tests of native clients with browsers': no batches, no bound on open calls; connects by itself once registered.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { fromJson, toJson, type JsonObject, type JsonValue } from "@bufbuild/protobuf";

import { NodeClient } from "./node_host";
import { CoreFailure, EventSchema, Failure_Code, RequestSchema, ResponseSchema } from "./schema";

const WRITE = { useProtoFieldName: true, alwaysEmitImplicit: true } as const;
const NO_METHOD = -32601;
const BAD_PARAMS = -32602;
const FAILED = -32000;

interface Call {
  id: JsonValue;
  method: string;
  params?: JsonObject;
}

function say(line: JsonObject): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...line })}\n`);
}

function refuse(id: JsonValue, code: number, message: string, data?: JsonObject): void {
  say({ id, error: data === undefined ? { code, message } : { code, message, data } });
}

async function answer(client: NodeClient, call: Call): Promise<void> {
  const field = RequestSchema.fields.find(({ name, oneof }) => name === call.method && oneof !== undefined);
  if (field === undefined) return refuse(call.id, NO_METHOD, `no method ${call.method}`);
  let request;
  try {
    request = fromJson(RequestSchema, { [call.method]: call.params ?? {} });
  } catch (error) {
    return refuse(call.id, BAD_PARAMS, String(error));
  }
  try {
    const response = await client.request(request);
    if (call.method === "register") await client.call("connect");
    const result = (toJson(ResponseSchema, response, WRITE) as JsonObject)[call.method];
    say({ id: call.id, result: result ?? {} });
  } catch (error) {
    if (!(error instanceof CoreFailure)) throw error;
    refuse(call.id, FAILED, error.detail, { code: Failure_Code[error.code] ?? "kUnspecified", detail: error.detail });
  }
}

async function main(): Promise<void> {
  const module = fileURLToPath(new URL("../../build/wasm/kith_core.wasm", import.meta.url));
  const { values } = parseArgs({ options: { home: { type: "string" }, wasm: { type: "string", default: module } } });
  if (values.home === undefined) throw new Error("--home DIR is missing");
  const client = await NodeClient.start({ wasm: values.wasm, home: values.home });
  client.onEvent((event) => {
    const { number: _, ...kind } = toJson(EventSchema, event, WRITE) as JsonObject;
    for (const [method, params] of Object.entries(kind)) say({ method, params: params as JsonObject });
  });
  if ((await client.call("getState")).registered) await client.call("connect");

  const open: Promise<void>[] = [];
  for await (const line of createInterface({ input: process.stdin }))
    open.push(answer(client, JSON.parse(line) as Call));
  await Promise.all(open);
  client.close();
}

await main();
