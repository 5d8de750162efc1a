// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// Which conversations are shown, and lists that a person makes of them.
import { fireEvent, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import {
  ANA,
  BEN,
  conversation,
  groupConversation,
  KITCHEN,
  list,
  micros,
  NOON,
} from "../view-models/testing/fake_core";
import {
  app,
  conversationSuite,
  core,
  dialog,
  key,
  notice,
  open,
  press,
  settled,
  soon,
} from "./testing/conversation_page";
// Fetched when they are wanted: here at once.
import "./conversation_menu";
import "./delete_list_question";
import "./list_menu";
import "./list_sheet";
import "./lists_dialog";

const FAMILY = "1".repeat(32);

conversationSuite();
beforeEach(async () => {
  core.lists = [list({ id: FAMILY, name: "Family" })];
  core.conversations = [
    conversation({ id: ANA, title: "Ana", activityUs: micros(NOON + 2), unread: 2 }),
    conversation({ title: "Ben", activityUs: micros(NOON + 1), lists: [FAMILY] }),
    groupConversation({ activityUs: micros(NOON) }),
  ];
  await open();
  await settled(() => app.closeConversation());
});

const left = () => document.querySelector("[data-pane=left]") as HTMLElement;
const titles = () => [...left().querySelectorAll("[data-part=title]")].map(({ textContent }) => textContent);
const toolbar = () => within(left()).getByRole("toolbar", { name: "Which chats are shown", hidden: true });
const chips = () => within(toolbar()).getAllByRole("button", { hidden: true });
const chip = (name: string) => within(toolbar()).getByRole("button", { name, hidden: true });
const pressed = () => chips().filter((each) => each.getAttribute("aria-pressed") === "true");
const stops = () => chips().filter(({ tabIndex }) => tabIndex === 0);
const choose = (name: string) => press(name, toolbar());
const chooseOf = async (target: Element, item: string) => {
  await settled(() => fireEvent.contextMenu(target, { clientX: 4, clientY: 4 }));
  await soon();
  await settled(() => fireEvent.click(screen.getByRole("menuitem", { name: item, hidden: true })));
  await soon();
};
const type = (name: string) =>
  settled(() => fireEvent.change(screen.getByLabelText("Name of the list"), { target: { value: name } }));
const tick = (name: string | RegExp) =>
  settled(() => fireEvent.click(within(dialog() as HTMLElement).getByRole("checkbox", { name, hidden: true })));
const failing = (method: "setList" | "setListed", code: Failure_Code) => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  core.failing(method, code);
};

describe("the filters above the conversations", () => {
  it("are one choice, and one stop of the keyboard", async () => {
    expect(chips().map(({ textContent }) => textContent)).toEqual([
      "All ",
      "Unread 1",
      "People ",
      "Groups ",
      "Family ",
      "",
    ]);
    expect(pressed()).toEqual([chip("All")]);
    expect(stops()).toEqual([chip("All")]);
    await choose("Groups");
    expect(pressed()).toEqual([chip("Groups")]);
    expect(stops()).toEqual([chip("Groups")]);
    expect(titles()).toEqual(["Kitchen"]);
    await choose("Family");
    expect(titles()).toEqual(["Ben"]);
  });

  it("are gone through with arrows, of which the one with the focus is the stop until it is left", async () => {
    chip("All").focus();
    await key(chip("All"), { key: "ArrowLeft" });
    expect(document.activeElement).toBe(chip("All"));
    await key(chip("All"), { key: "ArrowRight" });
    expect(document.activeElement).toBe(chip("Unread 1"));
    await key(chip("Unread 1"), { key: "End" });
    expect(document.activeElement).toBe(chip("New list"));
    expect(stops()).toEqual([chip("New list")]);
    await settled(() => chip("New list").blur());
    expect(stops()).toEqual([chip("All")]);
    expect(pressed()).toEqual([chip("All")]);
  });

  it("say that nothing is found, and offer all", async () => {
    await settled(() => core.emit({ case: "conversationChanged", value: { ...core.conversations[0]!, unread: 0 } }));
    await choose("Unread");
    within(left()).getByText("Nothing is unread.");
    await press("Show all chats", left());
    expect(titles()).toEqual(["Ana", "Ben", "Kitchen"]);
    expect(pressed()).toEqual([chip("All")]);
  });

  it("keep what is open under Unread until it is left", async () => {
    await choose("Unread 1");
    await settled(() => app.openConversation(ANA));
    await settled(() => core.emit({ case: "conversationChanged", value: { ...core.conversations[0]!, unread: 0 } }));
    expect(titles()).toEqual(["Ana"]);
    await settled(() => app.closeConversation());
    expect(titles()).toEqual([]);
  });

  it("are taken back by Escape in the list, after the search", async () => {
    await choose("Family");
    await settled(() => app.search.setQuery("Ana"));
    expect(titles()).toEqual(["Ana"]);
    const field = screen.getByLabelText("Search conversations and messages");
    await key(field, { key: "Escape" });
    expect(titles()).toEqual(["Ben"]);
    await key(field, { key: "Escape" });
    expect(titles()).toEqual(["Ana", "Ben", "Kitchen"]);
  });

  it("are not there while there is no conversation", async () => {
    core.conversations = [];
    await settled(() => app.store.loadConversations());
    expect(screen.queryByRole("toolbar", { hidden: true })).toBeNull();
  });
});

describe("a new list", () => {
  it("is made with what was chosen, and shown", async () => {
    await choose("New list");
    expect(
      within(dialog() as HTMLElement).getByRole<HTMLButtonElement>("button", { name: "Save", hidden: true }).disabled,
    ).toBe(true);
    await type("Work");
    await tick(/^Kitchen/);
    await press("Save");
    expect(dialog()).toBeNull();
    expect(core.called("setListed")).toMatchObject([{ conversations: [KITCHEN], listed: true }]);
    expect(pressed()).toEqual([chip("Work")]);
    expect(titles()).toEqual(["Kitchen"]);
  });

  it("that can't be made stays open with why", async () => {
    failing("setList", Failure_Code.kTooManyLists);
    await choose("New list");
    await type("Work");
    await press("Save");
    expect(within(dialog() as HTMLElement).getByRole("alert", { hidden: true }).textContent).toContain("20 lists");
    await type("Works");
    expect(within(dialog() as HTMLElement).queryByRole("alert", { hidden: true })).toBeNull();
    await press("Cancel");
    expect(dialog()).toBeNull();
    expect(pressed()).toEqual([chip("All")]);
  });
});

describe("a list", () => {
  it("is changed from its menu", async () => {
    await chooseOf(chip("Family"), "Edit list …");
    await type("Home");
    await tick(/^Ana/);
    await press("Save");
    await choose("Home");
    expect(titles()).toEqual(["Ana", "Ben"]);
    expect(core.called("setList")).toEqual([{ id: FAMILY, name: "Home" }]);
  });

  it("that is chosen has a button beside it, which leads to its end, too", async () => {
    expect(screen.queryByRole("button", { name: "Edit the list “Family”", hidden: true })).toBeNull();
    await choose("Family");
    await press("Edit the list “Family”");
    await press("Delete list");
    screen.getByText("Delete the list “Family”?");
    expect(core.called("setList")).toEqual([]);
    await press("Delete list");
    expect(core.called("setList")).toEqual([{ id: FAMILY, remove: true }]);
    expect(titles()).toEqual(["Ana", "Ben", "Kitchen"]);
    expect(notice()).toContain("The list is deleted. Its chats stay.");
  });

  it("is not deleted when one has thought better of it, nor when it can't be, which is said", async () => {
    await chooseOf(chip("Family"), "Delete list …");
    await press("Cancel");
    expect(core.called("setList")).toEqual([]);
    failing("setList", Failure_Code.kNoSuchList);
    await chooseOf(chip("Family"), "Delete list …");
    await press("Delete list");
    expect(notice()).toContain("This list is no more.");
    chip("Family");
  });
});

describe("the lists of a conversation", () => {
  const ticked = () =>
    within(dialog() as HTMLElement)
      .queryAllByRole<HTMLInputElement>("checkbox", { hidden: true })
      .map(({ checked }) => checked);
  const ask = (id: string) => chooseOf(document.getElementById(`row-${id}`) as Element, "Lists …");

  it("are changed at once", async () => {
    await ask(ANA);
    expect(ticked()).toEqual([false]);
    await tick("Family");
    expect(ticked()).toEqual([true]);
    await choose("Family");
    expect(titles()).toEqual(["Ana", "Ben"]);
    await tick("Family");
    expect(titles()).toEqual(["Ben"]);
    await press("Done");
    expect(dialog()).toBeNull();
  });

  it("say why one could not be", async () => {
    failing("setListed", Failure_Code.kNoSuchList);
    await ask(BEN);
    await tick("Family");
    expect(ticked()).toEqual([true]);
    within(dialog() as HTMLElement).getByText("This list is no more.");
  });

  it("are one more when one is made there, in which it is", async () => {
    core.lists = [];
    await settled(() => core.emit({ case: "listsChanged", value: {} }));
    await ask(ANA);
    within(dialog() as HTMLElement).getByText("You have no lists yet.", { exact: false });
    await press("New list", dialog() as HTMLElement);
    await type("Work");
    await press("Save");
    expect(ticked()).toEqual([true]);
    expect(core.called("setListed")).toMatchObject([{ conversations: [ANA], listed: true }]);
    expect(pressed()).toEqual([chip("All")]);
  });
});
