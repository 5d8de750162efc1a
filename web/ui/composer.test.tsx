// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { createRef } from "react";
import { afterEach, expect, it } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { ConversationViewModel } from "../view-models/conversation";
import { EntityStore } from "../view-models/entity_store";
import { BEN, conversation, FakeAttention, FakeCore, settle } from "../view-models/testing/fake_core";
import { Composer } from "./composer";

afterEach(cleanup);

it("in a blocked conversation one unblocks where one would write, and writes there then", async () => {
  const core = new FakeCore();
  const store = new EntityStore(core);
  core.conversations = [conversation({ direct: { blocked: true } })];
  await store.loadConversations();
  const model = new ConversationViewModel(core, core.conversations[0] as never, store, new FakeAttention());
  render(<Composer model={model} field={createRef<HTMLTextAreaElement>()} />);
  expect(screen.queryByRole("textbox")).toBeNull();
  core.failing("setBlocked", Failure_Code.kStorage);
  fireEvent.click(screen.getByRole("button", { name: "Unblock" }));
  await act(settle);
  expect(screen.getByRole("alert").textContent).toContain("storage failed");
  core.on("setBlocked", () => core.emit({ case: "conversationChanged", value: conversation() }));
  fireEvent.click(screen.getByRole("button", { name: "Unblock" }));
  await act(settle);
  expect(core.called("setBlocked").at(-1)).toEqual({ conversation: BEN, blocked: false });
  expect(screen.getByRole("textbox", { name: "Message to Ben" })).toBeTruthy();
});
