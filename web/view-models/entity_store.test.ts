// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ListContactsResponseSchema, Message_Tick, SearchResponseSchema } from "../core-client/schema";
import { AppViewModel } from "./app";
import type { Message } from "./core";
import { EntityStore, type Changes } from "./entity_store";
import { SearchViewModel } from "./search";
import { ANA, BEN, conversation, FakeAttention, FakeCore, message, noNotifications, settle } from "./testing/fake_core";

let core: FakeCore;
let store: EntityStore;

beforeEach(async () => {
  core = new FakeCore();
  core.conversations = [conversation({ unread: 0 }), conversation({ id: ANA, title: "Ana" })];
  store = new EntityStore(core);
  await store.loadConversations();
});

describe("what comes together", () => {
  it("is told once, and whoever is told finds all of it", () => {
    const told: Changes[] = [];
    const added = message({ text: "hello" });
    store.subscribe((changes) => {
      told.push(changes);
      expect(store.conversation(BEN)?.unread).toBe(1);
    });
    core.emit(
      { case: "messageAdded", value: added },
      { case: "messageChanged", value: added },
      { case: "conversationChanged", value: conversation({ unread: 1, lastMessage: added }) },
      { case: "typingChanged", value: { conversation: ANA, who: { accountId: ANA }, typing: true } },
    );
    expect(told).toHaveLength(1);
    expect([...(told[0]?.conversations ?? [])]).toEqual([BEN, ANA]);
    expect(told[0]).toMatchObject({ added: [{ id: added.id }], messages: [{ id: added.id }, { id: added.id }] });
  });

  it("leaves what did not change the same object", () => {
    const ana = store.conversation(ANA);
    core.emit({ case: "conversationChanged", value: conversation({ unread: 1 }) });
    expect(store.conversation(ANA)).toBe(ana);
    const before = store.conversations;
    core.emit({ case: "messageAdded", value: message() });
    expect(store.conversations).toBe(before);
  });

  it("is heard by a selector only when what it gives is something else", () => {
    const heard: number[] = [];
    const end = store.select(
      (each) => each.conversation(BEN)?.unread ?? 0,
      (unread) => heard.push(unread),
    );
    core.emit({ case: "conversationChanged", value: conversation({ id: ANA, unread: 4 }) });
    core.emit({ case: "conversationChanged", value: conversation({ unread: 2 }) });
    core.emit({ case: "conversationChanged", value: conversation({ unread: 2, title: "Benjamin" }) });
    end();
    core.emit({ case: "conversationChanged", value: conversation({ unread: 3 }) });
    expect(heard).toEqual([2]);
  });
});

describe("messages", () => {
  it("are their latest versions as long as somebody holds them", () => {
    const sent = message({ outgoing: true });
    const held = store.holdMessages();
    held.reset([sent]);
    const read = { ...sent, tick: Message_Tick.kRead };
    core.emit({ case: "messageChanged", value: read }, { case: "messageAdded", value: message({ text: "other" }) });
    expect(store.message(sent.id)?.tick).toBe(Message_Tick.kRead);
    store.release(held);
    expect(store.message(sent.id)).toBeUndefined();
  });

  it("that were found are shown as they are now", async () => {
    vi.useFakeTimers();
    const found = message({ outgoing: true, text: "the train" });
    core.on("search", () => create(SearchResponseSchema, { messages: [found] }));
    const search = new SearchViewModel(core, store);
    search.setQuery("train");
    await vi.advanceTimersByTimeAsync(200);
    core.emit({ case: "messageChanged", value: { ...found, tick: Message_Tick.kRead } });
    expect((search.snapshot().messages as Message[])[0]?.tick).toBe(Message_Tick.kRead);
    vi.useRealTimers();
  });
});

describe("people", () => {
  it("are found by account or by handle, and read anew when the address book changed", async () => {
    const contacts = [{ accountId: BEN, handle: { text: "+491700000002" }, name: "Ben" }];
    core.on("listContacts", () => create(ListContactsResponseSchema, { contacts }));
    core.emit({ case: "contactsChanged", value: {} });
    await settle();
    expect(core.called("listContacts")).toEqual([]); // nobody has asked for them
    await store.loadContacts();
    expect(store.contactOf(BEN, "")?.name).toBe("Ben");
    expect(store.contactOf("", "+491700000002")?.name).toBe("Ben");
    contacts.push({ accountId: "", handle: { text: "+491700000003" }, name: "Ada" });
    core.emit({ case: "contactsChanged", value: {} });
    await settle();
    expect(store.contacts.map(({ name }) => name)).toEqual(["Ada", "Ben"]);
    expect(store.contactOf("", "")).toBeUndefined();
  });
});

it("is the only one of the app that hears the core's events", () => {
  const onEvents = vi.spyOn(core, "onEvents");
  const options = { server: "", deviceName: "Web", attention: new FakeAttention(), notifications: noNotifications };
  const app = new AppViewModel(core, options);
  expect(onEvents).toHaveBeenCalledTimes(1);
  app.dispose();
});
