// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// People send messages on to others.
import { fireEvent, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { ANA, BEN, conversation, groupConversation, KITCHEN } from "../view-models/testing/fake_core";
import {
  app,
  bens,
  choose,
  conversationSuite,
  core,
  dialog,
  notice,
  open,
  own,
  press,
  row,
  settled,
} from "./testing/conversation_page";
// Fetched when they are wanted: here at once.
import "../view-models/corrections";
import "./message_popups";

conversationSuite();

const sheet = () => dialog() as HTMLElement;
const chats = () => within(sheet()).queryAllByRole("checkbox", { hidden: true });
const tap = (title: string) =>
  settled(() => fireEvent.click(within(sheet()).getByRole("checkbox", { name: new RegExp(title), hidden: true })));
const begin = async (text = "soup") => {
  core.conversations = [conversation(), groupConversation(), conversation({ id: ANA, title: "Notes" })];
  await open(own("soup"), bens("a rumour", { forwards: 5 }));
  await choose(text, "Forward");
};

describe("a message that is forwarded", () => {
  it("to one goes there, and that conversation is opened", async () => {
    await begin();
    expect(chats()).toHaveLength(3);
    await tap("Kitchen");
    await press("Send to Kitchen", sheet());
    expect(core.called("forwardMessages")).toEqual([{ ids: [core.messages[0]?.id], conversations: [KITCHEN] }]);
    expect(dialog()).toBeNull();
    expect(app.snapshot().open?.id).toBe(KITCHEN);
  });

  it("to several goes to all, and one stays where one is", async () => {
    await begin();
    await tap("Kitchen");
    await tap("Notes");
    await press("Send to 2 chats", sheet());
    expect(core.called("forwardMessages")).toMatchObject([{ conversations: [KITCHEN, ANA] }]);
    expect(notice()).toContain("Forwarded to 2 chats.");
    expect(app.snapshot().open?.id).toBe(BEN);
  });

  it("is not sent while nobody is chosen, and can be left", async () => {
    await begin();
    expect(within(sheet()).getByRole<HTMLButtonElement>("button", { name: /^Send to/, hidden: true }).disabled).toBe(
      true,
    );
    await press("Cancel", sheet());
    expect(dialog()).toBeNull();
    expect(core.called("forwardMessages")).toEqual([]);
  });

  it("and can't go says why, and can be tried again", async () => {
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    await begin();
    core.failing("forwardMessages", Failure_Code.kBlocked);
    await tap("Kitchen");
    await press("Send to Kitchen", sheet());
    expect(within(sheet()).getByRole("alert", { hidden: true }).textContent).not.toBe("");
    expect(app.snapshot().open?.id).toBe(BEN);
  });

  it("many times goes to one at a time, and says so", async () => {
    await begin("a rumour");
    expect(sheet().textContent).toContain("it goes to one chat at a time");
    await tap("Kitchen");
    await tap("Notes");
    expect(chats().filter((each) => each.getAttribute("aria-checked") === "true")).toHaveLength(1);
    await press("Send to Notes", sheet());
    expect(core.called("forwardMessages")).toMatchObject([{ conversations: [ANA] }]);
  });
});

it("what was forwarded says so, and how far it has come", async () => {
  await open(bens("soup", { forwards: 1 }), bens("a rumour", { forwards: 5 }), bens("bread"));
  expect(row("soup").querySelector("[data-part=forwarded]")?.textContent).toBe("Forwarded");
  expect(row("a rumour").querySelector("[data-part=forwarded]")?.textContent).toBe("Forwarded many times");
  expect(row("bread").querySelector("[data-part=forwarded]")).toBeNull();
});
