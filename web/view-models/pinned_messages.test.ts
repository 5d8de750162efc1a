// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { isPinned } from "./core";
import { EntityStore } from "./entity_store";
import { PinnedMessagesViewModel } from "./pinned_messages";
import { BEN, CEM, message, micros, NOON, type FakeCore } from "./testing/fake_core";
import { settledCore } from "./testing/settled_core";

const HOUR = 3_600_000;
let core: FakeCore;
let model: PinnedMessagesViewModel;
const pin = (hours: number) => ({ untilUs: micros(NOON + hours * HOUR) });
const ids = () => model.snapshot().messages.map(({ id }) => id);
const settled = () => vi.advanceTimersByTimeAsync(0);
const tell = async (changed: object) => {
  core.emit({ case: "messageChanged", value: changed } as never);
  await settled();
};

beforeEach(async () => {
  vi.useFakeTimers({ now: NOON });
  core = settledCore();
  core.messages = [message({ pin: pin(1) }), message({ pin: pin(2) }), message()];
  const store = new EntityStore(core);
  model = new PinnedMessagesViewModel(core, store, BEN);
  await model.load();
});
afterEach(() => {
  model.dispose();
  vi.useRealTimers();
});

it("one after the other is shown", () => {
  expect(ids()).toEqual([core.messages[1]?.id, core.messages[0]?.id]);
  const places = [0, 1, 2].map(() => {
    const { at } = model.snapshot();
    model.next();
    return at;
  });
  expect(places).toEqual([0, 1, 0]);
});

it("they are read again when one is pinned here, or no more, and not for others", async () => {
  const [first, , last] = core.messages;
  core.messages = core.messages.map((each) => (each === last ? message({ ...(last as object), pin: pin(3) }) : each));
  await tell({ ...core.messages[2] });
  expect(ids()).toEqual([2, 1, 0].map((at) => core.messages[at]?.id));
  core.messages = core.messages.map((each) =>
    each === first ? message({ ...(first as object), pin: undefined }) : each,
  );
  await tell({ ...core.messages[0] });
  expect(ids()).toHaveLength(2);
  const { length } = core.called("listPinned");
  await tell(message());
  await tell(message({ conversation: CEM, pin: pin(1) }));
  expect(core.called("listPinned")).toHaveLength(length);
});

it("they are read again when the time of one is over", async () => {
  const { length } = core.called("listPinned");
  await vi.advanceTimersByTimeAsync(HOUR - 1000);
  expect(core.called("listPinned")).toHaveLength(length);
  await vi.advanceTimersByTimeAsync(3000);
  expect(core.called("listPinned").length).toBeGreaterThan(length);
});

it("a message is pinned until its time is over", () => {
  expect(isPinned(message({ pin: pin(1) }))).toBe(true);
  vi.setSystemTime(NOON + HOUR);
  expect([isPinned(message({ pin: pin(1) })), isPinned(message())]).toEqual([false, false]);
});
