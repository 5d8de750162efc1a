// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { create } from "@bufbuild/protobuf";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { Failure_Code, ListContactsResponseSchema } from "../core-client/schema";
import { ContactsViewModel } from "../view-models/contacts";
import { EntityStore } from "../view-models/entity_store";
import { ANA, FakeCore, settle, state } from "../view-models/testing/fake_core";
import { NewChatPane } from "./new_chat_pane";

let core: FakeCore;
let model: ContactsViewModel;

beforeEach(() => {
  core = new FakeCore();
  model = new ContactsViewModel(core, new EntityStore(core), () => undefined);
  const nothing = () => undefined;
  render(
    <NewChatPane
      model={model}
      self={state({ name: "Ana" })}
      onBack={nothing}
      onInvite={nothing}
      onGroup={nothing}
      onJoin={nothing}
    />,
  );
});
afterEach(cleanup);

const field = () => screen.getByLabelText("Name, number, e-mail or @username");
const type = (text: string) => fireEvent.change(field(), { target: { value: text } });
const rowNames = () => [...document.querySelectorAll("[data-row]")].map((row) => row.textContent);

describe("a new chat", () => {
  it("is one with oneself for whoever types note, notes or their own name", async () => {
    for (const typed of ["", "note", "Notes", "ana"]) {
      type(typed);
      expect(screen.getByRole("button", { name: /^Note to self/ })).toBeTruthy();
      expect(screen.queryByText(/Nobody in your contacts/)).toBeNull();
    }
    type("Zora");
    expect(screen.queryByRole("button", { name: /^Note to self/ })).toBeNull();
    type("");
    fireEvent.submit(field());
    await act(settle);
    expect(core.called("openConversation")).toEqual([]);
    type("notes");
    fireEvent.submit(field());
    await act(settle);
    expect(core.called("openConversation")).toEqual([{ accountId: ANA }]);
  });

  it("is one with a contact whose name begins as that with oneself does: Enter opens what stands first", async () => {
    const contacts = [
      ["Noor", "+491700000003"],
      ["Anatol", "@anatol"],
    ].map(([name = "", text = ""]) => ({ name, handle: { text } }));
    core.on("listContacts", () => create(ListContactsResponseSchema, { contacts }));
    await act(() => model.load());
    for (const [typed, name, handle] of [
      ["no", "Noor", "+491700000003"],
      ["ana", "Anatol", "@anatol"],
    ] as const) {
      type(typed);
      expect(rowNames()).toEqual([expect.stringContaining(name), expect.stringContaining("Note to self")]);
      core.calls.length = 0;
      fireEvent.submit(field());
      await act(settle);
      expect(core.called("openConversation")).toEqual([{ handle }]);
    }
    type("");
    expect(rowNames()[0]).toContain("Note to self");
  });

  it("without a connection takes the first message to a number, and says what becomes of it", async () => {
    core.failing("openConversation", Failure_Code.kOffline);
    type("+49 170 0000009");
    fireEvent.click(screen.getByRole("button", { name: "Write to +49 170 000 0009" }));
    await act(settle);
    expect(screen.getByRole("status").textContent).toContain("is sent when the server is back");
    expect(screen.queryByRole("alert")).toBeNull();
    const text = screen.getByLabelText("First message to +49 170 000 0009");
    fireEvent.change(text, { target: { value: "Hello" } });
    let accept: () => void = () => undefined;
    core.on("sendMessage", () => new Promise((resolve) => (accept = () => resolve({}))));
    const send = screen.getByRole("button", { name: "Send when connected" });
    fireEvent.click(send);
    fireEvent.click(send);
    expect((text as HTMLTextAreaElement).readOnly).toBe(true);
    accept();
    await act(settle);
    expect(core.called("sendMessage")).toEqual([{ handle: "+49 170 0000009", text: "Hello" }]);
  });
});
