// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createRef } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { AppearanceViewModel } from "../view-models/appearance";
import { ConversationViewModel } from "../view-models/conversation";
import { EntityStore } from "../view-models/entity_store";
import { conversation, FakeAttention, FakeCore, settle } from "../view-models/testing/fake_core";
import { AppearanceContext } from "./appearance_context";
import { Composer } from "./composer";
import { habits, keepHabits } from "./emoji_data";
// Fetched when they are wanted: here at once.
import "./emoji_completion";
import "./emoji_list";
import "./emoji_panel";

let core: FakeCore;
let appearance: AppearanceViewModel;
const field = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message to Ben" });
/** Types something at the end, as a browser tells of it. */
const type = (text: string) =>
  act(async () => {
    fireEvent.input(field(), { target: { value: field().value + text }, data: text.at(-1) });
    await settle();
  });
const press = (key: string, held: object = {}) =>
  act(async () => void (fireEvent.keyDown(field(), { key, ...held }), await settle()));
const select = (begin: number, end: number) => field().setSelectionRange(begin, end);
const selected = () => field().value.slice(field().selectionStart, field().selectionEnd);
const proposed = () => screen.findByRole("listbox", { name: "Emoji with this name" });
const frame = () => act(() => new Promise<void>((resolve) => void requestAnimationFrame(() => resolve())));

beforeEach(async () => {
  localStorage.clear();
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  Element.prototype.scrollIntoView = vi.fn();
  core = new FakeCore();
  core.conversations = [conversation()];
  const store = new EntityStore(core);
  await store.loadConversations();
  const model = new ConversationViewModel(core, core.conversations[0] as never, store, new FakeAttention());
  appearance = new AppearanceViewModel();
  render(
    <AppearanceContext value={appearance}>
      <Composer model={model} field={createRef<HTMLTextAreaElement>()} />
    </AppearanceContext>,
  );
  field().focus();
});
afterEach(cleanup);

describe("the keys for marks", () => {
  it.each([
    ["b", { ctrlKey: true }, "*"],
    ["b", { metaKey: true }, "*"],
    ["и", { ctrlKey: true, code: "KeyB" }, "*"],
    ["i", { ctrlKey: true }, "_"],
    ["X", { ctrlKey: true, shiftKey: true }, "~"],
    ["M", { ctrlKey: true, shiftKey: true }, "`"],
  ])("put them around what is selected, and take them away: %s %j", async (key, held, mark) => {
    await type("so very cold");
    select(3, 7);
    await press(key, held);
    expect(field().value).toBe(`so ${mark}very${mark} cold`);
    expect(selected()).toBe("very");
    await press(key, held);
    expect(field().value).toBe("so very cold");
    expect(selected()).toBe("very");
  });

  it("are no others", async () => {
    await type("so");
    select(0, 2);
    await press("b");
    await press("b", { ctrlKey: true, altKey: true });
    await press("x", { ctrlKey: true });
    expect(field().value).toBe("so");
  });
});

describe("Enter", () => {
  const sent = () => core.called("sendMessage").length;

  it("sends, and with Shift makes a new line", async () => {
    await type("so");
    await press("Enter", { shiftKey: true });
    expect(sent()).toBe(0);
    await press("Enter");
    expect(sent()).toBe(1);
    expect(field().getAttribute("enterkeyhint")).toBe("send");
  });

  it.each([{ ctrlKey: true }, { metaKey: true }])(
    "makes a new line where that was chosen, and sends with %j",
    async (held) => {
      act(() => appearance.setEnterSends(false));
      await type("so");
      await press("Enter");
      await press("Enter", { shiftKey: true });
      expect(sent()).toBe(0);
      expect(field().getAttribute("enterkeyhint")).toBe("enter");
      await press("Enter", held);
      expect(sent()).toBe(1);
    },
  );
});

describe("the name of an emoji", () => {
  it("is completed by the keys alone", async () => {
    await type("so :pizz");
    expect((await proposed()).childElementCount).toBeGreaterThan(0);
    expect(screen.getByRole("option", { selected: true }).textContent).toBe("🍕pizza:pizza:");
    expect(field().getAttribute("aria-activedescendant")).toBe(screen.getByRole("option", { selected: true }).id);
    await press("Enter");
    await frame();
    expect(field().value).toBe("so 🍕");
    expect(field().selectionEnd).toBe(5);
    expect(screen.queryByRole("listbox")).toBeNull();
    expect(core.called("sendMessage")).toEqual([]);
    expect(habits().recent).toEqual(["🍕"]);
  });

  it("has at most eight meanings, and another one by the arrows and Tab", async () => {
    await type(":he");
    expect((await proposed()).childElementCount).toBe(8);
    await press("ArrowUp");
    const last = screen.getByRole("option", { selected: true });
    expect(last).toBe(screen.getAllByRole("option")[7]);
    await press("ArrowDown");
    await press("ArrowDown");
    const second = screen.getAllByRole("option")[1]?.firstElementChild?.textContent;
    await press("Tab");
    expect(field().value).toBe(second);
  });

  it("is chosen by a click, in the tone that was chosen", async () => {
    keepHabits({ recent: [], tone: 3 });
    await type(":waving_h");
    await proposed();
    fireEvent.click(screen.getByText(":waving_hand:"));
    expect(field().value).toBe("👋🏽");
  });

  it("is the emoji when it is whole, at its closing colon", async () => {
    await type("I :he");
    await proposed();
    await type("art");
    await type(":");
    expect(field().value).toBe("I ❤️");
    await type(" :nothing");
    await type(":");
    expect(field().value).toBe("I ❤️ :nothing:");
  });

  it("is none after Escape, behind a letter or a digit, or with one letter", async () => {
    await type(":piz");
    await proposed();
    await press("Escape");
    await type("z");
    expect(screen.queryByRole("listbox")).toBeNull();
    for (const text of [" 12:30", " https://pizza", " a:pizza", " :p"]) {
      await type(text);
      expect(screen.queryByRole("listbox"), text).toBeNull();
    }
  });
});

it("picked emoji come where the cursor is", async () => {
  await type("ab");
  select(1, 1);
  fireEvent.click(screen.getByRole("button", { name: "Emoji" }));
  fireEvent.click(await screen.findByRole("button", { name: "grinning face" }));
  expect(field().value).toBe("a😀b");
});
