// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { ContactsViewModel } from "../view-models/contacts";
import { EntityStore } from "../view-models/entity_store";
import { ANA, FakeCore, settle, state } from "../view-models/testing/fake_core";
import { NewChatPane } from "./new_chat_pane";

let core: FakeCore;

beforeEach(() => {
  core = new FakeCore();
  const model = new ContactsViewModel(core, new EntityStore(core), () => undefined);
  const nothing = () => undefined;
  render(<NewChatPane model={model} self={state({ name: "Ana" })} onBack={nothing} onInvite={nothing} />);
});
afterEach(cleanup);

const type = (text: string) =>
  fireEvent.change(screen.getByLabelText("Name, number, e-mail or @username"), { target: { value: text } });

describe("a new chat", () => {
  it("is one with oneself for whoever types note, notes or their own name", async () => {
    for (const typed of ["", "note", "Notes", "ana"]) {
      type(typed);
      expect(screen.getByRole("button", { name: /^Note to self/ })).toBeTruthy();
      expect(screen.queryByText(/Nobody in your contacts/)).toBeNull();
    }
    type("Zora");
    expect(screen.queryByRole("button", { name: /^Note to self/ })).toBeNull();
    type("notes");
    fireEvent.submit(screen.getByLabelText("Name, number, e-mail or @username"));
    await act(settle);
    expect(core.called("openConversation")).toEqual([{ accountId: ANA }]);
  });

  it("without a connection takes the first message to a number, and says what becomes of it", async () => {
    core.failing("openConversation", Failure_Code.kOffline);
    type("+49 170 0000009");
    fireEvent.click(screen.getByRole("button", { name: "Write to +49 170 000 0009" }));
    await act(settle);
    expect(screen.getByRole("status").textContent).toContain("is sent when the server is back");
    expect(screen.queryByRole("alert")).toBeNull();
    fireEvent.change(screen.getByLabelText("First message to +49 170 000 0009"), { target: { value: "Hello" } });
    fireEvent.click(screen.getByRole("button", { name: "Send when connected" }));
    await act(settle);
    expect(core.called("sendMessage")).toEqual([{ handle: "+49 170 0000009", text: "Hello" }]);
  });
});
