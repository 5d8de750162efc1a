// SPDX-License-Identifier: AGPL-3.0-or-later

// One tab's Worker. Of the tabs that show a profile one leads: its Worker holds the profile's lock and files and runs
// the core. The others pass their calls to it over a BroadcastChannel, and each waits for the lock: when the leader
// goes, the next one opens the files and goes on.
//
//   start ──► follow ──(lock granted)──► lead ──(tab closed)──► gone
//
// A call survives a change of leader: it is made again. What changes something has an id (Request.change), and the core
// does it once. What a tab says about itself (connect, setAvailable, watchPresence) is said again to each leader.
import { EventQueue } from "./event_queue";
import type { HostListener } from "./host";
import { Leader, NO_CALL, type Core } from "./leader";
import type { FromWorker, OnChannel, StartError, ToWorker } from "./messages";
import { encodeResync, type MethodName } from "./schema";

/** Thrown by startCore. */
export class CannotStart extends Error {
  constructor(
    readonly reason: StartError,
    detail: string,
  ) {
    super(detail);
  }
}

/** The browser around the Worker; tests have their own. */
export interface WorkerEnvironment {
  /** Unlike that of any other tab. */
  readonly tab: string;
  toPage(message: FromWorker): void;
  toTabs(message: OnChannel): void;
  /** Waits for the profile's lock, and holds it until what `run` returned is settled. */
  lead(run: () => Promise<void>): void;
  /** Calls once when the tab is closed. */
  whenGone(tab: string, gone: () => void): void;
  /** Opens the files, the module and the database; rejects with CannotStart. */
  startCore(listener: HostListener): Promise<Core>;
  monotonicMs(): number;
}

interface Call {
  method: MethodName;
  request: Uint8Array;
}

/** A core may trap this often in this time; then something is wrong that a new start does not mend. */
const TRAPS_MAX = 3;
const TRAPS_WITHIN_MS = 60_000;

export class ProfileWorker {
  private readonly calls = new Map<number, Call>();
  private readonly standing = new Map<string, { method: MethodName; request: Uint8Array }>();
  private readonly events: EventQueue;
  private readonly knownTabs = new Set<string>();
  private term: string | undefined; // of the leader, here or elsewhere
  private leading: { core: Core; leader: Leader } | undefined;
  private hadLeader = false;
  private live = true;
  private release: () => void = () => {};

  constructor(private readonly environment: WorkerEnvironment) {
    this.events = new EventQueue((events) => environment.toPage({ kind: "events", events }), encodeResync());
  }

  /** Looks for a leader, and waits to be one. Once, when messages can come in. */
  start(): void {
    this.environment.toTabs({ kind: "seek" });
    this.environment.lead(() => this.lead());
  }

  fromPage(message: ToWorker): void {
    switch (message.kind) {
      case "call":
        this.calls.set(message.id, { method: message.method, request: message.request });
        this.remember(message.method, message.request);
        return this.dispatch(message.id, message.method, message.request);
      case "taken":
        return this.events.taken(message.count);
      case "network":
        return this.networkChanged(message.online);
      case "close":
        return this.close();
    }
  }

  fromTabs(message: OnChannel): void {
    if (!this.live) return;
    switch (message.kind) {
      case "seek":
        if (this.leading !== undefined && this.term !== undefined)
          this.environment.toTabs({ kind: "leading", term: this.term });
        return;
      case "leading":
        if (this.leading === undefined && this.term !== message.term) this.follow(message.term);
        return;
      case "call":
        if (this.leading !== undefined && message.term === this.term) this.callOfTab(message);
        return;
      case "network":
        this.leading?.core.networkChanged(message.online);
        return;
      case "answer":
        if (message.tab === this.environment.tab) this.answered(message.id, message.response);
        return;
      case "events":
        if (this.leading === undefined && message.term === this.term) this.events.push(message.events);
        return;
    }
  }

  /** Whoever of the tabs hears of it tells the core, which takes it as often as it comes. */
  networkChanged(online: boolean): void {
    if (this.leading !== undefined) this.leading.core.networkChanged(online);
    else this.environment.toTabs({ kind: "network", online });
  }

  // ---------------------------------------------------------------- leading

  /** Runs cores, one after the other should one trap, while this Worker has the lock. */
  private async lead(): Promise<void> {
    const traps: number[] = [];
    for (let run = 1; this.live; ++run) {
      try {
        const error = await this.runCore(`${this.environment.tab}/${run}`);
        if (!this.live) return;
        const now = this.environment.monotonicMs();
        traps.push(now);
        if (traps.filter((at) => now - at < TRAPS_WITHIN_MS).length > TRAPS_MAX)
          throw new CannotStart("crashed", String(error));
      } catch (error) {
        const reason = error instanceof CannotStart ? error.reason : "load";
        return this.fail(reason, error instanceof Error ? error.message : String(error));
      }
    }
  }

  /** Settles when the core has trapped, with the error, or this Worker is closed. */
  private async runCore(term: string): Promise<unknown> {
    this.term = undefined;
    let ended: (error: unknown) => void = () => {};
    const end = new Promise<unknown>((resolve) => (ended = resolve));
    this.release = () => ended(undefined);

    let leader: Leader | undefined;
    const core = await this.environment.startCore({
      response: (id, response) => leader?.response(id, response),
      events: (events) => {
        this.events.push(events);
        this.environment.toTabs({ kind: "events", term, events });
      },
      ended: (error) => {
        this.leading = undefined;
        this.term = undefined;
        ended(error);
      },
    });
    if (!this.live) {
      core.close();
      return undefined;
    }
    leader = new Leader(core, (tab, id, response) => {
      if (tab === this.environment.tab) return this.answered(id, response);
      this.environment.toTabs({ kind: "answer", tab, id, response });
    });
    this.leading = { core, leader };
    this.environment.toTabs({ kind: "leading", term });
    this.follow(term);
    return end;
  }

  private callOfTab(message: OnChannel & { kind: "call" }): void {
    if (!this.knownTabs.has(message.tab)) {
      this.knownTabs.add(message.tab);
      this.environment.whenGone(message.tab, () => {
        this.knownTabs.delete(message.tab);
        this.leading?.leader.tabGone(message.tab);
      });
    }
    this.leading?.leader.call(message.tab, message.id, message.method, message.request);
  }

  // ---------------------------------------------------------------- following

  /** There is a new leader, here or elsewhere: brings it up to what this tab wants. */
  private follow(term: string): void {
    this.term = term;
    if (this.hadLeader) this.events.push([encodeResync()]);
    this.hadLeader = true;
    const waiting = [...this.calls];
    const restated = new Set(waiting.map(([, call]) => call.request));
    for (const { method, request } of this.standing.values()) {
      if (!restated.has(request)) this.dispatch(NO_CALL, method, request);
    }
    for (const [id, call] of waiting) this.dispatch(id, call.method, call.request);
  }

  private dispatch(id: number, method: MethodName, request: Uint8Array): void {
    if (this.leading !== undefined) {
      this.leading.leader.call(this.environment.tab, id, method, request);
    } else if (this.term !== undefined) {
      this.environment.toTabs({ kind: "call", term: this.term, tab: this.environment.tab, id, method, request });
    }
  }

  private answered(id: number, response: Uint8Array): void {
    if (this.calls.delete(id)) this.environment.toPage({ kind: "answer", id, response });
  }

  private remember(method: MethodName, request: Uint8Array): void {
    const about = method === "connect" || method === "disconnect" ? "connection" : method;
    if (about === "connection" || about === "setAvailable" || about === "watchPresence")
      this.standing.set(about, { method, request });
  }

  // ---------------------------------------------------------------- ending

  private fail(error: StartError, detail: string): void {
    this.live = false;
    this.environment.toPage({ kind: "failed", error, detail });
  }

  private close(): void {
    this.live = false;
    this.leading?.core.close();
    this.leading = undefined;
    this.release();
    this.environment.toPage({ kind: "closed" });
  }
}
