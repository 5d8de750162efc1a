// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";

import { ContactSchema, CoreFailure, Failure_Code, type Conversation } from "../core-client/schema";
import { ContactsViewModel, isForSelf, matchingContacts } from "./contacts";
import { EntityStore } from "./entity_store";
import { ANA, BEN, conversation, FakeCore, settle, state } from "./testing/fake_core";

let core: FakeCore;
let contacts: ContactsViewModel;
let opened: Conversation[];

beforeEach(() => {
  core = new FakeCore();
  opened = [];
  contacts = new ContactsViewModel(core, new EntityStore(core), (each) => opened.push(each));
});

describe("a first message to a number that the server can't be asked about", () => {
  const PHONE = "+49 170 0000009";

  const askedInVain = async () => {
    core.failing("openConversation", Failure_Code.kOffline);
    contacts.setQuery(PHONE);
    await contacts.openTyped();
  };

  it("is written all the same, and waits: the core has it, and its conversation is opened", async () => {
    await askedInVain();
    expect(contacts.snapshot()).toMatchObject({ unreached: PHONE, error: "", busy: false });
    core.on("openConversation", () => conversation());
    contacts.setFirstText("  Hello, it's Ana. \n");
    await contacts.writeFirst();
    expect(core.called("sendMessage")).toEqual([{ handle: PHONE, text: "Hello, it's Ana." }]);
    expect(core.called("openConversation").at(-1)).toEqual({ conversation: BEN });
    expect(opened).toHaveLength(1);
    expect(contacts.snapshot()).toMatchObject({ unreached: "", firstText: "", query: "" });
  });

  it("is kept when it is refused, and when the number is typed anew", async () => {
    await askedInVain();
    contacts.setFirstText("Hello");
    core.failing("sendMessage", Failure_Code.kNoSuchAccount); // the server is back, and nobody has the number
    await contacts.writeFirst();
    expect(contacts.snapshot()).toMatchObject({ stranger: PHONE, unreached: "", firstText: "Hello" });
    expect(contacts.snapshot().error).toContain("Nobody with the number");
    contacts.setQuery("+49 170 0000008");
    await contacts.openTyped();
    expect(contacts.snapshot()).toMatchObject({ unreached: "+49 170 0000008", firstText: "Hello" });
  });

  it("that was sent is not there to be sent again when its conversation can't be opened", async () => {
    await askedInVain();
    contacts.setFirstText("Hello");
    core.failing("openConversation", Failure_Code.kStorage);
    await contacts.writeFirst();
    expect(contacts.snapshot()).toMatchObject({ firstText: "", busy: false });
    expect(contacts.snapshot().error).toContain("storage failed");
  });

  it("that is blank is not sent", async () => {
    await askedInVain();
    contacts.setFirstText(" \n");
    await contacts.writeFirst();
    expect(core.called("sendMessage")).toEqual([]);
  });
});

describe("the conversation with oneself", () => {
  const self = state({ name: "Ána Ferreira" });

  it("is found by what it is called, by one's own name, and by one's own number", () => {
    for (const query of [
      "note",
      "Notes",
      "notes to self",
      "me",
      "self",
      "ana",
      "Ferr",
      "ferreira ána",
      "+49 170 0000001",
    ])
      expect([query, isForSelf(self, query)]).toEqual([query, true]);
  });

  it("is not found by other names, by nothing, and while nobody is registered", () => {
    for (const query of ["", "  ", "Ben", "ana ben", "nota", "+49 170 0000002", "ben1700"])
      expect([query, isForSelf(self, query)]).toEqual([query, false]);
    expect(isForSelf(undefined, "note")).toBe(false);
  });
});

describe("an answer about a handle", () => {
  const answers = new Map<unknown, { found: (value: unknown) => void; nobody: () => void }>();

  beforeEach(() =>
    core.on(
      "openConversation",
      ({ handle = "" }) =>
        new Promise((found, reject) =>
          answers.set(handle, { found, nobody: () => reject(new CoreFailure(Failure_Code.kNoSuchAccount, "", 0)) }),
        ),
    ),
  );

  it("that is no longer typed opens nothing, and the one that is typed instead is asked for at once", async () => {
    contacts.setQuery("@anna");
    void contacts.openTyped();
    contacts.setQuery("@ana");
    expect(contacts.snapshot().busy).toBe(false);
    void contacts.openTyped();
    expect(core.called("openConversation").map(({ handle }) => handle)).toEqual(["@anna", "@ana"]);
    answers.get("@anna")?.found(conversation());
    await settle();
    expect(opened).toEqual([]);
    expect(contacts.snapshot()).toMatchObject({ query: "@ana", busy: true });
    answers.get("@ana")?.found(conversation({ id: ANA }));
    await settle();
    expect(opened.map(({ id }) => id)).toEqual([ANA]);
  });

  it("that is no longer typed says nothing about who does not have it", async () => {
    contacts.setQuery("@anna");
    void contacts.openTyped();
    contacts.setQuery("@ana");
    answers.get("@anna")?.nobody();
    await settle();
    expect(contacts.snapshot()).toMatchObject({ stranger: "", error: "", busy: false });
  });
});

describe("contacts", () => {
  const people = [
    ["Ben", "+491991000002"],
    ["Zoë Çelik", "@zoe1990"],
    ["Cem", "cem@example.org"],
  ].map(([name = "", text = ""]) => create(ContactSchema, { name, handle: { text } }));
  const found = (query: string) => matchingContacts(people, query).map(({ name }) => name);

  it("are found by the words of their names, by parts of their numbers, and by how other handles begin", () => {
    expect(found("celik zo")).toEqual(["Zoë Çelik"]);
    expect(found("+49 199 1")).toEqual(["Ben"]);
    expect(found("Zoe1990")).toEqual(["Zoë Çelik"]);
    expect(found("cem@example")).toEqual(["Cem"]);
    expect(found("")).toHaveLength(3);
  });

  it("are not found by digits that stand in something that is no number, nor by two of them, nor by the host", () => {
    for (const query of ["ben1991", "@cem199", "1990", "19", "example"])
      expect([query, found(query)]).toEqual([query, []]);
  });
});
