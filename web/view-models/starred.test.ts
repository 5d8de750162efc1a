// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, expect, it } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { EntityStore } from "./entity_store";
import { StarredViewModel } from "./starred";
import { BEN, CEM, FakeCore, message, NOON, settle } from "./testing/fake_core";

let core: FakeCore;
let starred: StarredViewModel;

const star = (text: string, atMs: number, fields: object = {}) => message({ text, atMs, starred: true, ...fields });
async function read(conversation = ""): Promise<void> {
  starred = new StarredViewModel(core, new EntityStore(core), conversation);
  await starred.readMore();
}
const texts = () => starred.snapshot().messages.map(({ body }) => (body.case === "text" ? body.value.text : body.case));

beforeEach(() => {
  core = new FakeCore();
});

it("are those of a conversation, or of all, the newest first", async () => {
  core.messages = [star("a", NOON), star("b", NOON + 1, { conversation: CEM }), message({ text: "c" })];
  await read();
  expect(texts()).toEqual(["b", "a"]);
  await read(BEN);
  expect(texts()).toEqual(["a"]);
});

it("are read as far as somebody looks", async () => {
  core.messages = Array.from({ length: 70 }, (_, at) => star(`m${at}`, NOON + at));
  await read();
  expect(texts()).toHaveLength(50);
  expect(starred.snapshot().more).toBe(true);
  await Promise.all([starred.readMore(), starred.readMore()]);
  expect(texts()).toHaveLength(70);
  expect(texts().at(-1)).toBe("m0");
  await starred.readMore();
  expect(core.called("listStarred")).toHaveLength(2);
});

it("follow what is starred, edited and deleted", async () => {
  core.messages = [star("a", NOON), message({ text: "b", atMs: NOON + 1 }), message({ text: "c", conversation: CEM })];
  const [a, b, c] = core.messages.map(({ id }) => id);
  await read(BEN);
  await core.call("starMessages", { ids: [b!, c!], starred: true });
  expect(texts()).toEqual(["b", "a"]);
  await core.call("editMessage", { id: a!, text: "A", mentions: [] });
  expect(texts()).toEqual(["b", "A"]);
  await core.call("deleteMessages", { ids: [b!], forEveryone: true });
  expect(texts()).toEqual(["A"]);
  await starred.unstar(starred.snapshot().messages[0]!);
  expect(texts()).toEqual([]);
});

it("leave out what is older than what is read, until somebody looks there", async () => {
  core.messages = [message({ text: "old", atMs: NOON - 1 })];
  const [old] = core.messages;
  core.messages.push(...Array.from({ length: 60 }, (_, at) => star(`m${at}`, NOON + at)));
  await read();
  await core.call("starMessages", { ids: [old!.id], starred: true });
  expect(texts()).not.toContain("old");
  await starred.readMore();
  expect(texts().at(-1)).toBe("old");
});

it("are read again after a gap", async () => {
  core.messages = [star("a", NOON)];
  await read();
  core.messages.push(star("b", NOON + 1));
  core.emit({ case: "resync", value: {} });
  await settle();
  expect(texts()).toEqual(["b", "a"]);
});

it("say why they can't be read, or changed", async () => {
  core.failing("listStarred", Failure_Code.kStorage);
  await read();
  expect(starred.snapshot()).toMatchObject({ loaded: true, more: false });
  expect(starred.snapshot().error).toContain("storage failed");
  core.failing("starMessages", Failure_Code.kNoSuchMessage);
  await starred.unstar(message());
  expect(starred.snapshot().error).toContain("isn't on this device");
});
