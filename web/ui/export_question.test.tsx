// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { bens, conversationSuite, core, dialog, open, press, settled, soon } from "./testing/conversation_page";
// Fetched when they are wanted: here at once.
import "../view-models/export";
import "./chat_menu";
import "./export_question";

conversationSuite();

const saved: { name: string; file: Blob }[] = [];
beforeEach(() => {
  saved.length = 0;
  let file = new Blob();
  vi.stubGlobal(
    "URL",
    Object.assign(URL, {
      createObjectURL: (made: Blob) => {
        file = made;
        return "blob:made";
      },
    }),
  );
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push({ name: this.download, file });
  });
});
afterEach(() => vi.restoreAllMocks());

const ask = async () => {
  await open(bens("hello"));
  await press("More");
  await settled(() => fireEvent.click(screen.getByRole("menuitem", { name: "Export chat …", hidden: true })));
  await soon();
};

describe("a conversation", () => {
  it("is exported as what was chosen", async () => {
    await ask();
    await settled(() => fireEvent.click(screen.getByLabelText("JSON, for programs")));
    await press("Export", dialog() as HTMLElement);
    expect(saved.map(({ name }) => name)).toEqual([expect.stringMatching(/^Ben - .*\.json$/)]);
    expect(dialog()).toBeNull();
  });

  it("that can't be read says why, and leaves nothing behind", async () => {
    vi.spyOn(console, "debug").mockReturnValue(undefined);
    await ask();
    core.failing("listMessages", Failure_Code.kStorage);
    await press("Export", dialog() as HTMLElement);
    expect(within(dialog() as HTMLElement).getByRole("alert", { hidden: true }).textContent).not.toBe("");
    await press("Close", dialog() as HTMLElement);
    expect([dialog(), saved.length]).toEqual([null, 0]);
  });
});
