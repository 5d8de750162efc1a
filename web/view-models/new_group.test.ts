// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { ContactSchema, Failure_Code, ListContactsResponseSchema } from "../core-client/schema";
import { EntityStore } from "./entity_store";
import { NewGroupViewModel } from "./new_group";
import type { ChosenPerson } from "./people";
import { ANA, BEN, CEM, conversation, FakeCore, groupConversation, settle, state } from "./testing/fake_core";

const EVE = "e".repeat(32);
let core: FakeCore;
let store: EntityStore;
let model: NewGroupViewModel;
const onMade = vi.fn();

beforeEach(async () => {
  onMade.mockClear();
  core = new FakeCore();
  const contact = (accountId: string, name: string, text: string, blocked = false) =>
    create(ContactSchema, { accountId, name, handle: { text }, blocked });
  const contacts = [
    contact(CEM, "Cem", "+491700000003"),
    contact(BEN, "Ben Smith", "+491700000002"),
    contact("", "Not here", "+491700000009"),
    contact("f".repeat(32), "Blocked", "+491700000008", true),
    contact(ANA, "Myself", "+491700000001"),
  ];
  core.on("listContacts", () => create(ListContactsResponseSchema, { contacts }));
  core.conversations = [
    conversation({ title: "Ben of long ago" }),
    conversation({ id: EVE, title: "Eve", phone: "@eve" }),
    groupConversation(),
  ];
  store = new EntityStore(core);
  store.putState(state());
  await store.loadConversations();
  model = new NewGroupViewModel(core, store, onMade);
  await model.people.load();
});

const names = () => model.people.snapshot().people.map(({ name }) => name);
const chosen = () => model.people.snapshot().chosen.map(({ name }) => name);
const choose = (...wanted: string[]) => {
  for (const name of wanted) {
    model.people.setQuery(name);
    model.people.toggle(model.people.snapshot().people[0] as ChosenPerson);
  }
};

describe("who can be chosen for a group", () => {
  it("are contacts who are here, and whoever one writes with, each once; nobody who is blocked, nor oneself", () => {
    expect(names()).toEqual(["Ben Smith", "Cem", "Eve"]);
  });

  it("is found by a name or a handle", () => {
    model.people.setQuery("smi");
    expect(names()).toEqual(["Ben Smith"]);
    model.people.setQuery("0000003");
    expect(names()).toEqual(["Cem"]);
    model.people.setQuery("eve");
    expect(names()).toEqual(["Eve"]);
  });

  it("is chosen and taken away again, and the search begins anew", () => {
    choose("Cem", "Eve");
    expect(chosen()).toEqual(["Cem", "Eve"]);
    expect(model.people.snapshot().query).toBe("");
    choose("Cem");
    expect(chosen()).toEqual(["Eve"]);
  });

  it("is anybody else by a handle, which is nobody's among them", () => {
    for (const typed of ["Zora", ""]) {
      model.people.setQuery(typed);
      expect(model.people.snapshot().typed).toBe("");
    }
    model.people.setQuery("+491700000002");
    expect(model.people.snapshot().typed).toBe("");
    model.people.setQuery("+49 170 0000077");
    expect(model.people.snapshot().typed).toBe("+49 170 0000077");
    model.people.chooseTyped();
    expect(chosen()).toEqual(["+49 170 000 0077"]);
  });

  it("is said when the address book can't be read", async () => {
    core.failing("listContacts", Failure_Code.kStorage);
    const other = new NewGroupViewModel(core, new EntityStore(core), onMade);
    await other.people.load();
    expect(other.people.snapshot()).toMatchObject({ loaded: true, error: expect.stringContaining("storage") });
  });
});

describe("making a group", () => {
  it("asks for its name, then names its members by account or by handle", async () => {
    choose("Cem");
    model.people.setQuery("@zoe");
    model.people.chooseTyped();
    model.goOn();
    expect(await model.make()).toBe(false);
    expect(model.snapshot().error).toBe("Type a name for the group.");
    model.setTitle("  Kitchen ");
    model.setDescription(" soup ");
    core.on("createGroup", () => groupConversation());
    expect(await model.make()).toBe(true);
    expect(core.called("createGroup")).toEqual([
      { title: "Kitchen", description: "soup", members: [{ accountId: CEM }, { handle: "@zoe" }] },
    ]);
    expect(onMade).toHaveBeenCalledOnce();
  });

  it("says who can't be added, and goes on without them", async () => {
    choose("Cem", "Ben", "Eve");
    model.setTitle("Kitchen");
    core.failing("createGroup", Failure_Code.kCannotBeAdded, `${CEM} ${EVE}`);
    expect(await model.make()).toBe(false);
    expect(model.snapshot().error).toBe("Cem and Eve can't be added by you. Send them the invite link instead.");
    expect(model.snapshot().refused).toEqual([CEM, EVE]);
    core.on("createGroup", () => groupConversation());
    await model.makeWithoutRefused();
    expect(core.called("createGroup").at(-1)?.members).toEqual([{ accountId: BEN }]);
    expect(model.snapshot().refused).toEqual([]);
  });

  it("says which handle is nobody's, where it can be one alone", async () => {
    model.people.setQuery("@zoe");
    model.people.chooseTyped();
    model.setTitle("Kitchen");
    core.failing("createGroup", Failure_Code.kNoSuchAccount);
    await model.make();
    expect(model.snapshot().error).toBe("Nobody uses Kith here yet by @zoe.");
    model.people.setQuery("@yan");
    model.people.chooseTyped();
    await model.make();
    expect(model.snapshot().error).toContain("by this number, e-mail address or username");
  });

  it.each([
    [Failure_Code.kOffline, "can't be reached"],
    [Failure_Code.kTooManyGroups, "as many groups"],
    [Failure_Code.kTooManyMembers, "as many members"],
    [Failure_Code.kRateLimited, "too often"],
  ])("says why it can't be (%i)", async (code, words) => {
    model.setTitle("Kitchen");
    core.failing("createGroup", code);
    await model.make();
    expect(model.snapshot()).toMatchObject({ busy: false, error: expect.stringContaining(words) });
  });

  it("goes back to the people, and opens nothing when it was left meanwhile", async () => {
    expect(model.goBack()).toBe(false);
    model.goOn();
    expect(model.goBack()).toBe(true);
    expect(model.snapshot().step).toBe("people");
    model.setTitle("Kitchen");
    let made: (value: unknown) => void = () => undefined;
    core.on("createGroup", () => new Promise((resolve) => (made = resolve)));
    void model.make();
    expect(await model.make()).toBe(false); // it is being made
    model.reset();
    made(groupConversation());
    await settle();
    expect(core.called("createGroup")).toHaveLength(1);
    expect(onMade).not.toHaveBeenCalled();
    expect(model.snapshot()).toMatchObject({ title: "", step: "people" });
  });
});
