// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";

import { Message_Tick } from "../core-client/schema";
import { textOf, type Message } from "./core";
import type { Item } from "./message_items";
import { EntityStore } from "./entity_store";
import { FakeCore, BEN, message, NOON, settle } from "./testing/fake_core";
import { timeZone } from "./time_zone";
import { END, TimelineViewModel } from "./timeline";

const SECOND = 1000;
const texts = (items: readonly Item[]) =>
  items.flatMap((item) => (item.kind === "message" ? [textOf(item.message)] : []));

let core: FakeCore;
let timeline: TimelineViewModel;

function fill(count: number): void {
  for (let at = 0; at < count; ++at) core.messages.push(message({ atMs: NOON + at * SECOND, text: String(at) }));
}

beforeEach(() => {
  core = new FakeCore();
  timeline = new TimelineViewModel(core, new EntityStore(core), BEN);
  timeline.setAttentive(true);
});

describe("paging back", () => {
  it("shows the newest first, and goes back to the first message without gap or repetition", async () => {
    fill(1000);
    await timeline.load(0);
    expect(texts(timeline.snapshot().items)).toEqual(Array.from({ length: 40 }, (_, at) => String(960 + at)));
    const seen = new Set(texts(timeline.snapshot().items));
    while (timeline.snapshot().olderThere) {
      await timeline.showOlder();
      const shown = texts(timeline.snapshot().items).map(Number);
      expect(shown).toEqual(shown.map((_, at) => (shown[0] as number) + at));
      for (const each of shown) seen.add(String(each));
    }
    expect(seen.size).toBe(1000);
  });

  it("keeps the number of rows bounded, and finds the way to the newest again", async () => {
    fill(2000);
    await timeline.load(0);
    for (let step = 0; step < 20; ++step) await timeline.showOlder();
    expect(texts(timeline.snapshot().items).length).toBeLessThanOrEqual(240);
    expect(timeline.snapshot().atNewest).toBe(false);
    for (let step = 0; step < 80 && !timeline.snapshot().atNewest; ++step) await timeline.showNewer();
    expect(texts(timeline.snapshot().items).at(-1)).toBe("1999");
  });

  it("says when nothing is older", async () => {
    fill(3);
    await timeline.load(0);
    expect(timeline.snapshot()).toMatchObject({ loaded: true, olderThere: false, atNewest: true });
  });
});

describe("messages that come", () => {
  it("are shown at the end, once, even when told again", async () => {
    fill(2);
    await timeline.load(0);
    const added = message({ atMs: NOON + 60 * SECOND, text: "new" });
    core.receive(added);
    core.emit({ case: "messageAdded", value: added });
    expect(texts(timeline.snapshot().items)).toEqual(["0", "1", "new"]);
  });

  it("of other conversations are not shown", async () => {
    await timeline.load(0);
    core.receive(message({ conversation: "c".repeat(32), text: "elsewhere" }));
    expect(timeline.snapshot().items).toEqual([]);
  });

  it("while the view is not at the end get the line of unread ones, which grows", async () => {
    fill(100);
    await timeline.load(0);
    timeline.setAttentive(true);
    timeline.setPinned(false);
    const line = () => timeline.snapshot().items.find((item) => item.kind === "unread");
    core.receive(message({ atMs: NOON + 200 * SECOND }));
    core.receive(message({ atMs: NOON + 201 * SECOND, outgoing: true }));
    expect(line()).toMatchObject({ count: 1 });
    core.receive(message({ atMs: NOON + 202 * SECOND }), message({ atMs: NOON + 203 * SECOND }));
    expect(line()).toMatchObject({ count: 3 });
    timeline.setPinned(true);
    timeline.setPinned(false);
    core.receive(message({ atMs: NOON + 204 * SECOND }));
    expect(line()).toMatchObject({ count: 1 });
  });

  it("of one's own bring the view to the end, wherever it is", async () => {
    fill(100);
    await timeline.load(0);
    timeline.setPinned(false);
    const { round = 0 } = timeline.snapshot().jump ?? {};
    timeline.putOwn(message({ atMs: NOON + 200 * SECOND, outgoing: true }));
    expect(timeline.snapshot().jump).toEqual({ to: END, round: round + 1, highlight: false, found: [] });
  });

  it("are laid out anew when this device comes into another time zone", async () => {
    const zone = vi.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions");
    const usual = Intl.DateTimeFormat().resolvedOptions();
    fill(1);
    await timeline.load(0);
    const before = timeline.snapshot().items;
    zone.mockReturnValue({ ...usual, timeZone: "Pacific/Auckland" });
    timeZone.renew();
    expect(timeline.snapshot().items).not.toBe(before);
    const after = timeline.snapshot().items;
    timeZone.renew();
    expect(timeline.snapshot().items).toBe(after);
    zone.mockRestore();
    timeZone.renew();
  });

  it("by the hundred are shown at once, in a bounded number of rows [LIMIT-1]", async () => {
    fill(100);
    await timeline.load(0);
    let shown = 0;
    timeline.subscribe(() => ++shown);
    core.receive(
      ...Array.from({ length: 1000 }, (_, at) => message({ atMs: NOON + (100 + at) * SECOND, text: String(100 + at) })),
    );
    expect(shown).toBe(1);
    const { items, atNewest } = timeline.snapshot();
    expect(texts(items)).toEqual(
      Array.from({ length: texts(items).length }, (_, at) => String(1100 - texts(items).length + at)),
    );
    expect(texts(items).length).toBeLessThanOrEqual(240);
    expect(atNewest).toBe(true);
  });

  it("are not kept without bound, and what was let go is read again", async () => {
    fill(100);
    await timeline.load(0);
    for (let from = 100; from < 5000; from += 100) {
      core.receive(
        ...Array.from({ length: 100 }, (_, at) =>
          message({ atMs: NOON + (from + at) * SECOND, text: String(from + at) }),
        ),
      );
    }
    expect(core.called("listMessages")).toHaveLength(1);
    await timeline.jumpTo(core.messages[4900]?.id ?? "");
    expect(core.called("listMessages")).toHaveLength(1);
    const shown: string[] = [];
    while (timeline.snapshot().olderThere) {
      await timeline.showOlder();
      shown.unshift(texts(timeline.snapshot().items)[0] ?? "");
    }
    expect(shown[0]).toBe("0");
    expect(core.called("listMessages").length).toBeGreaterThan(40);
  });

  it("are not kept without bound while somebody reads further up either", async () => {
    fill(100);
    await timeline.load(0);
    timeline.setPinned(false);
    for (let from = 100; from < 5000; from += 100) {
      core.receive(
        ...Array.from({ length: 100 }, (_, at) =>
          message({ atMs: NOON + (from + at) * SECOND, text: String(from + at) }),
        ),
      );
    }
    expect(timeline.snapshot()).toMatchObject({ atNewest: false });
    let last = Number(texts(timeline.snapshot().items).at(-1));
    for (let step = 0; step < 200 && !timeline.snapshot().atNewest; ++step) {
      await timeline.showNewer();
      const shown = texts(timeline.snapshot().items).map(Number);
      expect(shown).toEqual(shown.map((_, at) => (shown[0] as number) + at));
      expect(shown[0]).toBeLessThanOrEqual(last + 1);
      last = shown.at(-1) as number;
    }
    expect(last).toBe(4999);
    expect(core.called("listMessages").length).toBeGreaterThan(20);
  });

  it("by the hundred don't move what somebody reads further up", async () => {
    fill(100);
    await timeline.load(0);
    timeline.setPinned(false);
    core.receive(
      ...Array.from({ length: 500 }, (_, at) => message({ atMs: NOON + (100 + at) * SECOND, text: String(100 + at) })),
    );
    const { items, atNewest } = timeline.snapshot();
    expect(texts(items)).toEqual(Array.from({ length: 70 }, (_, at) => String(60 + at)));
    expect(atNewest).toBe(false);
  });

  it("while nobody looks get the line of unread ones above", async () => {
    fill(1);
    await timeline.load(0);
    timeline.setAttentive(false);
    core.receive(message({ atMs: NOON + 10 * SECOND, text: "first" }));
    core.receive(message({ atMs: NOON + 11 * SECOND, text: "second" }));
    const items = timeline.snapshot().items;
    const line = items.findIndex((item) => item.kind === "unread");
    expect(items[line]).toMatchObject({ count: 2 });
    expect(texts(items.slice(line))).toEqual(["first", "second"]);
  });
});

describe("ticks [F12][F14]", () => {
  it("change in place", async () => {
    const sent = message({ outgoing: true, tick: Message_Tick.kPending });
    core.messages.push(sent);
    await timeline.load(0);
    for (const tick of [Message_Tick.kSent, Message_Tick.kDelivered, Message_Tick.kRead]) {
      core.emit({ case: "messageChanged", value: { ...sent, tick } });
      expect(timeline.snapshot().items.at(-1)).toMatchObject({ kind: "message", message: { tick } });
    }
    expect(texts(timeline.snapshot().items)).toHaveLength(1);
  });
});

describe("the line of unread messages", () => {
  it("stands above as many incoming messages as are unread, whatever of one's own is between", async () => {
    core.messages.push(message({ atMs: NOON, text: "read" }), message({ atMs: NOON + 1, text: "one" }));
    core.messages.push(
      message({ atMs: NOON + 2, text: "mine", outgoing: true }),
      message({ atMs: NOON + 3, text: "two" }),
    );
    await timeline.load(2);
    const items = timeline.snapshot().items;
    const line = items.findIndex((item) => item.kind === "unread");
    expect(texts(items.slice(line))).toEqual(["one", "mine", "two"]);
    expect(timeline.snapshot().jump).toMatchObject({ to: "unread", highlight: false });
  });

  it("goes when one answers", async () => {
    fill(3);
    await timeline.load(1);
    timeline.putOwn(message({ atMs: NOON + 60 * SECOND, outgoing: true }));
    expect(timeline.snapshot().items.some((item) => item.kind === "unread")).toBe(false);
  });
});

describe("jumping to a message", () => {
  /** Far back: message 100 of 1500. */
  async function jumpBack(): Promise<void> {
    fill(1500);
    await timeline.load(0);
    const target = core.messages[100];
    expect(await timeline.jumpTo(target?.id ?? "")).toBe(true);
    expect(timeline.snapshot().jump).toMatchObject({ to: target?.id, highlight: true });
    timeline.setPinned(false);
  }

  it("shows all of one in which something was found, and folds no other open", async () => {
    const [first, second] = [message({ atMs: NOON, text: "one" }), message({ atMs: NOON + 1, text: "two" })];
    core.messages.push(first, second);
    await timeline.load(0);
    const whole = () =>
      timeline.snapshot().items.flatMap((item) => (item.kind === "message" && item.whole ? [item.key] : []));
    await timeline.jumpTo(first.id);
    expect(whole()).toEqual([]);
    await timeline.jumpTo(second.id, ["wo"]);
    expect(whole()).toEqual([second.id]);
    expect(timeline.snapshot().jump).toMatchObject({ to: second.id, found: ["wo"] });
  });

  it("reads what is around it, and not all that is between", async () => {
    await jumpBack();
    expect(core.called("listMessages")).toHaveLength(3);
    expect(timeline.snapshot()).toMatchObject({ olderThere: true, atNewest: false });
    expect(texts(timeline.snapshot().items)).toEqual(Array.from({ length: 40 }, (_, at) => String(80 + at)));
  });

  it("leads on to the newest without gap or repetition, and back to the first", async () => {
    await jumpBack();
    const seen = new Set<string>();
    const look = () => texts(timeline.snapshot().items).forEach((each) => seen.add(each));
    for (let step = 0; step < 80 && !timeline.snapshot().atNewest; ++step, look()) await timeline.showNewer();
    expect(texts(timeline.snapshot().items).at(-1)).toBe("1499");
    for (let step = 0; step < 80 && timeline.snapshot().olderThere; ++step, look()) await timeline.showOlder();
    expect(seen.size).toBe(1500);
    const shown = texts(timeline.snapshot().items).map(Number);
    expect(shown).toEqual(shown.map((_, at) => at));
  });

  it("keeps what comes meanwhile out of the gap, and shows it at the end", async () => {
    await jumpBack();
    core.receive(message({ atMs: NOON + 2000 * SECOND, text: "new" }));
    expect(texts(timeline.snapshot().items)).not.toContain("new");
    await timeline.showNewest();
    expect(timeline.snapshot()).toMatchObject({ atNewest: true });
    expect(texts(timeline.snapshot().items).at(-1)).toBe("new");
  });

  it("is over when one writes", async () => {
    await jumpBack();
    const own = message({ atMs: NOON + 2000 * SECOND, text: "mine", outgoing: true });
    core.messages.push(own);
    timeline.putOwn(own);
    await settle();
    expect(texts(timeline.snapshot().items).slice(-2)).toEqual(["1499", "mine"]);
  });

  it("takes changes of what is shown, and a resync leaves one there [UI-1]", async () => {
    await jumpBack();
    core.emit({ case: "resync", value: {} });
    await settle();
    expect(texts(timeline.snapshot().items)).toContain("100");
    expect(timeline.snapshot().atNewest).toBe(false);
    const { id, orderUs } = core.messages[100] as Message;
    core.emit({ case: "messageChanged", value: message({ id, orderUs, text: "changed" }) });
    expect(texts(timeline.snapshot().items)).toContain("changed");
  });

  it("says no when this device does not have it", async () => {
    fill(3);
    await timeline.load(0);
    expect(await timeline.jumpTo("f".repeat(32))).toBe(false);
  });
});

describe("after a resync [UI-1]", () => {
  it("shows what the device has then, and nothing twice", async () => {
    fill(10);
    await timeline.load(0);
    core.messages.push(message({ atMs: NOON + 60 * SECOND, text: "missed" }));
    core.emit({ case: "resync", value: {} });
    await settle();
    expect(texts(timeline.snapshot().items)).toEqual([...Array.from({ length: 10 }, (_, at) => String(at)), "missed"]);
  });
});
