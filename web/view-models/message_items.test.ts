// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { Message_Tick as Tick } from "../core-client/schema";
import { itemsOf, withMessages, type Item } from "./message_items";
import { message, NOON } from "./testing/fake_core";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const none = { unreadFrom: "", unreadCount: 0, whole: new Set<string>() };
const kinds = (items: Item[]) => items.map((item) => item.kind);

describe("the order of messages [ORDER-1]", () => {
  it("is by time, then by id, wherever a message comes in", () => {
    const a = message({ atMs: NOON, id: "1".repeat(32) });
    const b = message({ atMs: NOON, id: "2".repeat(32) });
    const c = message({ atMs: NOON + 1 });
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, c, a],
      [c, a, b],
    ]) {
      expect(order.reduce((list, each) => withMessages(list, [each]), [] as ReturnType<typeof withMessages>)).toEqual([
        a,
        b,
        c,
      ]);
      expect(withMessages([], order)).toEqual([a, b, c]);
    }
  });

  it("has each message once, as it was told last", () => {
    const first = message({ text: "as it came" });
    const second = message({ id: first.id, text: "repaired" });
    const third = message({ id: first.id, text: "and again" });
    expect(withMessages([first], [second, third])).toEqual([third]);
  });

  it("puts a message that the server has given a time into its new place", () => {
    const pending = message({ atMs: NOON, outgoing: true });
    const other = message({ atMs: NOON + 10 });
    const accepted = { ...pending, orderUs: BigInt(NOON + 20) * 1000n };
    expect(withMessages([pending, other], [accepted])).toEqual([other, accepted]);
  });
});

describe("what stands between messages", () => {
  it("is one line per day", () => {
    const items = itemsOf(
      [message({ atMs: NOON - DAY }), message({ atMs: NOON - DAY + MINUTE }), message({ atMs: NOON })],
      none,
    );
    expect(kinds(items)).toEqual(["day", "message", "message", "day", "message"]);
  });

  it("is the line of the unread ones, above the first of them", () => {
    const read = message({ atMs: NOON });
    const unread = message({ atMs: NOON + MINUTE });
    const items = itemsOf([read, unread], { unreadFrom: unread.id, unreadCount: 1, whole: new Set() });
    expect(kinds(items)).toEqual(["day", "message", "unread", "message"]);
  });

  it("groups what one writes within minutes, and breaks at another, a pause, a notice and the unread line", () => {
    const list = [
      message({ atMs: NOON }),
      message({ atMs: NOON + MINUTE }),
      message({ atMs: NOON + 2 * MINUTE, outgoing: true }),
      message({ atMs: NOON + 3 * MINUTE, outgoing: true }),
      message({ atMs: NOON + 30 * MINUTE, outgoing: true }),
      message({ atMs: NOON + 31 * MINUTE, body: { case: "identityChanged", value: {} } }),
      message({ atMs: NOON + 31 * MINUTE + 1 }),
    ];
    const shape = itemsOf(list, none).flatMap((item) =>
      item.kind === "message" ? [`${item.first ? "(" : " "}${item.last ? ")" : " "}`] : [item.kind],
    );
    expect(shape).toEqual(["day", "( ", " )", "( ", " )", "()", "notice", "()"]);
    const timed = itemsOf(list, none).flatMap((item) => (item.kind === "message" ? [item.timed] : []));
    expect(timed).toEqual([false, true, false, true, true, true]);
    const [first, second] = list as [ReturnType<typeof message>, ReturnType<typeof message>];
    const split = itemsOf([first, second], { unreadFrom: second.id, unreadCount: 1, whole: new Set() });
    expect(split.at(-1)).toMatchObject({ kind: "message", first: true });
  });

  it("shows the time once for a group, and wherever the state differs from the next one's", () => {
    const own = (tick: Tick) => message({ atMs: NOON, outgoing: true, tick });
    const timed = itemsOf([own(Tick.kRead), own(Tick.kRead), own(Tick.kDelivered), own(Tick.kFailed)], none).flatMap(
      (item) => (item.kind === "message" ? [item.timed] : []),
    );
    expect(timed).toEqual([false, true, true, true]);
  });

  it("shows it where there is more to say beside it", () => {
    const own = (fields: object) => message({ atMs: NOON, outgoing: true, ...fields });
    const items = itemsOf([own({}), own({ editedUs: 1n }), own({ starred: true }), own({}), own({})], none);
    expect(items.flatMap((item) => (item.kind === "message" ? [item.timed] : []))).toEqual([
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});
