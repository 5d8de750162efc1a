// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Message_Tick as Tick } from "../core-client/schema";
import { message } from "../view-models/testing/fake_core";
import { MessageRow } from "./message_row";

const actions = {
  openQuoted: vi.fn(),
  reply: vi.fn(),
  sendAgain: vi.fn(),
  remove: vi.fn(),
  openPerson: vi.fn(),
  fetchMedia: vi.fn(),
  cancelMedia: vi.fn(),
  saveMedia: vi.fn(),
  viewMedia: vi.fn(),
};
const onMenu = vi.fn();
const show = (shown: ReturnType<typeof message>, timed = true) =>
  render(
    <ol>
      <MessageRow
        message={shown}
        first
        last
        timed={timed}
        whole={false}
        partner="Ben"
        inGroup={false}
        actions={actions}
        onMenu={onMenu}
      />
    </ol>,
  ).container;
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
    expect(onMenu).not.toHaveBeenCalled();
    vi.advanceTimersByTime(20);
    expect(onMenu).toHaveBeenCalledTimes(1);
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
    expect(onMenu).not.toHaveBeenCalled();
  });

  it("opens by the other mouse button", () => {
    fireEvent.contextMenu(bubble(show(message())), { clientX: 7, clientY: 9 });
    expect(onMenu).toHaveBeenCalledTimes(1);
  });
});
