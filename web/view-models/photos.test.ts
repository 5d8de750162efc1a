// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, expect, it } from "vitest";

import { EntityStore } from "./entity_store";
import { noPictures, Photos } from "./photos";
import { ANA, BEN, CEM, conversation, FakeCore, groupConversation, KITCHEN, state } from "./testing/fake_core";

let core: FakeCore;
let store: EntityStore;

beforeEach(() => {
  core = new FakeCore();
  store = new EntityStore(core);
});

const withBen = (photo: string) =>
  conversation({ peer: { case: "direct", value: { partner: { accountId: BEN, name: "Ben", photo } } } });

it("are those of partners and one's own, and are told when they are others [F34]", async () => {
  core.conversations = [withBen("of ben")];
  const photos = new Photos(store, () => Promise.resolve(state({ accountId: ANA, photo: "of ana" })), noPictures);
  let told = 0;
  photos.subscribe(() => ++told);
  await store.loadConversations();
  await Promise.resolve();
  expect([ANA, BEN, CEM].map(photos.photoOf)).toEqual(["of ana", "of ben", ""]);
  const before = told;
  core.emit({ case: "conversationChanged", value: withBen("of ben") });
  expect(told, "nothing is another").toBe(before);
  core.emit({ case: "conversationChanged", value: withBen("another") });
  core.emit({ case: "stateChanged", value: state({ accountId: ANA }) });
  expect([ANA, BEN].map(photos.photoOf)).toEqual(["", "another"]);
  expect(told).toBe(before + 2);
});

it("of a group is under its conversation", async () => {
  core.conversations = [groupConversation({ group: { photo: "of the kitchen" } })];
  const photos = new Photos(store, () => new Promise(() => undefined), noPictures);
  await store.loadConversations();
  expect(photos.photoOf(KITCHEN)).toBe("of the kitchen");
  core.emit({ case: "conversationChanged", value: groupConversation() });
  expect(photos.photoOf(KITCHEN)).toBe("");
});

it("of an account that is forgotten are none", async () => {
  core.conversations = [withBen("of ben")];
  const photos = new Photos(store, () => new Promise(() => undefined), noPictures);
  await store.loadConversations();
  expect(photos.photoOf(BEN)).toBe("of ben");
  store.forget();
  expect(photos.photoOf(BEN)).toBe("");
});
