// SPDX-License-Identifier: AGPL-3.0-or-later

// HTTP calls whose bodies come in pieces, each when the one who takes it has room (proto/client_api/host.proto).
//
// An answer is read from the network as it is taken. A request's body is put together first: over HTTP/1.1 a browser
// sends only what it has whole. So it is bounded; larger things go up in parts.
import type { HttpCall } from "./generated/client_api/host_pb";
import { TRANSFER_BODY_BYTES_MAX, TRANSFER_PIECE_BYTES_MAX } from "./generated/limits";
import { NO_ANSWER, readWhole, requestOf, type HttpAnswer } from "./http";

export interface TransferHead {
  status: number;
  fields: { name: string; value: string }[];
  /** Of the body; undefined: only its end will tell. */
  size: bigint | undefined;
}
export interface TransferListener {
  /** give() may follow, once. */
  wanted(): void;
  began(head: TransferHead): void;
  /** For one take(). `last`: the body is whole; nothing follows. */
  piece(bytes: Uint8Array, last: boolean): void;
  /** A whole answer, or none: it broke off. Nothing follows. */
  answered(answer: HttpAnswer): void;
}
export interface Transfer {
  give(bytes: Uint8Array): void;
  take(): void;
  /** No call of the listener follows. */
  cancel(): void;
}

/** The listener is never called from within this, give or take. */
export function beginTransfer(call: HttpCall, listener: TransferListener): Transfer {
  return new WebTransfer(call, listener);
}

class WebTransfer implements Transfer {
  private readonly aborter = new AbortController();
  private readonly given: Uint8Array<ArrayBuffer>[] = [];
  private left: number;
  private wanted = false;
  private reader: ReadableStreamDefaultReader<Uint8Array> | undefined;
  private read: Uint8Array = new Uint8Array(); // and not taken yet
  private begun = false;
  private taking = false;
  private live = true;

  constructor(
    private readonly call: HttpCall,
    private readonly listener: TransferListener,
  ) {
    this.left = Number(call.bodySize);
    queueMicrotask(() => (this.left > TRANSFER_BODY_BYTES_MAX ? this.end(NO_ANSWER) : this.goOn()));
  }

  give(bytes: Uint8Array): void {
    if (!this.wanted || bytes.length === 0 || bytes.length > this.left) return;
    this.wanted = false;
    this.given.push(bytes.slice()); // a view may hold on to much more
    this.left -= bytes.length;
    queueMicrotask(() => this.goOn());
  }

  take(): void {
    if (!this.begun || this.taking) return;
    this.taking = true;
    void this.bringPiece();
  }

  cancel(): void {
    this.live = false;
    this.given.length = 0;
    this.aborter.abort();
  }

  private goOn(): void {
    if (!this.live) return;
    if (this.left === 0) return void this.send();
    this.wanted = true;
    this.listener.wanted();
  }

  private async send(): Promise<void> {
    try {
      const body = this.given.length > 0 ? new Blob(this.given) : null;
      this.given.length = 0;
      const response = await fetch(this.call.url, { ...requestOf(this.call, body), signal: this.aborter.signal });
      if (!this.call.inPieces || !response.ok)
        return this.end({ status: response.status, body: await readWhole(response) });
      this.reader = response.body?.getReader();
      if (!this.live) return;
      this.begun = true;
      this.listener.began(headOf(response));
    } catch {
      this.end(NO_ANSWER);
    }
  }

  private async bringPiece(): Promise<void> {
    try {
      let last = false;
      if (this.read.length === 0) {
        const step = await this.reader?.read();
        last = step === undefined || step.done;
        this.read = step?.value ?? this.read;
      } else {
        await Promise.resolve();
      }
      if (!this.live) return;
      const piece = this.read.subarray(0, TRANSFER_PIECE_BYTES_MAX);
      this.read = this.read.subarray(piece.length);
      this.taking = false;
      if (last) this.live = false;
      if (piece.length === 0 && !last) return this.take();
      this.listener.piece(piece, last);
    } catch {
      this.end(NO_ANSWER);
    }
  }

  private end(answer: HttpAnswer): void {
    if (!this.live) return;
    this.live = false;
    this.listener.answered(answer);
  }
}

function headOf(response: Response): TransferHead {
  const length = response.headers.has("content-encoding") ? null : response.headers.get("content-length");
  return {
    status: response.status,
    fields: [...response.headers].map(([name, value]) => ({ name, value })),
    size: length === null ? undefined : BigInt(length),
  };
}
