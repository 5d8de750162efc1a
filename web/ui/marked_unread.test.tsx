// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { screen } from "@testing-library/react";
import { expect, it } from "vitest";

import { ANA, BEN, conversation } from "../view-models/testing/fake_core";
import { app, conversationSuite, core, open, own, settled } from "./testing/conversation_page";

conversationSuite();

it("a conversation that is marked as unread has a mark, until it is opened", async () => {
  core.conversations = [conversation({ id: ANA, title: "Notes" }), conversation({ markedUnread: true })];
  await open(own("soup"));
  screen.getByLabelText("Marked as unread");
  await settled(() => app.openConversation(BEN));
  expect(core.called("setConversation")).toEqual([{ conversation: BEN, markedUnread: false }]);
});
