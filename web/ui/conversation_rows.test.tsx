// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Group_Role } from "../core-client/schema";
import { Arrangement } from "../view-models/arrangement";
import type { Conversation } from "../view-models/core";
import { ConversationListViewModel } from "../view-models/conversation_list";
import { EntityStore } from "../view-models/entity_store";
import {
  ANA,
  BEN,
  conversation,
  groupConversation,
  message,
  micros,
  NOON,
  type FakeCore,
} from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { ArchivedPane } from "./archived_pane";
import { ConversationRows, type ConversationRowActions } from "./conversation_rows";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
// Fetched when they are wanted: here at once.
import "./conversation_menu";
import "./mute_question";
import "./removal_question";

let core: FakeCore;
let list: ConversationListViewModel;
const told: string[] = [];
let actions: ConversationRowActions;

function Rows() {
  const { conversations } = useViewModel(list);
  return (
    <nav data-pane="left">
      <button type="button">Search</button>
      <ConversationRows conversations={conversations} openId="" now={useNow()} actions={actions} />
    </nav>
  );
}

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  core = settledCore();
  core.conversations = [
    conversation({ id: ANA, title: "Ana", activityUs: micros(NOON + 2), unread: 2 }),
    conversation({ id: BEN, title: "Ben", activityUs: micros(NOON + 1) }),
  ];
  core.messages = [];
  const store = new EntityStore(core);
  list = new ConversationListViewModel(store);
  actions = {
    openConversation: vi.fn(),
    arrangement: new Arrangement(core, store, (words) => told.push(words)),
    withCore: (make) => make(core, store),
  };
  told.length = 0;
  await store.loadConversations();
});
afterEach(cleanup);

const titles = () => [...document.querySelectorAll("[data-part=title]")].map(({ textContent }) => textContent);
const rowOf = (title: string) => screen.getByText(title).closest("li") as HTMLElement;
const choose = async (title: string, item: string) => {
  fireEvent.click(screen.getByRole("button", { name: `More about ${title}` }));
  const chosen = await screen.findByRole("menuitem", { name: item, hidden: true });
  await act(async () => fireEvent.click(chosen));
};
const changed = () => core.called("setConversation");

describe("the menu of a conversation in the list", () => {
  it("pins, which is seen, and unpins", async () => {
    render(<Rows />);
    await choose("Ben", "Pin");
    expect(titles()).toEqual(["Ben", "Ana"]);
    within(rowOf("Ben")).getByRole("img", { name: "Pinned" });
    await choose("Ben", "Unpin");
    expect(titles()).toEqual(["Ana", "Ben"]);
    expect(within(rowOf("Ben")).queryByRole("img", { name: "Pinned" })).toBeNull();
  });

  it.each([
    ["8 hours", 8 * 3600],
    ["1 week", 7 * 24 * 3600],
    ["Always", 1_000_000_000],
  ])("mutes for %s", async (label, seconds) => {
    render(<Rows />);
    const before = Date.now();
    await choose("Ana", "Mute …");
    fireEvent.click(await screen.findByRole("radio", { name: label, hidden: true }));
    await act(async () => fireEvent.click(screen.getByRole("button", { name: "Mute", hidden: true })));
    const until = Number((changed()[0]?.mutedUntilUs as bigint) / 1000n);
    expect(until - before).toBeGreaterThanOrEqual(seconds * 1000);
    if (label !== "Always") expect(until - before).toBeLessThan(seconds * 1000 + 60_000);
    within(rowOf("Ana")).getByRole("img", { name: "Muted" });
    await choose("Ana", "Unmute");
    expect(within(rowOf("Ana")).queryByRole("img", { name: "Muted" })).toBeNull();
  });

  it("mutes nobody when one has thought better of it", async () => {
    render(<Rows />);
    await choose("Ana", "Mute …");
    fireEvent.click(await screen.findByRole("button", { name: "Cancel", hidden: true }));
    expect(changed()).toEqual([]);
  });

  it("archives, and the focus goes to the row in its place, then out of the list", async () => {
    render(<Rows />);
    await choose("Ana", "Archive");
    expect(titles()).toEqual(["Ben"]);
    expect(document.activeElement?.id).toBe(`row-${BEN}`);
    await choose("Ben", "Archive");
    expect(document.activeElement?.textContent).toBe("Search");
  });

  it("opens by the other mouse button and by the menu key, too", async () => {
    render(<Rows />);
    fireEvent.contextMenu(document.getElementById(`row-${BEN}`)!, { clientX: 4, clientY: 4 });
    const items = await screen.findAllByRole("menuitem", { hidden: true });
    expect(items.map(({ textContent }) => textContent)).toEqual([
      "Pin",
      "Mute …",
      "Archive",
      "Mark as unread",
      "Lists …",
      "Delete chat …",
    ]);
    expect(actions.openConversation).not.toHaveBeenCalled();
  });
});

describe("a conversation that is to be cleared or deleted", () => {
  const button = (name: string) => screen.findByRole("button", { name, hidden: true });
  const press = async (name: string) => act(async () => fireEvent.click(await button(name)));
  const labels = async (title: string) => {
    fireEvent.click(screen.getByRole("button", { name: `More about ${title}` }));
    const items = await screen.findAllByRole("menuitem", { hidden: true });
    return items.map(({ textContent }) => textContent);
  };
  const has = (id: string, with_: Partial<Conversation>) =>
    act(async () => core.emit({ case: "conversationChanged", value: { ...list.find(id)!, ...with_ } }));

  it("is asked about first, and stays in the list without its messages", async () => {
    render(<Rows />);
    await has(BEN, { lastMessage: message({ text: "soup" }) });
    await choose("Ben", "Clear chat …");
    screen.getByText("Clear the chat “Ben”?");
    fireEvent.click(screen.getByRole("checkbox", { name: "Keep starred messages", hidden: true }));
    expect(core.called("clearConversation")).toEqual([]);
    await press("Clear chat");
    expect(core.called("clearConversation")).toEqual([{ conversation: BEN, keepStarred: true }]);
    expect(titles()).toEqual(["Ana", "Ben"]);
    expect(told).toEqual(["The chat is cleared."]);
  });

  it("is left alone by whoever has thought better of it", async () => {
    render(<Rows />);
    await choose("Ben", "Delete chat …");
    await press("Cancel");
    expect(core.called("deleteConversation")).toEqual([]);
  });

  it("goes from the list, and the focus to the row in its place", async () => {
    render(<Rows />);
    await choose("Ana", "Delete chat …");
    await press("Delete chat");
    expect(core.called("deleteConversation")).toEqual([{ conversation: ANA }]);
    expect(titles()).toEqual(["Ben"]);
    expect(document.activeElement?.id).toBe(`row-${BEN}`);
    expect(told).toEqual(["The chat is deleted."]);
  });

  it("says why it could not be", async () => {
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    core.failing("deleteConversation", Failure_Code.kStillMember);
    render(<Rows />);
    await choose("Ana", "Delete chat …");
    await press("Delete chat");
    expect(titles()).toEqual(["Ana", "Ben"]);
    expect(told).toEqual(["You are in this group: leave it first."]);
  });

  it("is not offered to be cleared when it is, nor deleted in a group that one is in", async () => {
    render(<Rows />);
    const { peer } = groupConversation();
    if (peer.case !== "group") throw new Error("a group");
    const as = (role: Group_Role) => has(ANA, { peer: { ...peer, value: { ...peer.value, role } } });
    await as(Group_Role.kMember);
    expect(await labels("Ana")).not.toContain("Delete chat …");
    expect(await labels("Ana")).not.toContain("Clear chat …");
    await as(Group_Role.kNone);
    expect(await labels("Ana")).toContain("Delete chat …");
  });
});

describe("the archived conversations", () => {
  const onBack = vi.fn();
  const show = () => render(<ArchivedPane model={list} openId="" actions={actions} onBack={onBack} />);

  it("can be taken out again, and are not pinned there", async () => {
    await actions.arrangement.archive(list.find(BEN)!);
    show();
    expect(titles()).toEqual(["Ben"]);
    expect(screen.queryByRole("img", { name: "Archived" })).toBeNull();
    screen.getByText("These chats stay here when a message comes", { exact: false });
    fireEvent.click(screen.getByRole("button", { name: "More about Ben" }));
    const items = await screen.findAllByRole("menuitem", { hidden: true });
    expect(items.map(({ textContent }) => textContent)).toEqual([
      "Mute …",
      "Unarchive",
      "Mark as unread",
      "Lists …",
      "Delete chat …",
    ]);
    await act(async () => fireEvent.click(items[1] as HTMLElement));
    expect(titles()).toEqual([]);
    expect(screen.getByRole("status").textContent).toBe("Nothing is archived.");
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Back" }));
  });

  it("are left by the button and by Escape", () => {
    show();
    expect(document.activeElement).toBe(screen.getByRole("button", { name: "Back" }));
    fireEvent.click(screen.getByRole("button", { name: "Back" }));
    fireEvent.keyDown(screen.getByRole("button", { name: "Back" }), { key: "Escape" });
    expect(onBack).toHaveBeenCalledTimes(2);
  });
});
