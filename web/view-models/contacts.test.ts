// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it } from "vitest";

import { Failure_Code, type Conversation } from "../core-client/schema";
import { ContactsViewModel, isForSelf } from "./contacts";
import { EntityStore } from "./entity_store";
import { BEN, conversation, FakeCore, state } from "./testing/fake_core";

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
    for (const query of ["", "  ", "Ben", "ana ben", "nota", "+49 170 0000002"])
      expect([query, isForSelf(self, query)]).toEqual([query, false]);
    expect(isForSelf(undefined, "note")).toBe(false);
  });
});
