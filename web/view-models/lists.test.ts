// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { ConversationListViewModel } from "./conversation_list";
import type { Conversation } from "./core";
import { EntityStore } from "./entity_store";
import { ListEditor, ListsOf, removeList } from "./lists";
import {
  ANA,
  BEN,
  CEM,
  conversation,
  FakeCore,
  groupConversation,
  KITCHEN,
  list as made,
  micros,
  NOON,
  settle,
} from "./testing/fake_core";

const FAMILY = "1".repeat(32);
const WORK = "2".repeat(32);
let core: FakeCore;
let store: EntityStore;
let list: ConversationListViewModel;
const shown = () => list.snapshot().shown.map(({ title }) => title);
const of = (id: string) => store.conversation(id) as Conversation;
const change = (id: string, fields: Partial<Conversation>) => {
  const changed = { ...of(id), ...fields };
  core.conversations = core.conversations.map((each) => (each.id === id ? changed : each));
  core.emit({ case: "conversationChanged", value: changed });
};
const failing = (method: "setList" | "setListed", code: Failure_Code) => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  core.failing(method, code);
};

beforeEach(async () => {
  core = new FakeCore();
  core.lists = [made({ id: FAMILY, name: "Family" }), made({ id: WORK, name: "Work" })];
  core.conversations = [
    conversation({ id: ANA, title: "Ana", activityUs: micros(NOON + 4), unread: 2, lists: [FAMILY] }),
    conversation({ id: BEN, title: "Ben", activityUs: micros(NOON + 3) }),
    groupConversation({ activityUs: micros(NOON + 2), markedUnread: true, lists: [FAMILY, WORK] }),
    conversation({ id: CEM, title: "Cem", activityUs: micros(NOON + 1), unread: 1, archived: true, lists: [FAMILY] }),
  ];
  store = new EntityStore(core);
  list = new ConversationListViewModel(store);
  await Promise.all([store.loadConversations(), store.loadLists()]);
});

describe("a filter of the conversations", () => {
  it("is none at first, and lets through what it says, but nothing that is archived", () => {
    expect(list.snapshot().shown).toBe(list.snapshot().conversations);
    for (const [filter, titles] of [
      ["unread", ["Ana", "Kitchen"]],
      ["people", ["Ana", "Ben"]],
      ["groups", ["Kitchen"]],
      [FAMILY, ["Ana", "Kitchen"]],
      [WORK, ["Kitchen"]],
      ["all", ["Ana", "Ben", "Kitchen"]],
    ] as const) {
      list.choose(filter);
      expect([filter, shown()]).toEqual([filter, titles]);
    }
  });

  it("counts the conversations that are unread, not their messages, nor what is archived", () => {
    expect(list.snapshot().unreadConversations).toBe(2);
    change(BEN, { unread: 7 });
    expect(list.snapshot().unreadConversations).toBe(3);
  });

  it("lets through what fits from now on, and no longer what does not", () => {
    list.choose("unread");
    change(BEN, { unread: 1 });
    change(ANA, { unread: 0 });
    expect(shown()).toEqual(["Ben", "Kitchen"]);
    list.choose(WORK);
    change(BEN, { lists: [WORK] });
    expect(shown()).toEqual(["Ben", "Kitchen"]);
  });

  it("keeps what was unread as long as it is open, though it has been read", () => {
    list.choose("unread");
    list.isOpen(ANA);
    change(ANA, { unread: 0 });
    expect(shown()).toEqual(["Ana", "Kitchen"]);
    expect(list.snapshot().unreadConversations).toBe(1);
    list.isOpen(KITCHEN);
    expect(shown()).toEqual(["Kitchen"]);
    change(KITCHEN, { markedUnread: false });
    expect(shown()).toEqual(["Kitchen"]);
    list.isOpen("");
    expect(shown()).toEqual([]);
  });

  it("has nothing that was read before it was chosen, though that is open", () => {
    list.isOpen(BEN);
    list.choose("unread");
    expect(shown()).toEqual(["Ana", "Kitchen"]);
    list.choose("all");
    list.isOpen(ANA);
    change(ANA, { unread: 0 });
    list.choose("unread");
    expect(shown()).toEqual(["Kitchen"]);
  });

  it("is told of once for what comes together", () => {
    let told = 0;
    list.choose(FAMILY);
    list.subscribe(() => ++told);
    core.emit(
      { case: "conversationChanged", value: { ...of(ANA), unread: 3 } },
      { case: "conversationChanged", value: { ...of(BEN), lists: [FAMILY] } },
    );
    expect(told).toBe(1);
    expect(shown()).toEqual(["Ana", "Ben", "Kitchen"]);
  });
});

describe("lists of another device", () => {
  it("are there at once, with another name, and no more", async () => {
    const names = () => list.snapshot().lists.map(({ name }) => name);
    expect(names()).toEqual(["Family", "Work"]);
    core.lists = [made({ id: FAMILY, name: "Home" }), made({ id: WORK, name: "Work" })];
    core.emit({ case: "listsChanged", value: {} });
    await settle();
    expect(names()).toEqual(["Home", "Work"]);
    list.choose(WORK);
    core.lists = [made({ id: FAMILY, name: "Home" })];
    core.emit({ case: "listsChanged", value: {} });
    await settle();
    expect(list.snapshot()).toMatchObject({ filter: "all" });
    expect(shown()).toEqual(["Ana", "Ben", "Kitchen"]);
  });

  it("are read again after a resync, and forgotten with the account", async () => {
    core.lists = [];
    core.emit({ case: "resync", value: {} });
    await settle();
    expect(list.snapshot().lists).toEqual([]);
    core.lists = [made()];
    core.emit({ case: "listsChanged", value: {} });
    await settle();
    expect(store.lists).toHaveLength(1);
    list.choose("groups");
    store.forget();
    expect(list.snapshot()).toMatchObject({ lists: [], filter: "all" });
  });
});

describe("a new list", () => {
  it("has its name, and what was chosen", async () => {
    const editor = new ListEditor(core, store);
    editor.setName("Choir");
    for (const id of [BEN, CEM]) editor.choice.toggle(of(id));
    expect(await editor.save()).toBe(true);
    expect(editor.id).toMatch(/^[0-9a-f]{32}$/);
    expect(core.called("setList")).toEqual([{ id: editor.id, name: "Choir" }]);
    expect(core.called("setListed")).toEqual([{ list: editor.id, conversations: [BEN, CEM], listed: true }]);
    list.choose(editor.id);
    await settle();
    expect(shown()).toEqual(["Ben"]);
  });

  it("may be empty, but has a name", async () => {
    const editor = new ListEditor(core, store);
    editor.setName("  ");
    expect(await editor.save()).toBe(false);
    expect(editor.snapshot().error).toBe("Type a name for the list.");
    editor.setName("Choir");
    expect(editor.snapshot().error).toBe("");
    expect(await editor.save()).toBe(true);
    expect(core.called("setListed")).toEqual([]);
  });

  it("has what it was begun with, and can have what one can't write to", () => {
    change(BEN, { peer: { case: "direct", value: { ...of(BEN).peer.value, blocked: true } as never } });
    const editor = new ListEditor(core, store, undefined, [BEN]);
    expect(editor.choice.snapshot().chosen.map(({ id }) => id)).toEqual([BEN]);
    expect(editor.choice.snapshot().conversations.map(({ id }) => id)).toEqual([ANA, BEN, KITCHEN, CEM]);
    expect(editor.choice.isFull).toBe(false);
  });

  it("beyond those that there can be is not made, and it is said why", async () => {
    failing("setList", Failure_Code.kTooManyLists);
    const editor = new ListEditor(core, store);
    editor.setName("Choir");
    editor.choice.toggle(of(BEN));
    expect(await editor.save()).toBe(false);
    expect(editor.snapshot()).toMatchObject({
      busy: false,
      error: "There are 20 lists already. Delete one of them first.",
    });
    expect(core.called("setListed")).toEqual([]);
  });

  it("that was made, but not filled, is not made twice", async () => {
    failing("setListed", Failure_Code.kStorage);
    const editor = new ListEditor(core, store);
    editor.setName("Choir");
    editor.choice.toggle(of(BEN));
    await editor.save();
    core.on("setListed", () => undefined);
    expect(await editor.save()).toBe(true);
    expect(core.lists.filter(({ name }) => name === "Choir")).toHaveLength(1);
  });

  it("leaves out a conversation that is no more", async () => {
    const editor = new ListEditor(core, store, undefined, [ANA, BEN]);
    editor.setName("Choir");
    core.conversations = core.conversations.filter(({ id }) => id !== BEN);
    core.emit({ case: "conversationRemoved", value: { conversation: BEN } });
    expect(await editor.save()).toBe(true);
    expect(core.called("setListed")).toMatchObject([{ conversations: [ANA] }]);
  });
});

describe("a list that there is", () => {
  const edit = () => new ListEditor(core, store, store.lists[0]);

  it("has another name, and other conversations", async () => {
    const editor = edit();
    expect(editor.snapshot().name).toBe("Family");
    expect(editor.choice.snapshot().chosen.map(({ id }) => id)).toEqual([ANA, KITCHEN, CEM]);
    editor.setName("Home");
    for (const id of [ANA, BEN]) editor.choice.toggle(of(id));
    expect(await editor.save()).toBe(true);
    expect(core.called("setList")).toEqual([{ id: FAMILY, name: "Home" }]);
    expect(core.called("setListed")).toEqual([
      { list: FAMILY, conversations: [BEN], listed: true },
      { list: FAMILY, conversations: [ANA], listed: false },
    ]);
  });

  it("keeps what another device has put into it meanwhile", async () => {
    const editor = edit();
    change(BEN, { lists: [FAMILY] });
    editor.choice.toggle(of(ANA));
    await editor.save();
    expect(core.called("setList")).toEqual([]);
    expect(of(BEN).lists).toEqual([FAMILY]);
    expect(of(ANA).lists).toEqual([]);
  });

  it("does not come back by being changed, when another device has deleted it", async () => {
    const editor = edit();
    editor.setName("Home");
    core.lists = [];
    core.emit({ case: "listsChanged", value: {} });
    await settle();
    expect(await editor.save()).toBe(false);
    expect(editor.snapshot().error).toBe("This list is no more.");
    expect(core.called("setList")).toEqual([]);
  });

  it("is deleted, its conversations stay, and it is said what was done or why not", async () => {
    const told: string[] = [];
    const family = made({ id: FAMILY });
    list.choose(FAMILY);
    await removeList(core, family, (words) => told.push(words));
    await settle();
    expect(list.snapshot()).toMatchObject({ filter: "all", lists: [{ id: WORK }] });
    expect(shown()).toEqual(["Ana", "Ben", "Kitchen"]);
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    await removeList(core, family, (words) => told.push(words));
    expect(told).toEqual(["The list is deleted. Its chats stay.", "This list is no more."]);
  });
});

describe("the lists of a conversation", () => {
  it("are changed at once, also from elsewhere", async () => {
    const lists = new ListsOf(core, store, ANA);
    const listed = () => [...lists.snapshot().listed];
    expect(lists.snapshot().lists.map(({ name }) => name)).toEqual(["Family", "Work"]);
    expect(listed()).toEqual([FAMILY]);
    await lists.toggle(made({ id: WORK }));
    await lists.toggle(made({ id: FAMILY }));
    expect(core.called("setListed")).toEqual([
      { list: WORK, conversations: [ANA], listed: true },
      { list: FAMILY, conversations: [ANA], listed: false },
    ]);
    expect(listed()).toEqual([WORK]);
    change(ANA, { lists: [FAMILY] });
    expect(listed()).toEqual([FAMILY]);
  });

  it("say why they could not be changed", async () => {
    const lists = new ListsOf(core, store, ANA);
    failing("setListed", Failure_Code.kNoSuchList);
    expect(await lists.toggle(made({ id: WORK }))).toBe(false);
    expect(lists.snapshot()).toMatchObject({ busy: false, error: "This list is no more." });
  });

  it("are not shown again for what happens in other conversations", () => {
    const lists = new ListsOf(core, store, ANA);
    let told = 0;
    lists.subscribe(() => ++told);
    change(BEN, { unread: 4 });
    change(ANA, { unread: 9 });
    expect(told).toBe(0);
  });
});
