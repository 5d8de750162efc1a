// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// People choose several messages, and do something with all of them.
import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { MediaKind, type Message } from "../view-models/core";
import {
  answers,
  app,
  bens,
  choose,
  conversationSuite,
  core,
  dialog,
  field,
  key,
  notice,
  open,
  own,
  press,
  row,
  settled,
  texts,
} from "./testing/conversation_page";
// Fetched when they are wanted: here at once.
import "../view-models/corrections";
import "./message_popups";
import "./select_box";
import "./selection_bar";
import "./undo";

conversationSuite();

describe("several messages", () => {
  const boxes = () => screen.queryAllByRole<HTMLInputElement>("checkbox");
  const checked = () => boxes().map((each) => each.checked);
  const bar = () => screen.getByRole("toolbar", { name: "Chosen messages" });
  const count = () => within(bar()).getByRole("status").textContent;

  const three = () => [
    bens("one", { atMs: Date.now() - 3000 }),
    own("two", { atMs: Date.now() - 2000 }),
    own("three", { atMs: Date.now() - 1000 }),
  ];

  it("are chosen by clicks, with Shift up to one, and by keys", async () => {
    await open(...three());
    await choose("one", "Select");
    expect(checked()).toEqual([true, false, false]);
    expect(count()).toBe("1 chosen");
    expect(document.activeElement).toBe(row("one"));
    expect(document.querySelector("[data-composer]")).toBeNull();
    await settled(() => fireEvent.click(boxes()[2] as Element, { shiftKey: true }));
    expect(checked()).toEqual([true, true, true]);
    await settled(() => fireEvent.click(boxes()[1]?.parentElement as Element));
    expect(checked()).toEqual([true, false, true]);
    await key(row("two"), { key: " " });
    expect(count()).toBe("3 chosen");
    await key(row("one"), { key: "ArrowDown" });
    expect(document.activeElement).toBe(row("two"));
    await key(row("two"), { key: "r" });
    await key(row("two"), { key: "Escape" });
    expect(boxes()).toEqual([]);
    expect(document.querySelector("[data-part=composer-quote]")).toBeNull();
    expect(field()).toBeTruthy();
  });

  it("are starred, or no more when all of them are", async () => {
    await open(...three());
    await choose("one", "Select");
    await key(row("three"), { key: " ", shiftKey: true });
    await press("Star", bar());
    expect(core.messages.map(({ starred }) => starred)).toEqual([true, true, true]);
    expect(boxes()).toEqual([]);
    await choose("one", "Select");
    await press("Unstar", bar());
    expect(core.messages.map(({ starred }) => starred)).toEqual([false, true, true]);
  });

  it("are copied together", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
    await open(...three());
    await choose("one", "Select");
    await key(row("two"), { key: " " });
    await press("Copy", bar());
    expect(writeText).toHaveBeenCalledWith(expect.stringMatching(/^\[.*\] Ben: one\n\[.*\] Ana: two$/));
    expect(notice()).toContain("Copied.");
    expect(boxes()).toEqual([]);
  });

  it("are deleted after one question, for everyone only when all of them can be", async () => {
    await open(...three());
    await choose("two", "Select");
    await key(row("three"), { key: " " });
    await press("Delete", bar());
    expect(dialog()?.querySelector("h2")?.textContent).toBe("Delete 2 messages?");
    expect(answers()).toHaveLength(3);
    await press("Cancel");
    await key(row("one"), { key: " " });
    await press("Delete", bar());
    expect(answers()).toEqual(["Cancel", "Delete for me"]);
    await press("Delete for me");
    expect(texts()).toEqual([]);
    expect(boxes()).toEqual([]);
    expect(notice()).toContain("3 messages deleted");
    await press("Undo");
    expect(texts()).toEqual(["one", "two", "three"]);
  });

  it("of an album are chosen together", async () => {
    const picture = () =>
      bens("", { body: { case: "media", value: { kind: MediaKind.kPhoto, album: "1".repeat(32) } } });
    await open(picture(), picture(), own("text", { atMs: Date.now() }));
    await choose("text", "Select");
    await settled(() => fireEvent.click(boxes()[0] as Element));
    expect(checked()).toEqual([true, true]);
    expect(count()).toBe("3 chosen");
    await settled(() => fireEvent.click(boxes()[0] as Element));
    expect(count()).toBe("1 chosen");
  });

  it("are at most a hundred, which is said", async () => {
    app?.dispose();
    await open(
      ...Array.from({ length: 120 }, (_, at) => bens(`line ${at} end`, { atMs: Date.now() - 1000 * (200 - at) })),
    );
    await choose("line 119 end", "Select");
    const all = app.snapshot().open?.timeline.read ?? [];
    await settled(() =>
      app
        .snapshot()
        .open?.snapshot()
        .selecting?.toggle([all[0] as Message], true),
    );
    expect(count()).toBe(all.length > 100 ? "At most 100 at once." : `${all.length} chosen`);
    expect(app.snapshot().open?.snapshot().selecting?.snapshot().ids.size).toBe(Math.min(100, all.length));
  });
});
