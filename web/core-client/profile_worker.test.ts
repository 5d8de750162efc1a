// SPDX-License-Identifier: AGPL-3.0-or-later

// Several tabs of one profile in one program: their Workers, with locks and a channel like the browser's, over cores
// that say what they got.
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";

import type { FromWorker, OnChannel } from "./messages";
import type { HostListener } from "./host";
import { CannotStart, ProfileWorker, type WorkerEnvironment } from "./profile_worker";
import { decodeEvent, decodeResponse, encodeRequest, EventSchema, RequestSchema, ResponseSchema } from "./schema";
import type { MethodName, MethodParams, Request, Response } from "./schema";

/** A core that answers by hand. */
class FakeCore {
  readonly requests: Request[] = [];
  closed = false;

  constructor(readonly listener: HostListener) {}

  request(id: number, bytes: Uint8Array): void {
    const request = fromBinary(RequestSchema, bytes);
    request.id = id;
    this.requests.push(request);
  }
  readonly heard: boolean[] = [];
  networkChanged(online: boolean): void {
    this.heard.push(online);
  }
  close(): void {
    this.closed = true;
  }

  answerAll(): void {
    for (const request of this.requests.splice(0)) {
      const result = { case: request.method.case, value: {} } as Response["result"];
      this.listener.response(request.id, toBinary(ResponseSchema, create(ResponseSchema, { id: request.id, result })));
    }
  }
  changes(): string[] {
    return this.requests.map(({ change }) => change);
  }
  methods(): (string | undefined)[] {
    return this.requests.map((request) => request.method.case);
  }
}

class Browser {
  readonly tabs: Tab[] = [];
  readonly cores: FakeCore[] = [];
  startFails: CannotStart | undefined;
  private readonly waiting: Tab[] = [];
  private leader: Tab | undefined;

  open(): Tab {
    const tab = new Tab(this, `tab${this.tabs.length + 1}`);
    this.tabs.push(tab);
    tab.start();
    return tab;
  }
  get core(): FakeCore {
    const core = this.cores.at(-1);
    if (core === undefined) throw new Error("no core was started");
    return core;
  }
  broadcast(from: Tab, message: OnChannel): void {
    for (const tab of this.tabs) if (tab !== from && tab.open) tab.worker?.fromTabs(message);
  }
  requestLock(tab: Tab): void {
    this.waiting.push(tab);
    this.grant();
  }
  released(tab: Tab): void {
    if (this.leader === tab) this.leader = undefined;
    const at = this.waiting.indexOf(tab);
    if (at >= 0) this.waiting.splice(at, 1);
    this.grant();
  }
  private grant(): void {
    if (this.leader !== undefined) return;
    const next = this.waiting.shift();
    if (next === undefined) return;
    this.leader = next;
    void next.run?.().then(() => this.released(next));
  }
}

class Tab implements WorkerEnvironment {
  open = true;
  worker: ProfileWorker | undefined;
  readonly received: FromWorker[] = [];
  readonly gone: (() => void)[] = [];
  run: (() => Promise<void>) | undefined;
  private nextId = 1;

  constructor(
    private readonly browser: Browser,
    readonly tab: string,
  ) {}

  start(): void {
    this.worker = new ProfileWorker(this);
    this.worker.start();
  }
  toPage(message: FromWorker): void {
    this.received.push(message);
  }
  toTabs(message: OnChannel): void {
    this.browser.broadcast(this, message);
  }
  lead(run: () => Promise<void>): void {
    this.run = run;
    this.browser.requestLock(this);
  }
  whenGone(tab: string, gone: () => void): void {
    this.browser.tabs.find((other) => other.tab === tab)?.gone.push(gone);
  }
  async startCore(listener: HostListener): Promise<FakeCore> {
    if (this.browser.startFails !== undefined) throw this.browser.startFails;
    const core = new FakeCore(listener);
    this.browser.cores.push(core);
    return core;
  }
  monotonicMs(): number {
    return 1;
  }

  call<M extends MethodName>(method: M, params: MethodParams<M>, change = ""): number {
    const id = this.nextId++;
    this.worker?.fromPage({ kind: "call", id, method, request: encodeRequest(method, params, change) });
    return id;
  }
  answer(id: number): Response | undefined {
    const found = this.received.find((message) => message.kind === "answer" && message.id === id);
    return found?.kind === "answer" ? decodeResponse(found.response) : undefined;
  }
  events(): (string | undefined)[] {
    return this.received.flatMap((message) =>
      message.kind === "events" ? message.events.map((bytes) => decodeEvent(bytes).kind.case) : [],
    );
  }
  /** As when the user closes it: nothing of it runs any more. */
  closeTab(): void {
    this.open = false;
    this.worker = undefined;
    for (const gone of this.gone) gone();
    this.browser.released(this);
  }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

async function twoTabs(): Promise<{ browser: Browser; first: Tab; second: Tab }> {
  const browser = new Browser();
  const first = browser.open();
  await settle();
  const second = browser.open();
  await settle();
  return { browser, first, second };
}

test("what a page hears of the network reaches the core, whichever tab it is", async () => {
  const { browser, first, second } = await twoTabs();
  first.worker?.fromPage({ kind: "network", online: false });
  second.worker?.fromPage({ kind: "network", online: true });
  expect(browser.core.heard).toEqual([false, true]);
});

describe("The tabs of one profile", () => {
  test("share one core, and each gets the answers to its own calls", async () => {
    const { browser, first, second } = await twoTabs();
    expect(browser.cores.length).toBe(1);
    const a = first.call("getState", {});
    const b = second.call("listConversations", {});
    browser.core.answerAll();
    expect(first.answer(a)?.result.case).toBe("getState");
    expect(second.answer(b)?.result.case).toBe("listConversations");
    expect(first.received.length + second.received.length).toBe(2);
  });

  test("all get every event, in order [UI-1]", async () => {
    const { browser, first, second } = await twoTabs();
    const event = (number: bigint, name: "contactsChanged" | "typingChanged" | "resync") =>
      toBinary(EventSchema, create(EventSchema, { number, kind: { case: name, value: {} } }));
    browser.core.listener.events([event(1n, "contactsChanged"), event(2n, "typingChanged")]);
    browser.core.listener.events([event(3n, "resync")]);
    for (const tab of [first, second]) {
      expect(tab.events()).toEqual(["contactsChanged", "typingChanged", "resync"]);
      expect(tab.received.length).toBe(2);
    }
  });

  test("go on when the leading one is closed: another leads, repeats what can be, reads its state again", async () => {
    const { browser, first, second } = await twoTabs();
    second.call("connect", {});
    browser.core.answerAll();
    const unanswered = second.call("listMessages", { conversation: "c" });
    first.closeTab();
    await settle();
    expect(browser.cores.length).toBe(2);
    expect(browser.core.methods()).toEqual(["connect", "listMessages"]);
    browser.core.answerAll();
    expect(second.answer(unanswered)?.result.case).toBe("listMessages");
    expect(second.events()).toEqual(["resync"]);
  });

  test("make a call again whose answer was lost, as the same change: the core does it once [SEND-1]", async () => {
    const { browser, first, second } = await twoTabs();
    const send = second.call("sendMessage", { conversation: "c", text: "hello" }, "11".repeat(16));
    expect(browser.core.changes()).toEqual(["11".repeat(16)]);
    first.closeTab();
    await settle();
    expect(browser.core.changes()).toEqual(["11".repeat(16)]);
    browser.core.answerAll();
    expect(second.answer(send)?.result.case).toBe("sendMessage");
  });

  test("make a call that no leader had taken once there is one", async () => {
    const { browser, first, second } = await twoTabs();
    first.worker = undefined; // it is gone, and its lock is not free yet
    const send = second.call("sendMessage", { conversation: "c", text: "hello" });
    first.closeTab();
    await settle();
    expect(browser.core.methods()).toEqual(["sendMessage"]);
    browser.core.answerAll();
    expect(second.answer(send)?.result.case).toBe("sendMessage");
  });

  test("are available when one of them is, and watch the presence that any of them shows", async () => {
    const { browser, first, second } = await twoTabs();
    first.call("setAvailable", { available: false });
    second.call("setAvailable", { available: true });
    first.call("watchPresence", { conversations: ["a", "b"] });
    second.call("watchPresence", { conversations: ["b", "c"] });
    const wishes = () =>
      browser.core.requests.map(({ method }) =>
        method.case === "setAvailable"
          ? method.value.available
          : method.case === "watchPresence"
            ? method.value.conversations
            : method.case,
      );
    expect(wishes()).toEqual([false, true, ["a", "b"], ["a", "b", "c"]]);
    browser.core.answerAll();
    second.closeTab();
    expect(wishes()).toEqual([false, ["a", "b"]]);
  });

  test("start the core again when it trapped, and say so to all", async () => {
    const { browser, first, second } = await twoTabs();
    browser.core.listener.ended(new Error("unreachable"));
    await settle();
    expect(browser.cores.length).toBe(2);
    expect(first.events()).toEqual(["resync"]);
    expect(second.events()).toEqual(["resync"]);
    const id = second.call("getState", {});
    browser.core.answerAll();
    expect(second.answer(id)?.result.case).toBe("getState");
  });

  test("give up on a core that traps again and again", async () => {
    const browser = new Browser();
    const tab = browser.open();
    for (let i = 0; i < 4; ++i) {
      await settle();
      browser.core.listener.ended(new Error("unreachable"));
    }
    await settle();
    expect(browser.cores.length).toBe(4);
    expect(tab.received.at(-1)).toMatchObject({ kind: "failed", error: "crashed" });
  });

  test("each say why there is no core when the database can't be opened", async () => {
    const browser = new Browser();
    browser.startFails = new CannotStart("newer", "written by a newer version");
    const tabs = [browser.open(), browser.open()];
    await settle();
    await settle();
    for (const tab of tabs) expect(tab.received).toMatchObject([{ kind: "failed", error: "newer" }]);
  });

  test("hand over in good order when a page closes its client", async () => {
    const { browser, first, second } = await twoTabs();
    first.worker?.fromPage({ kind: "close" });
    await settle();
    expect(browser.cores[0]?.closed).toBe(true);
    const id = second.call("getState", {});
    browser.core.answerAll();
    expect(second.answer(id)?.result.case).toBe("getState");
  });
});
