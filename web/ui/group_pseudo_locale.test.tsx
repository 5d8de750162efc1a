// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// Groups in a language that writes Latin letters otherwise, as pseudo_locale.test.tsx has all else.
import { create } from "@bufbuild/protobuf";
import { fireEvent } from "@testing-library/react";
import { describe, expect, it } from "vitest";

import {
  Failure_Code,
  GroupPreviewSchema,
  JoinGroupResponseSchema,
  ListMembersResponseSchema,
  ListReactionsResponseSchema,
  ListReceiptsResponseSchema,
  Message_Tick,
} from "../core-client/schema";
import { GROUP_TOPICS } from "../view-models/route";
import { ANA, BEN, groupConversation, KITCHEN, message, micros } from "../view-models/testing/fake_core";
import { app, core, NAME, plainTexts, pseudoLocaleSuite, settled, show } from "./testing/pseudo_locale";
// Fetched when they are wanted: here at once.
import "./chat_menu";
import "./ending_question";
import "./group_info";
import "./join_pane";
import "./mention_list";
import "./message_popups";
import "./new_group_pane";
import "./pointer_actions";
import "./reactions";
import "./select";
import "./select_box";
import "./selection_bar";
import "./settings_pane";
import "./undo";

pseudoLocaleSuite();

describe("nothing plain is", { timeout: 60_000 }, () => {
  it("in a group, whatever happens in it", async () => {
    const person = (accountId: string) => ({ accountId, name: NAME });
    const inGroup = (fields: object) =>
      message({ conversation: KITCHEN, sender: person(BEN), text: "γειά", ...fields });
    const kinds = [...Array(16).keys()];
    for (const whom of [[person(BEN)], [person(ANA), person(BEN)], kinds.map((at) => person(String(at)))])
      for (const sender of [person(ANA), person(BEN)])
        core.messages.push(
          ...kinds.map((kind) => inGroup({ sender, body: { case: "groupEvent", value: { kind, whom, title: NAME } } })),
        );
    const mentions = [{ who: person(BEN), start: 0, length: 1 }];
    core.messages.push(
      inGroup({ quote: { messageId: "1", author: person(BEN), excerpt: "γειά" } }),
      inGroup({ body: { case: "text", value: { text: "@ γειά", mentions } } }),
      inGroup({ outgoing: true, tick: Message_Tick.kSent }),
    );
    const shown = (fields: object, group: object = {}) =>
      groupConversation({ title: NAME, ...fields, group: { firstMembers: [person(BEN)], members: 9, ...group } });
    core.conversations = [shown({ lastMessage: core.messages[1] })];
    core.on("listMembers", () => create(ListMembersResponseSchema, { members: [{ person: person(BEN) }] }));
    await show();
    await settled(() => app.openConversation(KITCHEN));
    expect(plainTexts()).toEqual([]);
    const changes = [
      shown({ title: "" }, { incomplete: true, role: 0 }),
      shown({}, { role: 0 }),
      shown({}, { role: 1, permissions: { send: false } }),
      shown({ typing: [person(BEN)] }),
      shown({ typing: [person(BEN), person("1"), person("2")] }),
      shown({}, { firstMembers: [] }),
    ];
    for (const value of changes) {
      await settled(() => core.emit({ case: "conversationChanged", value }));
      expect(plainTexts()).toEqual([]);
    }
    const progress = { conversation: KITCHEN, done: 1, total: 1023 };
    await settled(() => core.emit({ case: "groupProgress", value: progress }));
    await settled(() => app.snapshot().open?.composer.setText("@"));
    await settled(() => app.snapshot().open?.mentioning?.look(1));
    expect(document.querySelector("[role=option]")).not.toBeNull();
    expect(plainTexts()).toEqual([]);
  });

  it("in what is known of a message, and where a group is left", async () => {
    const receipts = [1, 2, 3, 4].map((tick) => ({ member: { accountId: String(tick), name: NAME }, tick }));
    core.on("listReceipts", () => create(ListReceiptsResponseSchema, { receipts }));
    core.conversations = [groupConversation({ title: NAME, group: { firstMembers: [] } })];
    core.messages = [message({ conversation: KITCHEN, outgoing: true, text: "γειά" })];
    await show();
    await settled(() => app.openConversation(KITCHEN));
    const choose = async (opener: () => unknown, name: string) => {
      await settled(opener);
      await settled();
      const items = [...document.querySelectorAll<HTMLElement>("[role=menuitem]")];
      expect(plainTexts()).toEqual([]);
      await settled(() => items.find((each) => each.textContent.normalize("NFKC") === name)?.click());
      await settled();
      expect(document.querySelector("dialog")).not.toBeNull();
      expect(plainTexts()).toEqual([]);
      await settled(() => document.querySelector<HTMLElement>("dialog button")?.click());
    };
    const bubble = document.querySelector("[data-bubble]");
    await choose(() => bubble && fireEvent.contextMenu(bubble, { clientX: 5, clientY: 5 }), "Info");
    await choose(() => document.getElementById("open-chat-menu")?.click(), "Leave group");
  });

  it("in what is done with messages that are there", async () => {
    const person = (accountId: string) => ({ accountId, name: NAME });
    const said = (fields: object) =>
      message({ conversation: KITCHEN, sender: person(BEN), text: "γειά", atMs: Date.now(), ...fields });
    const deletedBy = (account: string) => ({ body: { case: "deleted", value: { by: person(account) } } });
    const edited = { outgoing: true, tick: Message_Tick.kSent, editedUs: micros(Date.now()), starred: true };
    core.messages = [
      said(deletedBy(ANA)),
      said(deletedBy(BEN)),
      said(deletedBy("3")),
      said({ quote: { messageId: "1", author: person(BEN), deleted: true } }),
      said(edited),
    ];
    core.conversations = [
      groupConversation({ title: NAME, group: { firstMembers: [] }, lastMessage: core.messages[2] }),
    ];
    await show();
    await settled(() => app.openConversation(KITCHEN));
    expect(document.querySelectorAll("[data-icon=block]")).toHaveLength(3);
    expect(plainTexts()).toEqual([]);
    const opened = async (opener: () => unknown, part: string) => {
      await settled(opener);
      await settled();
      expect(document.querySelector(part)).not.toBeNull();
      expect(plainTexts()).toEqual([]);
    };
    const closed = () => settled(() => document.querySelector<HTMLElement>("dialog button")?.click());
    const last = () => [...document.querySelectorAll<HTMLElement>("[data-message]")].at(-1) as HTMLElement;
    await opened(() => fireEvent.contextMenu(last().querySelector("[data-bubble]") as Element), "[role=menu]");
    await settled(() => fireEvent.keyDown(document.body, { key: "Escape" }));
    await opened(() => document.querySelector<HTMLElement>("[data-part=edited]")?.click(), "dialog li");
    await closed();
    await opened(() => fireEvent.keyDown(last(), { key: "Delete" }), "dialog");
    await closed();
    const corrections = await app.snapshot().open?.corrections();
    await opened(() => corrections?.edit(core.messages.at(-1)!), "[data-part=composer-edit]");
    await settled(() => app.snapshot().open?.composer.cancelEdit());
    await opened(() => corrections?.select([core.messages.at(-1)!]), "[data-part=selection]");
    await opened(() => app.snapshot().open?.snapshot().selecting?.toggle(core.messages), "[type=checkbox]");
    await settled(() => app.snapshot().open?.stopSelecting());
    await opened(() => corrections?.deleteForMe([core.messages[0]!], app.tell), "[aria-keyshortcuts]");
    await settled(() => app.snapshot().undo?.());
    await opened(() => app.showTopic("starred"), "[data-part=starred] [data-row]");
    await settled(() => corrections?.star([core.messages.at(-1)!], false));
    await opened(() => app.showLeft("settings", "starred"), "[data-pane=left] [data-part=starred]");
  });

  it("in what is said to a message with emoji", async () => {
    const kinds = ["👍", "🎉", "😂", "😮", "🙏"].map((emoji) => ({ emoji, count: 2 }));
    const reactions = { own: "👍", count: 12, emojis: kinds };
    core.conversations = [groupConversation({ title: NAME, group: { firstMembers: [] } })];
    core.messages = [message({ conversation: KITCHEN, outgoing: true, text: "γειά", reactions })];
    core.on("listReactions", () =>
      create(ListReactionsResponseSchema, {
        reactions: [ANA, BEN].map((accountId) => ({ who: { accountId, name: NAME }, emoji: "👍" })),
      }),
    );
    await show();
    await settled(() => app.openConversation(KITCHEN));
    expect(document.querySelector("[data-part=reactions]")).not.toBeNull();
    expect(plainTexts()).toEqual([]);
    const row = document.querySelector("[data-message]") as HTMLElement;
    await settled(() => fireEvent.keyDown(row, { key: "e" }));
    await settled();
    expect(document.querySelector("[role=menuitemradio]")).not.toBeNull();
    expect(plainTexts()).toEqual([]);
    await settled(() => fireEvent.keyDown(document.body, { key: "Escape" }));
    await settled(() => document.querySelector<HTMLElement>("[data-part=reactions]")?.click());
    await settled();
    expect(document.querySelectorAll("dialog li").length).toBe(2);
    expect(plainTexts()).toEqual([]);
  });

  it("in the details of a group and their pages", async () => {
    const person = (at: number) => ({ accountId: String(at).padStart(32, "0"), name: NAME });
    const members = [...Array(120).keys()].map((at) => ({
      person: person(at),
      role: 1 + (at % 2),
      thisAccount: at === 0,
    }));
    core.on("listMembers", () => create(ListMembersResponseSchema, { members, applicants: [person(7)] }));
    const shown = (group: object) =>
      groupConversation({ title: NAME, group: { firstMembers: [], createdUs: 1n, ...group } });
    core.conversations = [shown({})];
    const links = [
      undefined,
      { link: "1" },
      { link: "", approval: true, expiresUs: 1n },
      { link: "1", expiresUs: micros(Date.now() * 2) },
    ];
    await show();
    await settled(() => app.openConversation(KITCHEN));
    for (const topic of ["", ...GROUP_TOPICS] as const)
      for (const group of [
        ...links.map((link) => ({ link })),
        { applicants: 2, link: { approval: true } },
        { role: 1 },
        { role: 0 },
      ]) {
        await settled(() => core.emit({ case: "conversationChanged", value: shown(group) }));
        await settled(() => app.showTopic(topic));
        expect(document.querySelector("[data-pane=details] header")).not.toBeNull();
        expect(plainTexts()).toEqual([]);
      }
    await settled(() => core.emit({ case: "conversationChanged", value: shown({ link: { link: "1" } }) }));
    await settled(() => app.showTopic("link"));
    const final = () => [...document.querySelectorAll<HTMLElement>("[data-pane=details] section:last-child button")];
    for (const button of final().slice(-2)) {
      await settled(() => button.click());
      expect(document.querySelector("dialog")).not.toBeNull();
      expect(plainTexts()).toEqual([]);
      await settled(() => document.querySelector<HTMLElement>("dialog button")?.click());
    }
    await settled(() => app.snapshot().groupInfo?.setQuery("ωωω"));
    await settled(() => app.showTopic(""));
    expect(plainTexts()).toEqual([]);
    core.on("removeMembers", () => shown({}));
    await settled(() => app.snapshot().groupInfo?.remove(members[3] as never));
    expect(app.snapshot().groupInfo?.snapshot().notice).not.toBe("");
    expect(plainTexts()).toEqual([]);
  });

  it("where a group is made or joined", async () => {
    await show();
    await settled(() => app.showLeft("new-group"));
    expect(plainTexts()).toEqual([]);
    for (const query of ["ωωω", "+49 170 1"]) {
      await settled(() => app.newGroup.people.setQuery(query));
      expect(plainTexts()).toEqual([]);
    }
    await settled(() => app.newGroup.people.chooseTyped());
    await settled(() => app.newGroup.people.toggle({ accountId: BEN, handle: "", name: NAME }));
    expect(plainTexts()).toEqual([]);
    await settled(() => app.newGroup.goOn());
    await settled(() => app.newGroup.make());
    expect(plainTexts()).toEqual([]);
    core.failing("createGroup", Failure_Code.kCannotBeAdded, BEN);
    await settled(() => app.newGroup.setTitle(NAME));
    await settled(() => app.newGroup.make());
    expect(app.newGroup.snapshot().refused).toEqual([BEN]);
    expect(plainTexts()).toEqual([]);
    await settled(() => app.showLeft("join"));
    await settled(() => app.join.look(""));
    expect(plainTexts()).toEqual([]);
    for (const fields of [{}, { approval: true }, { member: true }]) {
      core.on("openGroupLink", () => create(GroupPreviewSchema, { title: NAME, members: 2, ...fields }));
      await settled(() => app.join.look("1"));
      expect(plainTexts()).toEqual([]);
    }
    core.on("openGroupLink", () => create(GroupPreviewSchema, { approval: true }));
    core.on("joinGroup", () => create(JoinGroupResponseSchema, {}));
    await settled(() => app.join.look("1"));
    await settled(() => app.join.join());
    expect(app.join.snapshot().asked).toBe(true);
    expect(plainTexts()).toEqual([]);
  });
});
