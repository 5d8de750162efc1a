// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// People edit, delete and star messages.
import { create } from "@bufbuild/protobuf";
import { act, fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { Failure_Code, Group_Role, ListVersionsResponseSchema, Message_Tick } from "../core-client/schema";
import { ANA, BEN, CEM, conversation, groupConversation, KITCHEN, micros } from "../view-models/testing/fake_core";
import {
  answers,
  app,
  bens,
  choose,
  close,
  conversationSuite,
  core,
  dialog,
  field,
  key,
  MINUTE,
  notice,
  offered,
  open,
  openMenu,
  own,
  press,
  row,
  rows,
  settled,
  soon,
  texts,
} from "./testing/conversation_page";
// Fetched when they are wanted: here at once.
import "../view-models/corrections";
import "./message_popups";
import "./contact_panel";
import "./pointer_actions";
import "./settings_pane";
import "./undo";

conversationSuite();

describe("the menu of a message", () => {
  it("offers what can be done with one's own", async () => {
    await open(own("soop"));
    await openMenu("soop");
    expect(offered()).toEqual([
      "",
      "Reply",
      "Edit",
      "Copy text",
      "Forward",
      "Star",
      "Pin …",
      "Info",
      "Select",
      "Delete",
    ]);
  });

  it("offers to edit neither others' nor old ones", async () => {
    await open(bens("hello"), own("old", { atMs: Date.now() - 16 * MINUTE }));
    for (const text of ["hello", "old"]) {
      await openMenu(text);
      expect(offered()).toContain("Delete");
      expect(offered()).not.toContain("Edit");
      await key(document.body, { key: "Escape" });
    }
  });

  it("offers little of what was deleted, and nothing to answer it with", async () => {
    await open(bens("", { body: { case: "deleted", value: { by: { accountId: BEN, name: "Ben" } } } }));
    await openMenu("This message was deleted");
    expect(offered()).toEqual(["Select", "Delete"]);
    await key(document.body, { key: "Escape" });
    await settled(() => fireEvent.pointerEnter(rows()[0] as Element));
    expect(within(rows()[0] as HTMLElement).queryByRole("button", { name: "Reply" })).toBeNull();
    await key(rows()[0] as Element, { key: "r" });
    expect(document.querySelector("[data-part=composer-quote]")).toBeNull();
  });

  it("deletes what could not be sent at once", async () => {
    await open(own("soup", { tick: Message_Tick.kFailed }));
    await choose("soup", "Delete");
    expect(dialog()).toBeNull();
    expect(core.called("deleteMessages")).toEqual([{ ids: [expect.any(String)] }]);
    expect(texts()).toEqual([]);
  });
});

describe("editing", () => {
  it("is done where one writes, and ends with the draft", async () => {
    await open(own("soop"));
    await settled(() => fireEvent.change(field(), { target: { value: "a draft" } }));
    await choose("soop", "Edit");
    expect(field().value).toBe("soop");
    expect(field().getAttribute("aria-label")).toBe("Edit message");
    expect(document.activeElement).toBe(field());
    expect(document.querySelector("[data-part=composer-edit]")?.textContent).toContain("soop");
    expect(screen.queryByRole("button", { name: "Attach" })).toBeNull();
    await settled(() => fireEvent.change(field(), { target: { value: "soup" } }));
    await press("Save");
    expect(texts()).toEqual(["soup"]);
    expect(field().value).toBe("a draft");
    expect(row("soup").querySelector("[data-part=edited]")?.textContent).toBe("Edited");
  });

  it("begins with the arrow from an empty field, and ends with Escape", async () => {
    await open(own("soop"), bens("hello", { atMs: Date.now() }));
    await key(field(), { key: "ArrowUp" });
    await soon();
    expect(field().value).toBe("soop");
    await key(field(), { key: "Escape" });
    expect(field().value).toBe("");
    expect(document.querySelector("[data-part=composer-edit]")).toBeNull();
    expect(app.snapshot().open).toBeDefined();
    await key(field(), { key: "ArrowUp", shiftKey: true });
    await soon();
    expect(document.activeElement).toBe(row("hello"));
  });

  it("that there is nothing for leads to the messages", async () => {
    await open(bens("hello"));
    await key(field(), { key: "ArrowUp" });
    await soon();
    expect(document.activeElement).toBe(row("hello"));
  });

  it("too late is said, and what was written stays", async () => {
    core.failing("editMessage", Failure_Code.kTooLate);
    await open(own("soop"));
    await choose("soop", "Edit");
    await settled(() => fireEvent.change(field(), { target: { value: "soup" } }));
    await key(field(), { key: "Enter" });
    expect(screen.getByRole("alert").textContent).toContain("15 minutes");
    expect(field().value).toBe("soup");
    await press("Don't edit this message");
    expect(field().value).toBe("");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("leaves no message empty", async () => {
    await open(own("soop"));
    await choose("soop", "Edit");
    await settled(() => fireEvent.change(field(), { target: { value: "" } }));
    expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
    expect(document.querySelector("[data-part=composer-edit]")).not.toBeNull();
  });
});

describe("what was edited", () => {
  const versions = () => [...(dialog()?.querySelectorAll("li") ?? [])].map(({ textContent }) => textContent);
  const answer = () =>
    core.on("listVersions", () =>
      create(ListVersionsResponseSchema, {
        versions: ["soup", "soop"].map((text, at) => ({ atUs: micros(Date.now() - at * MINUTE), text: { text } })),
      }),
    );

  it("says so at once, and what it said, by that and by its menu", async () => {
    answer();
    await open(bens("soup", { editedUs: micros(Date.now()) }), bens("and"), bens("more"));
    await press("Edited");
    expect(core.called("listVersions")).toEqual([{ id: core.messages[0]?.id }]);
    expect(versions()).toEqual([expect.stringMatching(/^soup.*Today/), expect.stringMatching(/^soop.*Today/)]);
    await press("Close", dialog() as HTMLElement);
    await choose("soup", "Edit history");
    expect(versions()).toHaveLength(2);
  });

  it("says why that can't be read", async () => {
    core.failing("listVersions", Failure_Code.kNoSuchMessage);
    await open(bens("soup", { editedUs: 1n }));
    await press("Edited");
    expect(dialog()?.textContent).toContain("This message isn't on this device.");
  });
});

describe("deleting", () => {
  it("for everyone leaves a note, after a question", async () => {
    await open(own("soup"));
    await choose("soup", "Delete");
    expect(dialog()?.querySelector("h2")?.textContent).toBe("Delete message?");
    expect(answers()).toEqual(["Cancel", "Delete for me", "Delete for everyone"]);
    await press("Delete for everyone");
    expect(core.called("deleteMessages")).toEqual([{ ids: [expect.any(String)], forEveryone: true }]);
    expect(rows()[0]?.textContent).toContain("You deleted this message");
    expect(dialog()).toBeNull();
  });

  it("is cancelled, and nothing happens", async () => {
    await open(own("soup"));
    row("soup").focus();
    await key(row("soup"), { key: "Delete" });
    await soon();
    await press("Cancel");
    expect(dialog()).toBeNull();
    expect(core.called("deleteMessages")).toEqual([]);
  });

  it("of what somebody else wrote is for oneself alone; by an admin of a group for everyone", async () => {
    await open(bens("hello"));
    await choose("hello", "Delete");
    expect(answers()).toEqual(["Cancel", "Delete for me"]);
    close();
    for (const [role, count] of [
      [Group_Role.kAdmin, 3],
      [Group_Role.kMember, 2],
    ] as const) {
      core.conversations = [groupConversation({ group: { role } })];
      await open(bens("hello", { conversation: KITCHEN }));
      await choose("hello", "Delete");
      expect(answers()).toHaveLength(count);
      if (role === Group_Role.kAdmin) {
        close();
      }
    }
  });

  it("of a note to oneself says that it goes from all devices", async () => {
    core.conversations = [conversation({ peer: { case: "self", value: {} } })];
    await open(own("milk"));
    await choose("milk", "Delete");
    expect(answers()).toEqual(["Cancel", "Delete"]);
    expect(dialog()?.textContent).toContain("from all your devices");
  });

  it("for oneself is asked of the core when nobody has taken it back, and the next message has the focus", async () => {
    await open(own("soup"), bens("hello", { atMs: Date.now() }));
    row("soup").focus();
    await choose("soup", "Delete");
    await press("Delete for me");
    expect(texts()).toEqual(["hello"]);
    expect(document.activeElement).toBe(row("hello"));
    expect(notice()).toContain("Message deleted");
    expect(core.called("deleteMessages")).toEqual([]);
    await settled(() => app.clearNotice()); // its time is over
    expect(core.called("deleteMessages")).toEqual([{ ids: [expect.any(String)] }]);
    expect(texts()).toEqual(["hello"]);
  });

  it("for oneself is taken back by the button, or by a key", async () => {
    await open(own("soup"));
    for (const undo of [
      () => press("Undo"),
      () => key(field(), { key: "z", ctrlKey: true }),
      () => key(document.body, { key: "z", metaKey: true }),
    ]) {
      await choose("soup", "Delete");
      await press("Delete for me");
      expect(texts()).toEqual([]);
      await undo();
      expect(texts()).toEqual(["soup"]);
      expect(notice()).not.toContain("Message deleted");
    }
    expect(core.called("deleteMessages")).toEqual([]);
  });

  it("is not taken back by a key that is for what is written", async () => {
    await open(own("soup"));
    await choose("soup", "Delete");
    await press("Delete for me");
    await settled(() => fireEvent.change(field(), { target: { value: "text" } }));
    await key(field(), { key: "z", ctrlKey: true });
    expect(texts()).toEqual([]);
  });

  it("for oneself is done when the conversation or the page is left", async () => {
    await open(own("soup"), own("bread"));
    const [soup, bread] = core.messages.map(({ id }) => id);
    await choose("soup", "Delete");
    await press("Delete for me");
    fireEvent(window, new Event("pagehide"));
    expect(core.called("deleteMessages")).toEqual([{ ids: [soup] }]);
    await choose("bread", "Delete");
    await press("Delete for me");
    await settled(() => app.closeConversation());
    expect(core.called("deleteMessages")[1]).toEqual({ ids: [bread] });
    expect(notice()).toBe("");
  });

  it("waits as long as somebody is at the notice", async () => {
    await open(own("soup"));
    await choose("soup", "Delete");
    await press("Delete for me");
    vi.useFakeTimers();
    const toast = screen.getByText("Message deleted");
    act(() => screen.getByRole("button", { name: "Undo" }).focus());
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(core.called("deleteMessages")).toEqual([]);
    act(() => screen.getByRole("button", { name: "Undo" }).blur());
    act(() => void fireEvent.pointerEnter(toast));
    await act(() => vi.advanceTimersByTimeAsync(60_000));
    expect(core.called("deleteMessages")).toEqual([]);
    act(() => void fireEvent.pointerLeave(toast));
    await act(() => vi.advanceTimersByTimeAsync(6_000));
    expect(core.called("deleteMessages")).toHaveLength(1);
  });
});

describe("what was deleted", () => {
  const deleted = (account: string, name: string) => ({
    body: { case: "deleted", value: { by: { accountId: account, name } } },
  });

  it("says by whom, in the conversation and in the list, and where it is quoted", async () => {
    const theirs = { conversation: KITCHEN, sender: { accountId: BEN, name: "Ben" } };
    const last = bens("", { ...theirs, ...deleted(CEM, "Cem") });
    core.conversations = [groupConversation({ lastMessage: last })];
    const quote = { messageId: last.id, author: last.sender, deleted: true };
    await open(
      bens("", { ...theirs, ...deleted(BEN, "Ben") }),
      bens("", { ...theirs, ...deleted(ANA, "Ana") }),
      last,
      bens("why?", { ...theirs, quote }),
    );
    const notes = rows().map((each) => each.querySelector("[data-icon=block]")?.nextSibling?.textContent);
    expect(notes.slice(0, 3)).toEqual(
      expect.arrayContaining(["This message was deleted", "You deleted this message", "Deleted by admin Cem"]),
    );
    const preview = document.querySelector("[data-pane=left] [data-row] [data-part=title]")?.closest("button");
    expect(preview?.textContent).toContain("Deleted by admin Cem");
    expect(preview?.textContent).not.toContain("Ben:");
    expect(row("why?").querySelector("[data-part=quote]")?.textContent).toContain("Deleted message");
  });
});

describe("a star", () => {
  it("is given and taken by the menu, and stands beside the time", async () => {
    await open(bens("soup"));
    await choose("soup", "Star");
    expect(core.called("starMessages")).toEqual([{ ids: [core.messages[0]?.id], starred: true }]);
    expect(within(row("soup")).getByRole("img", { name: "Starred" })).toBeTruthy();
    await choose("soup", "Unstar");
    expect(within(row("soup")).queryByRole("img", { name: "Starred" })).toBeNull();
  });

  const list = () => document.querySelector("[data-part=starred]") as HTMLElement;
  const listed = () => [...list().querySelectorAll("[data-row]")].map(({ textContent }) => textContent);

  it("leads to its message from the details of the conversation, and is taken away there", async () => {
    await open(bens("soup", { starred: true }), own("bread", { starred: true }), bens("no"));
    await settled(() => app.showTopic("starred"));
    await soon();
    expect(listed()).toEqual([expect.stringMatching(/^You.*bread$/), expect.stringMatching(/^Ben.*soup$/)]);
    await settled(() => fireEvent.click(list().querySelectorAll("[data-row]")[1] as Element));
    expect(app.snapshot().open?.timeline.snapshot().jump?.to).toBe(core.messages[0]?.id);
    await settled(() => fireEvent.click(within(list()).getAllByRole("button", { name: "Unstar" })[0] as Element));
    expect(listed()).toHaveLength(1);
    await settled(() => fireEvent.click(within(list()).getByRole("button", { name: "Unstar" })));
    expect(list().textContent).toContain("Nothing is starred yet.");
  });

  it("leads there from the settings, too, out of whichever conversation it is in", async () => {
    core.conversations = [conversation(), groupConversation()];
    await open(bens("soup", { starred: true }), bens("leek", { conversation: KITCHEN, starred: true }));
    await settled(() => app.showLeft("settings", "starred"));
    await soon();
    expect(listed().sort()).toEqual([
      expect.stringMatching(/^Ben.*soup$/),
      expect.stringMatching(/^Kitchen.*Ben: leek$/),
    ]);
    const leek = [...list().querySelectorAll("[data-row]")].find((each) => each.textContent.includes("leek"));
    await settled(() => fireEvent.click(leek as Element));
    expect(app.snapshot().open?.id).toBe(KITCHEN);
  });
});
