// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// People pin messages at the top of a conversation.
import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import {
  app,
  bens,
  choose,
  conversationSuite,
  core,
  dialog,
  offered,
  open,
  own,
  press,
  row,
  settled,
  soon,
} from "./testing/conversation_page";
// Fetched when they are wanted: here at once.
import "../view-models/corrections";
import "./message_popups";
import "./pinned_bar";

conversationSuite();

describe("a message that is pinned", () => {
  const bar = () => document.querySelector<HTMLElement>("[data-part=pinned]");

  it("is so for as long as was chosen, stands at the top, and no longer when somebody takes it back", async () => {
    await open(own("the door code"), bens("hello"));
    await choose("the door code", "Pin …");
    await settled(() => fireEvent.click(screen.getByLabelText("30 days")));
    await press("Pin", dialog() as HTMLElement);
    expect(core.called("pinMessage")).toEqual([{ id: core.messages[0]?.id, seconds: 30 * 24 * 3600 }]);
    expect(bar()?.textContent).toContain("Pinned message");
    expect(bar()?.textContent).toContain("the door code");
    expect(within(row("the door code")).getByRole("img", { name: "Pinned" })).toBeTruthy();
    await choose("the door code", "Unpin");
    expect(core.called("pinMessage")[1]).toEqual({ id: core.messages[0]?.id, seconds: 0 });
    expect(bar()).toBeNull();
  });

  it("is brought into view by a click, and then the one before it", async () => {
    const pin = { untilUs: BigInt(Date.now() + 3_600_000) * 1000n };
    await open(own("first", { pin }), own("second", { pin }));
    await soon();
    expect(bar()?.textContent).toContain("Pinned message 1 of 2");
    expect(bar()?.textContent).toContain("second");
    const jump = vi.spyOn(app.snapshot().open!.timeline, "jumpTo");
    await settled(() => fireEvent.click(bar() as HTMLElement));
    expect(jump).toHaveBeenCalledWith(core.messages[1]?.id);
    expect(bar()?.textContent).toContain("first");
  });

  it("can't be, where nobody can write, nor what is viewed once", async () => {
    const media = { body: { case: "media", value: { viewOnce: true } } };
    await open(bens("", { ...media, id: "1".repeat(32) }));
    await settled(() => fireEvent.contextMenu(document.querySelector("[data-bubble]") as Element));
    await soon();
    expect(offered()).toContain("Delete");
    expect(offered()).not.toContain("Pin …");
  });
});
