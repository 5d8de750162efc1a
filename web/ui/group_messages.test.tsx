// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// A conversation with a group as it is seen: who wrote what, what happened, who is named, and where one writes.
import { create } from "@bufbuild/protobuf";
import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";

import {
  Failure_Code,
  Group_Role,
  GroupEvent_Kind,
  ListMembersResponseSchema,
  ListReceiptsResponseSchema,
  Message_Tick,
} from "../core-client/schema";
import type { AppViewModel } from "../view-models/app";
import { MediaKind } from "../view-models/core";
import {
  ANA,
  BEN,
  CEM,
  conversation,
  groupConversation,
  KITCHEN,
  message,
  NOON,
  settle,
  type FakeCore,
} from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { showApp, stubPage } from "./testing/whole_app";
// Fetched when they are wanted: here at once.
import "./chat_menu";
import "./ending_question";
import "./mention_list";
import "./message_popups";

let core: FakeCore;
let app: AppViewModel;

beforeAll(stubPage);
beforeEach(() => {
  core = settledCore();
  core.conversations = [groupConversation(), conversation()];
  core.messages = [];
});
afterEach(() => {
  cleanup();
  app.dispose();
});

async function open(): Promise<void> {
  app = showApp(core);
  await act(async () => {
    await app.start();
    await app.openConversation(KITCHEN);
    await settle();
  });
}
const ben = { accountId: BEN, name: "Ben" };
const cem = { accountId: CEM, name: "Cem" };
let minute = 0;
const inGroup = (fields: object = {}) =>
  message({ conversation: KITCHEN, sender: ben, atMs: NOON + ++minute * 1000, ...fields });
const status = () => document.querySelector("[data-part=status]")?.textContent;
const emit = (...kinds: Parameters<FakeCore["emit"]>) => act(() => core.emit(...kinds));
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message to Kitchen" });

describe("in a group", () => {
  it("the first message of each in a row says whose it is, in the colour of their picture", async () => {
    core.messages = [inGroup(), inGroup(), inGroup({ sender: cem }), inGroup({ outgoing: true }), inGroup()];
    await open();
    const senders = [...document.querySelectorAll<HTMLElement>("[data-part=sender]")];
    expect(senders.map(({ textContent }) => textContent)).toEqual(["Ben", "Cem", "Ben"]);
    const colours = senders.map(({ dataset }) => dataset.colour);
    expect(colours[0]).toBe(colours[2]);
    expect(colours[0]).not.toBe(colours[1]);
  });

  it("of a conversation with one person no message does", async () => {
    core.messages = [message()];
    await open();
    await act(() => app.openConversation(BEN));
    expect(document.querySelectorAll("[data-message]")).toHaveLength(1);
    expect(document.querySelector("[data-part=sender]")).toBeNull();
  });

  it("what happened is a line in words, and leads to what the group is", async () => {
    const body = { case: "groupEvent" as const, value: { kind: GroupEvent_Kind.kAdded, whom: [{ accountId: ANA }] } };
    core.messages = [inGroup({ body })];
    await open();
    await act(() => fireEvent.click(screen.getByRole("button", { name: "Ben added you" })));
    expect(app.route.details).toBe(true);
  });

  it("the head says who is in it, and who is typing", async () => {
    await open();
    expect(status()).toBe("Ben, Cem, you");
    await emit(
      { case: "typingChanged", value: { conversation: KITCHEN, who: ben, typing: true } },
      { case: "typingChanged", value: { conversation: KITCHEN, who: cem, typing: true } },
    );
    expect(status()).toBe("Ben and Cem are typing …");
    await emit({ case: "typingChanged", value: { conversation: KITCHEN, who: ben, typing: false } });
    expect(status()).toBe("Cem is typing …");
  });

  it("the list says who wrote the last message, and what happened last", async () => {
    core.conversations = [groupConversation({ lastMessage: inGroup({ text: "soup" }) })];
    await open();
    const row = () => document.getElementById(`row-${KITCHEN}`)?.textContent;
    expect(row()).toContain("Ben: soup");
    const body = { case: "groupEvent" as const, value: { kind: GroupEvent_Kind.kLeft } };
    const lastMessage = inGroup({ body });
    await emit({ case: "conversationChanged", value: groupConversation({ lastMessage }) });
    expect(row()).toContain("Ben left");
    expect(row()).not.toContain("Ben:");
  });

  it("a quote names its author", async () => {
    const quote = (accountId: string, name: string) => ({ messageId: "1", author: { accountId, name }, excerpt: "hi" });
    core.messages = [inGroup({ quote: quote(CEM, "Cem") }), inGroup({ quote: quote(ANA, "Ana"), sender: cem })];
    await open();
    const quoted = [...document.querySelectorAll("[data-part=quote]")].map(({ textContent }) => textContent);
    expect(quoted).toEqual(["Cemhi", "Youhi"]);
    act(() => app.snapshot().open?.reply(core.messages[0]?.id ?? ""));
    expect(document.querySelector("[data-part=composer-quote]")?.textContent).toMatch(/^Ben/);
  });

  const menuOf = async (at: number) => {
    const bubbles = document.querySelectorAll("[data-bubble]");
    await act(async () => void fireEvent.contextMenu(bubbles[at] as Element));
    const items = screen.queryAllByRole("menuitem").map(({ textContent }) => textContent);
    return items;
  };
  const closeMenu = () => act(async () => void fireEvent.keyDown(screen.getByRole("menu"), { key: "Escape" }));

  it("a message of somebody else is answered in private, with its quote, which leads back to it", async () => {
    core.messages = [inGroup({ text: "who has a tent?" }), inGroup({ outgoing: true, text: "not me" })];
    core.on("openConversation", () => conversation());
    await open();
    expect(await menuOf(1)).not.toContain("Reply privately");
    await closeMenu();
    expect(await menuOf(0)).toContain("Reply privately");
    await act(async () => void fireEvent.click(screen.getByRole("menuitem", { name: "Reply privately" })));
    await act(settle);
    expect(core.called("openConversation")).toEqual([{ accountId: BEN }]);
    expect(app.route.conversation).toBe(BEN);
    expect(document.querySelector("[data-part=composer-quote]")?.textContent).toBe("Ben·Kitchenwho has a tent?");
    await act(async () => {
      app.snapshot().open?.composer.setText("I have");
      await app.snapshot().open?.composer.send();
    });
    const quoteMessageId = core.messages[0]?.id;
    expect(core.called("sendMessage")).toMatchObject([{ conversation: BEN, text: "I have", quoteMessageId }]);
  });

  it("nobody who is blocked is answered in private", async () => {
    core.conversations = [groupConversation(), conversation({ direct: { blocked: true } })];
    core.messages = [inGroup(), inGroup({ sender: cem })];
    await open();
    expect(await menuOf(0)).not.toContain("Reply privately");
    await closeMenu();
    expect(await menuOf(1)).toContain("Reply privately");
  });

  it("a quote of a group in a conversation of two names the group, and leads there where the message is", async () => {
    const asked = inGroup({ text: "who has a tent?", outgoing: true });
    const quote = (conversation: string, title: string) => ({
      messageId: asked.id,
      author: { accountId: ANA, name: "Ana" },
      excerpt: "who has a tent?",
      group: { conversation, title },
    });
    core.messages = [asked, message({ quote: quote(KITCHEN, "Kitchen") }), message({ quote: quote("", "") })];
    await open();
    await act(async () => void (await app.openConversation(BEN)));
    const [there, gone] = [...document.querySelectorAll<HTMLElement>("[data-part=quote]")];
    expect(there?.textContent).toBe("You·Kitchenwho has a tent?");
    expect(gone?.textContent).toBe("You·Groupwho has a tent?");
    await act(async () => void fireEvent.click(gone as HTMLElement));
    await act(settle);
    expect(screen.getByText("This message isn't on this device.")).toBeTruthy();
    expect(app.route.conversation).toBe(BEN);
    await act(async () => void fireEvent.click(there as HTMLElement));
    await act(settle);
    expect(app.route.conversation).toBe(KITCHEN);
    expect(app.snapshot().open?.timeline.snapshot().jump).toMatchObject({ to: asked.id, highlight: true });
  });

  it("who is named in a message can be written to, but oneself", async () => {
    const mentions = [
      { who: { accountId: ANA, name: "Ana" }, start: 0, length: 4 },
      { who: ben, start: 5, length: 4 },
    ];
    core.messages = [inGroup({ sender: cem, body: { case: "text", value: { text: "@Ana @Ben", mentions } } })];
    core.on("openConversation", () => conversation());
    await open();
    expect(screen.queryByRole("button", { name: "@Ana" })).toBeNull();
    expect(screen.getByText("@Ana")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "@Ben" }));
    await act(settle);
    expect(core.called("openConversation")).toEqual([{ accountId: BEN }]);
    expect(app.route.conversation).toBe(BEN);
  });

  it("who can't be written to is said", async () => {
    core.messages = [inGroup()];
    core.failing("openConversation", Failure_Code.kOffline);
    await open();
    fireEvent.click(screen.getByRole("button", { name: "Ben" }));
    await act(settle);
    expect(screen.getByText(/can't be reached/)).toBeTruthy();
  });
});

describe("where one writes in a group", () => {
  const closed = () => document.querySelector("[data-part=closed]")?.textContent;

  it("is closed to whoever is no member, or may not", async () => {
    await open();
    expect(field()).toBeTruthy();
    await emit({ case: "conversationChanged", value: groupConversation({ group: { role: Group_Role.kNone } }) });
    expect(closed()).toBe("You are no longer a member of this group.");
    expect(screen.queryByRole("textbox", { name: "Message to Kitchen" })).toBeNull();
    const group = { role: Group_Role.kMember, permissions: { send: false } };
    await emit({ case: "conversationChanged", value: groupConversation({ group }) });
    expect(closed()).toBe("Only admins can send messages.");
    await emit({ case: "conversationChanged", value: groupConversation() });
    expect(field()).toBeTruthy();
  });

  it("says how far one's key has come, until everybody has it", async () => {
    await open();
    const progress = (done: number) =>
      emit({ case: "groupProgress", value: { conversation: KITCHEN, done, total: 1023 } });
    await progress(120);
    expect(screen.getByText("Handing your key to the members: 120 of 1,023")).toBeTruthy();
    await progress(1023);
    expect(screen.queryByText(/Handing your key/)).toBeNull();
    await progress(3);
    core.on("listConversations", () => ({ conversations: core.conversations }));
    await emit({ case: "resync", value: {} });
    await act(settle);
    await emit({ case: "conversationChanged", value: groupConversation() });
    expect(screen.queryByText(/Handing your key/)).toBeNull();
  });

  it("a member is named by the keys alone", async () => {
    const members = [{ person: { accountId: ANA, name: "Ana" }, thisAccount: true }, { person: ben }, { person: cem }];
    core.on("listMembers", () => create(ListMembersResponseSchema, { members }));
    await open();
    fireEvent.change(field(), { target: { value: "hi @" } });
    await screen.findByRole("listbox", { name: "Members to mention" });
    const selected = () => screen.getByRole("option", { selected: true });
    expect(selected().textContent).toBe("BBen");
    fireEvent.keyDown(field(), { key: "ArrowDown" });
    expect(selected().textContent).toBe("CCem");
    expect(field().getAttribute("aria-activedescendant")).toBe(selected().id);
    fireEvent.keyDown(field(), { key: "Enter" });
    expect(field().value).toBe("hi @Cem ");
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(core.called("sendMessage")).toEqual([]);
    fireEvent.keyDown(field(), { key: "Enter" });
    await act(settle);
    expect(core.called("sendMessage")).toMatchObject([
      { text: "hi @Cem", mentions: [{ accountId: CEM, start: 3, length: 4 }] },
    ]);
  });

  it("Escape takes the proposals away, and not the conversation", async () => {
    core.on("listMembers", () => create(ListMembersResponseSchema, { members: [{ person: ben }] }));
    await open();
    fireEvent.change(field(), { target: { value: "@" } });
    await screen.findByRole("listbox", { name: "Members to mention" });
    fireEvent.keyDown(field(), { key: "Escape" });
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(app.route.conversation).toBe(KITCHEN);
  });
});

describe("of an own message in a group", () => {
  const showInfo = async () => {
    fireEvent.contextMenu(document.querySelector("[data-bubble]") as HTMLElement, { clientX: 5, clientY: 5 });
    fireEvent.click(await screen.findByRole("menuitem", { name: "Info", hidden: true }));
    await screen.findByRole("heading", { name: "Message info", hidden: true });
    await act(settle);
  };
  const section = (name: string) => document.querySelector(`section[aria-label="${name}"]`)?.textContent;

  it("the menu has the message as it is: what is sent while it is open can be asked about", async () => {
    const own = { id: "7".repeat(32), outgoing: true, sender: { accountId: ANA, name: "Ana" } };
    core.messages = [inGroup({ ...own, tick: Message_Tick.kPending })];
    await open();
    fireEvent.contextMenu(document.querySelector("[data-bubble]") as HTMLElement, { clientX: 5, clientY: 5 });
    await screen.findByRole("menuitem", { name: "Copy text", hidden: true });
    expect(screen.queryByRole("menuitem", { name: "Info", hidden: true })).toBeNull();
    await act(async () => {
      core.emit({ case: "messageChanged", value: inGroup({ ...own, tick: Message_Tick.kSent }) });
      await settle();
    });
    await screen.findByRole("menuitem", { name: "Info", hidden: true });
  });

  it("one sees who has read it, who has it, and who has not", async () => {
    core.messages = [inGroup({ outgoing: true, sender: { accountId: ANA, name: "Ana" } })];
    const receipts = [
      { member: ben, tick: Message_Tick.kRead },
      { member: cem, tick: Message_Tick.kSent },
    ];
    core.on("listReceipts", () => create(ListReceiptsResponseSchema, { receipts }));
    await open();
    await showInfo();
    expect(core.called("listReceipts")).toEqual([{ messageId: core.messages[0]?.id }]);
    expect(section("Read by")).toContain("Ben");
    expect(section("Not delivered yet")).toContain("Cem");
    expect(section("Delivered to")).toBeUndefined();
    fireEvent.click(screen.getByText("Close"));
    expect(screen.queryByText("Message info")).toBeNull();
  });

  it.each([
    { viewOnce: false, title: "Played by" },
    { viewOnce: true, title: "Opened by" },
  ])("one sees who has $title it, and when", async ({ viewOnce, title }) => {
    const media = { kind: MediaKind.kVoice, viewOnce };
    core.messages = [
      inGroup({ outgoing: true, sender: { accountId: ANA, name: "Ana" }, body: { case: "media", value: media } }),
    ];
    const receipts = [
      { member: ben, tick: Message_Tick.kRead, openedUs: BigInt(Date.now()) * 1000n },
      { member: cem, tick: Message_Tick.kRead },
    ];
    core.on("listReceipts", () => create(ListReceiptsResponseSchema, { receipts }));
    await open();
    await showInfo();
    expect(section(title)).toMatch(/Ben.*Today at/);
    expect(section("Read by")).toContain("Cem");
    expect(section("Read by")).not.toContain("Ben");
  });

  it("one sees why that can't be said", async () => {
    core.messages = [inGroup({ outgoing: true, sender: { accountId: ANA, name: "Ana" } })];
    core.failing("listReceipts", Failure_Code.kNoSuchMessage);
    await open();
    await showInfo();
    expect(screen.getByText("This message isn't on this device.")).toBeTruthy();
  });
});

it("a group is left after a question, from its menu", async () => {
  core.on("leaveGroup", () => groupConversation({ group: { role: Group_Role.kNone } }));
  await open();
  const leave = async () => {
    fireEvent.click(screen.getByRole("button", { name: "More" }));
    fireEvent.click(await screen.findByRole("menuitem", { name: "Leave group", hidden: true }));
    await screen.findByText("Leave Kitchen?");
  };
  await leave();
  fireEvent.click(screen.getByText("Cancel"));
  expect(core.called("leaveGroup")).toEqual([]);
  await leave();
  fireEvent.click(screen.getByText("Leave group", { selector: "dialog button" }));
  await act(settle);
  expect(core.called("leaveGroup")).toEqual([{ conversation: KITCHEN }]);
  expect(document.querySelector("[data-part=closed]")).not.toBeNull();
});
