// SPDX-License-Identifier: AGPL-3.0-or-later

// The one core of a profile, shared by the tabs that show it: gives each call an id of its own, brings answers back to
// the tab that asked, and makes one wish of what the tabs say about themselves (the user is looking; whose presence is
// shown).
import { fromBinary } from "@bufbuild/protobuf";

import { encodeRequest, RequestSchema, type MethodName } from "./schema";

/** What of a CoreHost is needed here. */
export interface Core {
  request(id: number, bytes: Uint8Array): void;
  networkChanged(online: boolean): void;
  close(): void;
}

/** Answers to this id interest nobody. */
export const NO_CALL = 0;

interface Caller {
  tab: string;
  id: number;
}

export class Leader {
  private readonly callers = new Map<number, Caller>();
  private readonly available = new Map<string, boolean>();
  private readonly watched = new Map<string, string[]>();
  private nextId = 1;

  constructor(
    private readonly core: Core,
    private readonly answer: (tab: string, id: number, response: Uint8Array) => void,
  ) {}

  /** A call of a tab. The answer may come before this returns. */
  call(tab: string, id: number, method: MethodName, request: Uint8Array): void {
    const coreId = this.nextId++;
    if (id !== NO_CALL) this.callers.set(coreId, { tab, id });
    this.core.request(coreId, this.merge(tab, method, request));
  }

  /** A serialized Response of the core, and the id in it. */
  response(coreId: number, response: Uint8Array): void {
    const caller = this.callers.get(coreId);
    if (caller === undefined) return;
    this.callers.delete(coreId);
    this.answer(caller.tab, caller.id, response);
  }

  /** The tab was closed: nothing it said about itself counts any more. */
  tabGone(tab: string): void {
    for (const [coreId, caller] of this.callers) if (caller.tab === tab) this.callers.delete(coreId);
    if (this.available.delete(tab)) this.core.request(this.nextId++, this.mergedAvailable());
    if (this.watched.delete(tab)) this.core.request(this.nextId++, this.mergedWatched());
  }

  private merge(tab: string, method: MethodName, bytes: Uint8Array): Uint8Array {
    if (method !== "setAvailable" && method !== "watchPresence") return bytes;
    const said = fromBinary(RequestSchema, bytes).method;
    if (said.case === "setAvailable") {
      this.available.set(tab, said.value.available);
      return this.mergedAvailable();
    }
    if (said.case === "watchPresence") {
      this.watched.set(tab, said.value.conversations);
      return this.mergedWatched();
    }
    return bytes;
  }

  private mergedAvailable(): Uint8Array {
    return encodeRequest("setAvailable", { available: [...this.available.values()].some((available) => available) });
  }

  private mergedWatched(): Uint8Array {
    return encodeRequest("watchPresence", { conversations: [...new Set([...this.watched.values()].flat())] });
  }
}
