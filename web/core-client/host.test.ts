// SPDX-License-Identifier: AGPL-3.0-or-later

// Actions carried out: sockets, HTTP, timers, and the end of a module that traps.
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import {
  ActionSchema,
  FileFetched_Outcome,
  InputSchema,
  type Action,
  type FetchFile,
  type HttpCall,
  type Input,
} from "./generated/client_api/host_pb";
import { FRAME_BYTES_MAX } from "./generated/limits";
import { CoreHost, type ActionSource } from "./host";
import type { HttpAnswer } from "./http";
import { webNetwork, type Network, type SocketListener, type WebSocketClass } from "./network";
import { decodeEvent, decodeResponse, encodeRequest } from "./schema";
import type { FetchListener, SealedFiles, SendListener } from "./sealed_files";

type ActionKind = Exclude<MessageInitShape<typeof ActionSchema>, Action>["kind"];

/** Gives the actions that a test has laid out, one list for each input, and keeps the inputs. */
class Script implements ActionSource {
  readonly inputs: Input["kind"][] = [];
  closed = false;

  constructor(private readonly steps: (ActionKind[] | Error)[]) {}

  handle(bytes: Uint8Array): Uint8Array[] {
    this.inputs.push(fromBinary(InputSchema, bytes).kind);
    const step = this.steps.shift() ?? [];
    if (step instanceof Error) throw step;
    return step.map((kind) =>
      toBinary(ActionSchema, create(ActionSchema, { kind } as Exclude<MessageInitShape<typeof ActionSchema>, Action>)),
    );
  }
  close(): void {
    this.closed = true;
  }
  cases(): (string | undefined)[] {
    return this.inputs.map((input) => input.case);
  }
}

class FakeNetwork implements Network {
  readonly sockets: { url: string; listener: SocketListener; sent: Uint8Array[]; closed: boolean }[] = [];
  readonly answers: ((answer: HttpAnswer) => void)[] = [];

  openSocket(url: string, listener: SocketListener) {
    const socket = { url, listener, sent: [] as Uint8Array[], closed: false };
    this.sockets.push(socket);
    return { send: (frame: Uint8Array) => void socket.sent.push(frame), close: () => void (socket.closed = true) };
  }
  readonly cancelled: string[] = [];
  call({ call }: HttpCall, answered: (answer: HttpAnswer) => void) {
    this.answers.push(answered);
    return () => void this.cancelled.push(`call ${call}`);
  }
}

class FakeFiles implements SealedFiles {
  readonly sent: SendListener[] = [];
  readonly fetched: FetchListener[] = [];
  readonly done: string[] = [];
  found: (files: string[]) => void = () => {};

  send({ call }: HttpCall, listener: SendListener) {
    this.sent.push(listener);
    return () => void this.done.push(`cancel ${call}`);
  }
  fetch({ call }: FetchFile, listener: FetchListener) {
    this.fetched.push(listener);
    return () => void this.done.push(`cancel ${call}`);
  }
  remove(file: string) {
    this.done.push(`remove ${file}`);
  }
  find(found: (files: string[]) => void) {
    this.found = found;
  }
}

let now = 1000;
const ended: unknown[] = [];
const told: string[] = [];

function hosted(steps: (ActionKind[] | Error)[]) {
  const script = new Script(steps);
  const network = new FakeNetwork();
  const files = new FakeFiles();
  const listener = {
    response: (id: number, response: Uint8Array) =>
      void told.push(`response ${id}${decodeResponse(response).id === id ? "" : ", which is another"}`),
    events: (events: readonly Uint8Array[]) =>
      void told.push(`events ${events.map((event) => decodeEvent(event).number).join(" ")}`),
    ended: (error: unknown) => void ended.push(error),
  };
  return { script, network, files, host: new CoreHost(script, network, files, () => now, listener) };
}
const request = (host: CoreHost) => host.request(1, encodeRequest("getState", {}));

beforeEach(() => {
  now = 1000;
  ended.length = told.length = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("A core's host", () => {
  test("opens, feeds and closes the socket that the core names", () => {
    const { script, network, host } = hosted([
      [{ case: "openSocket", value: { socket: 4, url: "ws://localhost/v1/ws" } }],
      [{ case: "sendFrame", value: { socket: 4, frame: new Uint8Array([1, 2]) } }],
      [{ case: "closeSocket", value: { socket: 4 } }],
    ]);
    request(host);
    network.sockets[0]?.listener.opened();
    network.sockets[0]?.listener.frame(new Uint8Array([9]));
    network.sockets[0]?.listener.frame(new Uint8Array([10]));
    vi.runAllTimers();
    expect(network.sockets[0]).toMatchObject({
      url: "ws://localhost/v1/ws",
      sent: [new Uint8Array([1, 2])],
      closed: true,
    });
    expect(script.inputs.slice(1)).toMatchObject([
      { case: "socketOpened", value: { socket: 4 } },
      { case: "socketFrame", value: { socket: 4, frames: [new Uint8Array([9]), new Uint8Array([10])] } },
    ]);
  });

  test("hands over what a socket brought before what came after it, and nothing of it once it is closed", () => {
    const { script, network, host } = hosted([[{ case: "openSocket", value: { socket: 1, url: "ws://localhost/" } }]]);
    request(host);
    const socket = network.sockets[0]?.listener;
    socket?.frame(new Uint8Array([1]));
    request(host);
    socket?.frame(new Uint8Array([2]));
    socket?.closed(1006, "");
    expect(script.cases()).toEqual(["request", "socketFrame", "request", "socketFrame", "socketClosed"]);
    socket?.frame(new Uint8Array([3]));
    host.close();
    vi.runAllTimers();
    expect(script.inputs.length).toBe(5);
  });

  test("tells the events of one input together, and in their order with the answers [UI-1]", () => {
    const event = (number: bigint): ActionKind => ({ case: "event", value: { number } });
    const { host } = hosted([[event(1n), event(2n), { case: "response", value: { id: 1 } }, event(3n)], [event(4n)]]);
    request(host);
    request(host);
    expect(told).toEqual(["events 1 2", "response 1", "events 3", "events 4"]);
  });

  test("brings the answer of an HTTP call back under its number", async () => {
    const { script, network, host } = hosted([
      [{ case: "httpCall", value: { call: 7, method: "GET", url: "http://localhost/v1/x" } }],
    ]);
    request(host);
    network.answers[0]?.({ status: 204, body: new Uint8Array([5]) });
    await vi.runAllTimersAsync();
    expect(script.inputs[1]).toMatchObject({
      case: "httpResponse",
      value: { call: 7, status: 204, body: new Uint8Array([5]) },
    });
  });

  test("sends parts of files and fetches files, and says how far that is and how it ended", () => {
    const { script, files, host } = hosted([
      [
        { case: "httpCall", value: { call: 1, method: "PATCH", bodyFile: "a".repeat(32), bodySize: 2n } },
        { case: "fetchFile", value: { call: 2, file: "b".repeat(32) } },
        { case: "removeFile", value: { file: "c".repeat(32) } },
        { case: "httpCall", value: { call: 3, method: "PATCH", bodyFile: "d".repeat(32), bodySize: 2n } },
      ],
    ]);
    request(host);
    files.sent[1]?.missing();
    files.sent[0]?.progress(1);
    files.sent[0]?.answered({ status: 204, body: new Uint8Array([6]) });
    files.fetched[0]?.progress(7);
    files.fetched[0]?.ended(FileFetched_Outcome.kRefused, 404);
    expect(script.inputs.slice(1)).toMatchObject([
      { case: "fileFetched", value: { call: 3, outcome: FileFetched_Outcome.kMissing } },
      { case: "httpProgress", value: { call: 1, done: 1n } },
      { case: "httpResponse", value: { call: 1, status: 204, body: new Uint8Array([6]) } },
      { case: "httpProgress", value: { call: 2, done: 7n } },
      { case: "fileFetched", value: { call: 2, outcome: FileFetched_Outcome.kRefused, status: 404 } },
    ]);
    host.close();
    expect(files.done).toEqual([`remove ${"c".repeat(32)}`]);
  });

  test("calls off what the core does not want any more, and with the module what is under way", () => {
    const { network, files, host } = hosted([
      [
        { case: "httpCall", value: { call: 1, method: "PATCH", bodyFile: "a".repeat(32), bodySize: 2n } },
        { case: "httpCall", value: { call: 2, method: "GET" } },
        { case: "fetchFile", value: { call: 3 } },
        { case: "httpCall", value: { call: 4, method: "GET" } },
      ],
      [1, 2, 9].map((call) => ({ case: "httpCancel", value: { call } })),
    ]);
    request(host);
    request(host);
    expect([files.done, network.cancelled]).toEqual([["cancel 1"], ["call 2"]]);
    host.close();
    expect([files.done, network.cancelled]).toEqual([
      ["cancel 1", "cancel 3"],
      ["call 2", "call 4"],
    ]);
  });

  test("asks the core about the files that it finds", () => {
    const { script, files } = hosted([]);
    files.found(["a".repeat(32)]);
    expect(script.inputs).toMatchObject([{ case: "filesFound", value: { files: ["a".repeat(32)] } }]);
  });

  test("wakes the core at the time it asked for last, and not before when a timer comes early", () => {
    const { script, host } = hosted([
      [
        { case: "wakeAt", value: { monotonicMs: 5000n } },
        { case: "wakeAt", value: { monotonicMs: 1100n } },
      ],
    ]);
    request(host);
    now = 1099;
    vi.advanceTimersByTime(100);
    expect(script.cases()).toEqual(["request"]);
    now = 1100;
    vi.advanceTimersByTime(1);
    expect(script.cases()).toEqual(["request", "tick"]);
    now = 9000;
    vi.advanceTimersByTime(10_000);
    expect(script.cases()).toEqual(["request", "tick"]);
  });

  test("ends with a module that traps: connections close, nothing is handed in any more", () => {
    const trap = new WebAssembly.RuntimeError("unreachable");
    const { script, network, host } = hosted([
      [{ case: "openSocket", value: { socket: 1, url: "ws://localhost/" } }],
      trap,
    ]);
    request(host);
    network.sockets[0]?.listener.frame(new Uint8Array([1]));
    vi.runAllTimers();
    expect(ended).toEqual([trap]);
    expect(network.sockets[0]?.closed).toBe(true);
    network.sockets[0]?.listener.frame(new Uint8Array([2]));
    request(host);
    vi.runAllTimers();
    expect(script.inputs.length).toBe(2);
  });
});

/** A WebSocket that a test speaks for. */
class ScriptedWebSocket extends EventTarget {
  static made: ScriptedWebSocket | undefined;
  closed = false;

  constructor() {
    super();
    ScriptedWebSocket.made = this;
  }
  say(data: unknown): void {
    this.dispatchEvent(Object.assign(new Event("message"), { data }));
  }
  close(): void {
    this.closed = true;
  }
}

describe("The network", () => {
  test("ends a socket that brings what no server of Kith sends: text, or a frame larger than any", () => {
    for (const [data, expected] of [
      ["text", 1003],
      [new ArrayBuffer(FRAME_BYTES_MAX + 1), 1009],
    ] as const) {
      const closed: number[] = [];
      const sizes: number[] = [];
      webNetwork(ScriptedWebSocket as unknown as WebSocketClass).openSocket("ws://localhost/", {
        opened: () => {},
        frame: (bytes) => void sizes.push(bytes.length),
        closed: (code) => void closed.push(code),
      });
      const socket = ScriptedWebSocket.made as ScriptedWebSocket;
      socket.say(new ArrayBuffer(FRAME_BYTES_MAX));
      socket.say(data);
      socket.say(new ArrayBuffer(1));
      expect([sizes, closed, socket.closed]).toEqual([[FRAME_BYTES_MAX], [expected], true]);
    }
  });

  test("says that a socket never opened when the address is none, and not from within openSocket", async () => {
    const refuse = class {
      constructor() {
        throw new SyntaxError("no address");
      }
    } as unknown as WebSocketClass;
    const closed: number[] = [];
    webNetwork(refuse).openSocket("nonsense", {
      opened: () => {},
      frame: () => {},
      closed: (code) => void closed.push(code),
    });
    expect(closed).toEqual([]);
    await Promise.resolve();
    expect(closed).toEqual([1006]);
  });
});
