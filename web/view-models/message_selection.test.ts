// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, expect, it, vi } from "vitest";

import type { Message } from "./core";
import { EntityStore } from "./entity_store";
import { MessageSelectionViewModel, SELECTED_MAX } from "./message_selection";
import { FakeCore, message, NOON } from "./testing/fake_core";

let core: FakeCore;
let all: Message[];
let selection: MessageSelectionViewModel;
const onEmpty = vi.fn();

function begin(messages: Message[], ...first: number[]): void {
  all = core.messages = messages;
  const timeline = { read: messages };
  selection = new MessageSelectionViewModel(new EntityStore(core), timeline, pick(...first), onEmpty);
}
const pick = (...at: number[]) => at.map((each) => all[each] as Message);
const chosen = () => selection.snapshot().messages.map((each) => all.findIndex(({ id }) => id === each.id));
const written = (count: number) =>
  Array.from({ length: count }, (_, at) => message({ text: `m${at}`, atMs: NOON + at }));

beforeEach(() => {
  core = new FakeCore();
  onEmpty.mockClear();
});

it("messages are chosen one by one, and no more, in whatever order", () => {
  begin(written(5), 3);
  selection.toggle(pick(1));
  selection.toggle(pick(4));
  expect(chosen()).toEqual([1, 3, 4]);
  selection.toggle(pick(3));
  expect(chosen()).toEqual([1, 4]);
  expect(onEmpty).not.toHaveBeenCalled();
});

it("those of an album are chosen together", () => {
  begin(written(4), 1);
  selection.toggle(pick(0, 1, 2));
  expect(chosen()).toEqual([0, 1, 2]);
  selection.toggle(pick(0, 1, 2));
  expect(chosen()).toEqual([]);
});

it("a range reaches from the last one to this one, either way, without notices", () => {
  const messages = written(8);
  messages[3] = { ...messages[3]!, body: { case: "identityChanged", value: {} as never } };
  begin(messages, 1);
  selection.toggle(pick(5), true);
  expect(chosen()).toEqual([1, 2, 4, 5]);
  selection.toggle(pick(7));
  selection.toggle(pick(6), true);
  expect(chosen()).toEqual([1, 2, 4, 5, 6, 7]);
});

it("there are never too many: those nearest to where the range begins", () => {
  begin(written(SELECTED_MAX + 20), SELECTED_MAX + 10);
  expect(selection.snapshot().full).toBe(false);
  selection.toggle(pick(2), true);
  expect(chosen()).toHaveLength(SELECTED_MAX);
  expect(chosen().at(0)).toBe(11);
  expect(selection.snapshot().full).toBe(true);
  selection.toggle(pick(50));
  expect(selection.snapshot().full).toBe(false);
});

it("what is no more is not chosen any more, and nothing is left when nothing is", async () => {
  begin(written(3), 0, 1);
  await core.call("starMessages", { ids: [all[1]!.id], starred: true });
  expect(selection.snapshot().messages[1]?.starred).toBe(true);
  await core.call("deleteMessages", { ids: [all[0]!.id] });
  expect(chosen()).toEqual([1]);
  expect(onEmpty).not.toHaveBeenCalled();
  await core.call("deleteMessages", { ids: [all[1]!.id] });
  expect(onEmpty).toHaveBeenCalledOnce();
});

it("one is copied as it is, several with who and when, and what has no text not at all", () => {
  const picture = message({ body: { case: "media", value: { kind: 1 } } as never, atMs: NOON + 9 });
  begin([...written(2), message({ text: "mine", outgoing: true, atMs: NOON + 5 }), picture], 1, 3);
  expect(selection.copied()).toBe("m1");
  selection.toggle(pick(2));
  const lines = selection.copied().split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^\[.*12[:.]00.*\] Ben: m1$/);
  expect(lines[1]).toMatch(/^\[.*\] Ana: mine$/);
});
