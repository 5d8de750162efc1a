// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Message_Tick as Tick, type Message } from "../core-client/schema";
import { message, settle } from "../view-models/testing/fake_core";
import { MessageRow } from "./message_row";
// Fetched when they are wanted: here at once.
import "./pointer_actions";
import "./reactions";

const actions = {
  openQuoted: vi.fn(),
  reply: vi.fn(),
  sendAgain: vi.fn(),
  remove: vi.fn(),
  select: vi.fn(),
  openPerson: vi.fn(),
  fetchMedia: vi.fn(),
  cancelMedia: vi.fn(),
  saveMedia: vi.fn(),
  viewMedia: vi.fn(),
};
const onPopup = vi.fn();
const show = (shown: ReturnType<typeof message>, { reactable = true, album = [] as Message[] } = {}) =>
  render(
    <ol>
      <MessageRow
        message={shown}
        {...(album.length > 0 && { album })}
        first
        last
        timed
        whole={false}
        partner="Ben"
        inGroup={false}
        reactable={reactable}
        selected={undefined}
        actions={actions}
        onPopup={onPopup}
      />
    </ol>,
  ).container;
/** With what of it is fetched. */
const shown = (...of: Parameters<typeof show>) => act(async () => void (show(...of), await settle()));
const bubble = (container: HTMLElement) => container.querySelector<HTMLElement>("[data-bubble]") as HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  vi.clearAllMocks();
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

describe("a message", () => {
  it("says whose it is, and shows its text as text", () => {
    show(message({ text: "<b>hello</b> https://example.org/a, you" }));
    expect(screen.getByText("Ben:")).toBeTruthy();
    const link = screen.getByRole("link");
    expect(link.textContent).toBe("https://example.org/a");
    expect(link.getAttribute("rel")).toBe("noopener noreferrer");
    expect(link.getAttribute("dir")).toBe("ltr");
    expect(document.querySelector("b")).toBeNull();
  });

  it("of emoji alone has no bubble; with a word beside it, or not sent, it has", () => {
    expect(bubble(show(message({ text: "🎉 🎉" }))).className).toMatch(/bare/);
    expect(bubble(show(message({ text: "🎉 yes" }))).className).not.toMatch(/bare/);
    expect(bubble(show(message({ text: "🎉", outgoing: true, tick: Tick.kFailed }))).className).not.toMatch(/bare/);
  });

  it("is folded when it is long, until somebody wants the rest", () => {
    const container = show(message({ text: `${"word ".repeat(600)}end` }));
    expect(container.textContent).not.toContain("end");
    fireEvent.click(screen.getByRole("button", { name: "Read on" }));
    expect(container.textContent).toContain("end");
    expect(screen.queryByRole("button", { name: "Read on" })).toBeNull();
  });

  it("that was not sent says why, and can be sent again or deleted", () => {
    const failed = message({ text: "hi", outgoing: true, tick: Tick.kFailed });
    show(failed);
    expect(screen.getByText(/^Not sent/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Send again" }));
    expect(actions.sendAgain).toHaveBeenCalledWith(failed);
    fireEvent.click(screen.getByRole("button", { name: "Delete" }));
    expect(actions.remove).toHaveBeenCalledWith(failed);
  });
});

describe("the menu of a message", () => {
  const touch = (container: HTMLElement, kind: "pointerDown" | "pointerMove" | "pointerUp", x: number) =>
    fireEvent[kind](bubble(container), { pointerType: "touch", clientX: x, clientY: 5 });

  it("opens by a long press", () => {
    const container = show(message());
    touch(container, "pointerDown", 5);
    vi.advanceTimersByTime(440);
    expect(onPopup).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20);
    expect(onPopup).toHaveBeenCalledTimes(1);
  });

  it("does not open when the finger scrolls or goes up, or by a mouse button that is held", () => {
    const container = show(message());
    touch(container, "pointerDown", 5);
    touch(container, "pointerMove", 30);
    vi.advanceTimersByTime(1000);
    touch(container, "pointerDown", 5);
    touch(container, "pointerUp", 5);
    vi.advanceTimersByTime(1000);
    fireEvent.pointerDown(bubble(container), { pointerType: "mouse", clientX: 5, clientY: 5 });
    vi.advanceTimersByTime(1000);
    expect(onPopup).not.toHaveBeenCalled();
  });

  it("opens by the key for menus, which is asked for at the row", () => {
    const container = show(message());
    fireEvent.contextMenu(container.querySelector("[data-message]") as HTMLElement);
    expect(onPopup).toHaveBeenCalledTimes(1);
  });

  it("opens by the other mouse button", () => {
    fireEvent.contextMenu(bubble(show(message())), { clientX: 7, clientY: 9 });
    expect(onPopup).toHaveBeenCalledTimes(1);
  });
});

describe("what people have said to a message with emoji", () => {
  const reactions = (own: string, ...kinds: [string, number][]) => ({
    own,
    count: kinds.reduce((sum, [, count]) => sum + count, 0),
    emojis: kinds.map(([emoji, count]) => ({ emoji, count })),
  });
  const shownKinds = () =>
    [...document.querySelectorAll("[data-part=reactions] > span[aria-hidden]")].map(({ textContent }) => textContent);
  const button = () => screen.getByRole("button", { name: /^Reactions/ });

  it("is below it, with counts from two on, and leads to who they are", async () => {
    const said = message({ reactions: reactions("", ["👍", 2], ["🎉", 1]) });
    await shown(said);
    expect(shownKinds()).toEqual(["👍2", "🎉"]);
    fireEvent.click(screen.getByRole("button", { name: "Reactions: 👍 2, 🎉 1" }));
    expect(onPopup).toHaveBeenCalledWith({ kind: "reactions", ids: [said.id] });
  });

  it("is nothing where nobody has", async () => {
    await shown(message());
    expect(document.querySelector("[data-part=reactions]")).toBeNull();
  });

  it("has one's own outlined, and says which it is", async () => {
    await shown(message({ reactions: reactions("🎉", ["👍", 2], ["🎉", 1]) }));
    const outlined = [...document.querySelectorAll("[data-part=reactions] > span[class*=own]")];
    expect(outlined.map(({ textContent }) => textContent)).toEqual(["🎉"]);
    expect(button().firstElementChild?.textContent).toBe("Reactions: 👍 2, 🎉 1; yours: 🎉");
  });

  it("is four kinds, or three and how many more people there are, one's own among them", async () => {
    await shown(message({ reactions: reactions("", ["👍", 9], ["🎉", 1], ["😂", 1], ["😮", 1]) }));
    expect(shownKinds()).toEqual(["👍9", "🎉", "😂", "😮"]);
    cleanup();
    await shown(
      message({ reactions: { ...reactions("🙏", ["👍", 9], ["🎉", 3], ["😂", 2], ["😮", 1], ["🙏", 1]), count: 20 } }),
    );
    expect(shownKinds()).toEqual(["👍9", "🎉3", "🙏", "+7"]);
    expect(button().firstElementChild?.textContent).toContain("😮 1, 🙏 1");
  });

  it("is that to all messages of an album together", async () => {
    const album = [
      message({ reactions: reactions("", ["👍", 2]) }),
      message({ reactions: reactions("🎉", ["🎉", 2], ["👍", 1]) }),
      message(),
    ];
    await shown(album[2] as Message, { album });
    expect(shownKinds()).toEqual(["👍3", "🎉2"]);
    fireEvent.click(button());
    expect(onPopup).toHaveBeenCalledWith({ kind: "reactions", ids: album.map(({ id }) => id) });
  });
});

describe("beside a message that somebody points at", () => {
  const row = () => document.querySelector("[data-message]") as HTMLElement;
  const point = () => act(async () => void (fireEvent.pointerEnter(row()), await settle()));

  it("a button offers to say something to it with an emoji", async () => {
    const said = message();
    await shown(said);
    expect(screen.queryByRole("button", { name: "React" })).toBeNull();
    await point();
    const over = screen.getByRole("button", { name: "React" });
    fireEvent.click(over);
    expect(onPopup).toHaveBeenCalledWith({ kind: "react", message: said, row: row(), over });
  });

  it("there is none where nothing can be said", async () => {
    await shown(message(), { reactable: false });
    await point();
    expect(screen.queryByRole("button", { name: "React" })).toBeNull();
    expect(screen.getByRole("button", { name: "Reply" })).toBeTruthy();
  });
});
