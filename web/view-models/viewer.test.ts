// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { MediaKind, type Message } from "./core";
import { EntityStore } from "./entity_store";
import { ANA, BEN, FakeCore, message, settle } from "./testing/fake_core";
import { withFile } from "./testing/fake_media";
import { ViewerViewModel } from "./viewer";

let core: FakeCore;
let store: EntityStore;
const gone = vi.fn();

beforeEach(() => {
  core = new FakeCore();
  store = new EntityStore(core);
  gone.mockReset();
  vi.spyOn(console, "debug").mockReturnValue(undefined);
});
afterEach(() => void vi.restoreAllMocks());

const keep = (...messages: Message[]) => {
  core.messages.push(...messages);
  return messages.map(({ id }) => id);
};
const opened = async (at = ""): Promise<ViewerViewModel> => {
  const model = new ViewerViewModel(core, store, BEN, at, gone);
  await model.load();
  await settle();
  return model;
};
const shown = (model: ViewerViewModel) => {
  const { message, previous, next, place, count } = model.snapshot();
  return { at: message?.id, previous: previous?.id, next: next?.id, place, count };
};
const remove = (...ids: string[]) =>
  core.emit(...ids.map((id) => ({ case: "messageRemoved", value: { id, conversation: BEN } }) as const));

it("shows the pictures of the conversation in the order of its messages, one at a time", async () => {
  const [a, , b, , c] = keep(
    withFile(1),
    withFile(2, { kind: MediaKind.kDocument }),
    withFile(3, { kind: MediaKind.kVideo }),
    withFile(4, { viewOnce: true }),
    withFile(5, { kind: MediaKind.kAnimation }),
    withFile(6, {}, { conversation: ANA }),
  );
  const model = await opened(b);
  expect(shown(model)).toEqual({ at: b, previous: a, next: c, place: 2, count: 3 });
  model.step(1);
  expect(shown(model)).toEqual({ at: c, previous: b, next: undefined, place: 3, count: 3 });
  model.step(1);
  expect(shown(model).at).toBe(c);
  model.step(-1);
  model.step(-1);
  expect(shown(model)).toEqual({ at: a, previous: undefined, next: b, place: 1, count: 3 });
  expect(gone).not.toHaveBeenCalled();
});

it("reads as far back as the one that is looked at, and on when the beginning is near", async () => {
  const ids = keep(...Array.from({ length: 450 }, (_, at) => withFile(at)));
  const model = await opened(ids[449]);
  expect(core.called("listMedia")).toHaveLength(1);
  expect(shown(model)).toMatchObject({ place: 0, count: 200 }); // there are more, of which it knows nothing
  model.show(ids[251] as string);
  await settle();
  expect(core.called("listMedia")).toHaveLength(2);
  expect(shown(model)).toMatchObject({ at: ids[251], previous: ids[250], count: 400, place: 0 });
  const other = await opened(ids[10]);
  expect(shown(other)).toEqual({ at: ids[10], previous: ids[9], next: ids[11], place: 11, count: 450 });
});

it.each([
  ["no message", () => "f".repeat(32)],
  ["a message without a picture", () => keep(message({ text: "hello" }))[0]],
  ["a document", () => keep(withFile(1, { kind: MediaKind.kDocument }))[0]],
  ["what can be viewed once", () => keep(withFile(1, { viewOnce: true }))[0]],
  ["a picture of another conversation", () => keep(withFile(1, {}, { conversation: ANA }))[0]],
])("at %s is closed", async (_, idOf) => {
  const model = await opened(idOf());
  expect(gone).toHaveBeenCalledOnce();
  expect(model.snapshot().message).toBeUndefined();
});

it("that has been closed closes no other", async () => {
  const model = new ViewerViewModel(core, store, BEN, "f".repeat(32), gone);
  const loading = model.load();
  model.dispose();
  await loading;
  expect(gone).not.toHaveBeenCalled();
});

it("shows the next one in the place of one that is deleted, and nothing when none is left", async () => {
  const [a, b, c, d] = keep(withFile(1), withFile(2), withFile(3), withFile(4)) as [string, string, string, string];
  const model = await opened(b);
  remove(a, b);
  expect(shown(model)).toEqual({ at: c, previous: undefined, next: d, place: 1, count: 2 });
  remove(d);
  expect(shown(model)).toEqual({ at: c, previous: undefined, next: undefined, place: 1, count: 1 });
  remove(c);
  expect(gone).toHaveBeenCalledOnce();
});

it("goes on to what comes meanwhile, and shows what has changed", async () => {
  const [a] = keep(withFile(1)) as [string];
  const model = await opened(a);
  const [news, other] = [withFile(2), withFile(3, {}, { conversation: ANA })];
  core.receive(news, other, withFile(4, { viewOnce: true }), message());
  expect(shown(model)).toEqual({ at: a, previous: undefined, next: news.id, place: 1, count: 2 });
  core.emit({ case: "messageChanged", value: withFile(1, { width: 7 }, { id: a }) });
  expect(model.snapshot().message?.body.value).toMatchObject({ width: 7 });
});

it("stays with the one picture when the others can't be read", async () => {
  const [a] = keep(withFile(1));
  core.on("listMedia", () => {
    throw new Error("the core is busy");
  });
  const model = await opened(a);
  expect(shown(model)).toMatchObject({ at: a, place: 0 });
  expect(gone).not.toHaveBeenCalled();
});

it("brings a file here, and gives that up", async () => {
  const [a] = keep(withFile(1)) as [string];
  const model = await opened(a);
  await model.fetch(core.messages[0] as Message);
  await model.cancel(core.messages[0] as Message);
  expect(core.called("fetchMedia")).toEqual([{ id: a }, { id: a, cancel: true }]);
});

it("goes on to the next one when what is shown is deleted for everybody", async () => {
  const [a, b] = keep(withFile(1), withFile(2));
  const model = await opened(a);
  await core.call("deleteMessages", { ids: [a as string], forEveryone: true });
  expect(shown(model).at).toBe(b);
  await core.call("deleteMessages", { ids: [b as string], forEveryone: true });
  expect(gone).toHaveBeenCalledOnce();
});
