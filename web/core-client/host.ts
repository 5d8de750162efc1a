// SPDX-License-Identifier: AGPL-3.0-or-later

// Hosts one client core: hands it inputs, and carries out the actions that come out, in order
// (proto/client_api/host.proto).
//
// Requests, responses and events pass as bytes: they are made and read at the page. The events that follow from one
// input are told together: a backlog brings them by the thousand.
import { create, fromBinary, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

import { FrameGatherer } from "./frame_gatherer";
import { RequestSchema, ResponseSchema } from "./generated/client_api/client_api_pb";
import {
  ActionSchema,
  FileFetched_Outcome,
  InputSchema,
  type Action,
  type FetchFile,
  type HttpCall,
  type Input,
} from "./generated/client_api/host_pb";
import type { HttpAnswer } from "./http";
import type { Network, Socket } from "./network";
import type { Cancel, SealedFiles } from "./sealed_files";

type InputInit = Exclude<MessageInitShape<typeof InputSchema>, Input>;
type InputKind = Exclude<InputInit["kind"], undefined | { case: "request" | undefined }>;

const INPUT_REQUEST = InputSchema.field.request.number;
const ACTION_RESPONSE = ActionSchema.field.response.number;
const ACTION_EVENT = ActionSchema.field.event.number;

/** What of a CoreModule is needed here. */
export interface ActionSource {
  handle(input: Uint8Array): Uint8Array[];
  close(): void;
}

export interface HostListener {
  /** A serialized Response, and the id in it. */
  response(id: number, response: Uint8Array): void;
  /** Serialized Events: at least one, in order. */
  events(events: readonly Uint8Array[]): void;
  /**
   * The module trapped: this host does nothing more. What was committed is in the files; a new module goes on from
   * there.
   */
  ended(error: unknown): void;
}

/** setTimeout's longest wait. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export class CoreHost {
  private readonly inputs: Uint8Array[] = [];
  private readonly sockets = new Map<number, Socket>();
  private readonly calls = new Map<number, Cancel>(); // HttpCalls and FetchFiles under way
  private readonly frames = new FrameGatherer((socket, frames) =>
    this.feed({ case: "socketFrame", value: { socket, frames } }),
  );
  private events: Uint8Array[] = []; // of the input that is being handled, and not told yet
  private handling = false;
  private live = true;
  private wakeAt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The module is open. Its clock is `monotonicMs`. */
  constructor(
    private readonly module: ActionSource,
    private readonly network: Network,
    private readonly files: SealedFiles,
    private readonly monotonicMs: () => number,
    private readonly listener: HostListener,
  ) {
    files.find((found) => this.submit({ case: "filesFound", value: { files: found } }));
  }

  /** Hands in a serialized Request under the id; the response comes to the listener, perhaps before this returns. */
  request(id: number, bytes: Uint8Array): void {
    this.frames.flush();
    this.feedBytes(inputOfRequest(id, bytes));
  }

  networkChanged(online: boolean): void {
    this.submit({ case: "networkChanged", value: { online } });
  }

  /** Ends the connections and closes the database. */
  close(): void {
    if (!this.live) return;
    this.stop();
    this.module.close();
  }

  private submit(input: InputKind): void {
    this.frames.flush();
    this.feed(input);
  }

  private feed(kind: InputKind): void {
    this.feedBytes(toBinary(InputSchema, create(InputSchema, { kind } as InputInit)));
  }

  private feedBytes(input: Uint8Array): void {
    if (!this.live) return;
    this.inputs.push(input);
    if (this.handling) return;
    this.handling = true;
    try {
      for (let next = this.inputs.shift(); next !== undefined && this.live; next = this.inputs.shift())
        this.handle(next);
    } catch (error) {
      this.stop();
      this.listener.ended(error);
    } finally {
      this.handling = false;
    }
  }

  private handle(input: Uint8Array): void {
    for (const action of this.module.handle(input)) {
      if (!this.pass(action)) this.carryOut(fromBinary(ActionSchema, action).kind);
    }
    this.tellEvents();
  }

  /** Hands on what is for the page. False: the action is for this host. */
  private pass(action: Uint8Array): boolean {
    const reader = new BinaryReader(action);
    const [field] = reader.tag();
    if (field === ACTION_EVENT) {
      this.events.push(reader.bytes());
      return true;
    }
    if (field !== ACTION_RESPONSE) return false;
    const response = reader.bytes();
    this.tellEvents();
    this.listener.response(idOfResponse(response), response);
    return true;
  }

  private carryOut(action: Action["kind"]): void {
    switch (action.case) {
      case "openSocket":
        return this.openSocket(action.value.socket, action.value.url);
      case "sendFrame":
        return this.sockets.get(action.value.socket)?.send(action.value.frame);
      case "closeSocket":
        this.sockets.get(action.value.socket)?.close();
        this.sockets.delete(action.value.socket);
        return;
      case "httpCall":
        return action.value.bodyFile === "" ? this.callHttp(action.value) : this.sendFile(action.value);
      case "httpCancel":
        this.calls.get(action.value.call)?.();
        this.calls.delete(action.value.call);
        return;
      case "fetchFile":
        return this.fetchFile(action.value);
      case "removeFile":
        return this.files.remove(action.value.file);
      case "wakeAt":
        this.wakeAt = Number(action.value.monotonicMs);
        return this.armTimer();
      case "response": // passed on, as it came
      case "event":
      case undefined:
        return;
    }
  }

  private tellEvents(): void {
    const events = this.events;
    this.events = [];
    if (events.length > 0) this.listener.events(events);
  }

  private openSocket(id: number, url: string): void {
    const socket = this.network.openSocket(url, {
      opened: () => this.submit({ case: "socketOpened", value: { socket: id } }),
      frame: (frame) => this.frames.add(id, frame),
      closed: (code, reason) => {
        this.sockets.delete(id);
        this.submit({ case: "socketClosed", value: { socket: id, code, reason } });
      },
    });
    this.sockets.set(id, socket);
  }

  private callHttp(httpCall: HttpCall): void {
    const { call } = httpCall;
    this.calls.set(
      call,
      this.network.call(httpCall, (answer) => this.answered(call, answer)),
    );
  }

  private sendFile(httpCall: HttpCall): void {
    const { call } = httpCall;
    const cancel = this.files.send(httpCall, {
      progress: (done) => this.progressed(call, done),
      answered: (answer) => this.answered(call, answer),
      missing: () => this.fileEnded(call, FileFetched_Outcome.kMissing, 0),
    });
    this.calls.set(call, cancel);
  }

  private fetchFile(wanted: FetchFile): void {
    const { call } = wanted;
    const cancel = this.files.fetch(wanted, {
      progress: (done) => this.progressed(call, done),
      ended: (outcome, status) => this.fileEnded(call, outcome, status),
    });
    this.calls.set(call, cancel);
  }

  private answered(call: number, { status, body }: HttpAnswer): void {
    this.calls.delete(call);
    this.submit({ case: "httpResponse", value: { call, status, body } });
  }

  private fileEnded(call: number, outcome: FileFetched_Outcome, status: number): void {
    this.calls.delete(call);
    this.submit({ case: "fileFetched", value: { call, outcome, status } });
  }

  private progressed(call: number, done: number): void {
    this.submit({ case: "httpProgress", value: { call, done: BigInt(done) } });
  }

  private armTimer(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.wakeAt === 0) return;
    const wait = Math.min(Math.max(this.wakeAt - this.monotonicMs(), 0), TIMER_MAX_MS);
    this.timer = setTimeout(() => this.timerFired(), wait);
  }

  private timerFired(): void {
    if (this.monotonicMs() < this.wakeAt) return this.armTimer(); // timers may come early
    this.wakeAt = 0;
    this.submit({ case: "tick", value: {} });
  }

  private stop(): void {
    this.live = false;
    clearTimeout(this.timer);
    this.frames.drop();
    for (const socket of this.sockets.values()) socket.close();
    this.sockets.clear();
    for (const cancel of this.calls.values()) cancel();
    this.calls.clear();
    this.inputs.length = 0;
  }
}

/** An Input that holds the serialized Request under this id: of a field that comes twice the last one counts. */
function inputOfRequest(id: number, request: Uint8Array): Uint8Array {
  const withId = new BinaryWriter()
    .raw(request)
    .tag(RequestSchema.field.id.number, WireType.Varint)
    .uint32(id)
    .finish();
  return new BinaryWriter().tag(INPUT_REQUEST, WireType.LengthDelimited).bytes(withId).finish();
}

function idOfResponse(response: Uint8Array): number {
  const reader = new BinaryReader(response);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (field === ResponseSchema.field.id.number) return reader.uint32();
    reader.skip(wireType);
  }
  return 0;
}
