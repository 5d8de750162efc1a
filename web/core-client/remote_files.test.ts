// SPDX-License-Identifier: AGPL-3.0-or-later

// Two Workers and the port between: one has the files, the other the core.
import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import {
  FetchFileSchema,
  FileFetched_Outcome as Outcome,
  HttpCallSchema,
  type FetchFile,
  type HttpCall,
} from "./generated/client_api/host_pb";
import { RemoteFiles, serveCore } from "./remote_files";
import type { FetchListener, SealedFiles, SendListener } from "./sealed_files";

class Recorded implements SealedFiles {
  readonly sends: [HttpCall, SendListener][] = [];
  readonly fetches: [FetchFile, FetchListener][] = [];
  readonly finds: ((files: string[]) => void)[] = [];
  readonly done: string[] = [];
  send(call: HttpCall, listener: SendListener) {
    this.sends.push([call, listener]);
    return () => void this.done.push(`cancel send ${call.call}`);
  }
  fetch(wanted: FetchFile, listener: FetchListener) {
    this.fetches.push([wanted, listener]);
    return () => void this.done.push(`cancel fetch ${wanted.call}`);
  }
  remove(file: string) {
    this.done.push(`remove ${file}`);
  }
  find(found: (files: string[]) => void) {
    this.finds.push(found);
  }
}

let channel: MessageChannel;
let there: Recorded;
let here: RemoteFiles;
let told: unknown[];

beforeEach(() => {
  channel = new MessageChannel();
  there = new Recorded();
  told = [];
  serveCore(there, channel.port1);
  here = new RemoteFiles(channel.port2);
});
afterEach(() => channel.port1.close());

const said = (count: number) => vi.waitFor(() => expect(told.length).toBe(count));
const listener = {
  progress: (done: number) => void told.push(done),
  answered: (answer: unknown) => void told.push(answer),
  missing: () => void told.push("missing"),
  ended: (outcome: Outcome, status: number) => void told.push([outcome, status]),
};

test("a send, a fetch and a find are told of each on its own", async () => {
  here.send(create(HttpCallSchema, { call: 5, method: "PATCH", bodyOffset: 7n }), listener);
  here.fetch(create(FetchFileSchema, { call: 6, file: "a".repeat(32), digest: new Uint8Array([1]) }), listener);
  here.find((files) => void told.push(files));
  await vi.waitFor(() => expect(there.finds.length).toBe(1));
  expect(there.sends[0]?.[0]).toMatchObject({ call: 5, method: "PATCH", bodyOffset: 7n });
  expect(there.fetches[0]?.[0]).toMatchObject({ call: 6, file: "a".repeat(32), digest: new Uint8Array([1]) });
  there.sends[0]?.[1].progress(1);
  there.fetches[0]?.[1].progress(2);
  there.finds[0]?.(["b"]);
  there.finds[0]?.(["c"]);
  there.fetches[0]?.[1].ended(Outcome.kRefused, 410);
  there.sends[0]?.[1].answered({ status: 204, body: new Uint8Array([9]) });
  await said(6);
  expect(told).toEqual([1, 2, ["b"], ["c"], [Outcome.kRefused, 410], { status: 204, body: new Uint8Array([9]) }]);
});

test("a file that is missing ends what was to send it", async () => {
  const cancel = here.send(create(HttpCallSchema, { call: 1 }), listener);
  await vi.waitFor(() => expect(there.sends.length).toBe(1));
  there.sends[0]?.[1].missing();
  await said(1);
  cancel();
  here.remove("x");
  await vi.waitFor(() => expect(there.done).toEqual(["remove x"]));
  expect(told).toEqual(["missing"]);
});

test("what is called off is heard of no more, and only what is under way is", async () => {
  const cancelSend = here.send(create(HttpCallSchema, { call: 1 }), listener);
  const cancelFetch = here.fetch(create(FetchFileSchema, { call: 2 }), listener);
  await vi.waitFor(() => expect(there.fetches.length).toBe(1));
  there.fetches[0]?.[1].ended(Outcome.kWhole, 0);
  await said(1);
  cancelSend();
  there.sends[0]?.[1].progress(5);
  cancelSend();
  cancelFetch();
  here.remove("x");
  await vi.waitFor(() => expect(there.done).toEqual(["cancel send 1", "remove x"]));
  expect(told).toEqual([[Outcome.kWhole, 0]]);
});
