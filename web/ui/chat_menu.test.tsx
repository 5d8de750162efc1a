// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import ChatMenu from "./chat_menu";

afterEach(cleanup);

const onDetails = vi.fn();
const onBlock = vi.fn();
const show = (
  blocked: boolean | undefined,
  group?: { onDetails: () => void; onLeave: (() => void) | undefined },
  note = false,
) => {
  const partner = blocked === undefined ? undefined : { blocked, onDetails, onBlock };
  const nothing = () => undefined;
  render(
    <ChatMenu
      opener={document.body}
      partner={partner}
      group={group}
      note={note ? { onDetails } : undefined}
      arrange={[]}
      removal={[]}
      onExport={nothing}
      onSearchHere={nothing}
      onSearchAll={nothing}
      onClose={nothing}
    />,
  );
};
const items = () => screen.getAllByRole("menuitem", { hidden: true });
const choose = (name: string) =>
  fireEvent.click(items().find(({ textContent }) => textContent === name) as HTMLElement);

describe("the menu of a conversation", () => {
  it("leads to who the partner is, and blocks", () => {
    show(false);
    choose("Contact details");
    expect(onDetails).toHaveBeenCalledTimes(1);
    choose("Block");
    expect(onBlock).toHaveBeenLastCalledWith(true);
  });

  it("unblocks whoever is blocked", () => {
    show(true);
    choose("Unblock");
    expect(onBlock).toHaveBeenLastCalledWith(false);
  });

  it("has neither in a conversation with oneself", () => {
    show(undefined, undefined, true);
    expect(items()).toHaveLength(4);
    onDetails.mockClear();
    choose("About this chat");
    expect(onDetails).toHaveBeenCalledTimes(1);
  });

  it("leads to what a group is, and out of it as long as one is in it", () => {
    const onLeave = vi.fn();
    show(undefined, { onDetails, onLeave });
    choose("Group info");
    expect(onDetails).toHaveBeenCalledTimes(2);
    choose("Leave group");
    expect(onLeave).toHaveBeenCalledTimes(1);
    cleanup();
    show(undefined, { onDetails, onLeave: undefined });
    expect(items().map(({ textContent }) => textContent)).not.toContain("Leave group");
  });
});
