// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { expect, it } from "vitest";

import { ListContactsResponseSchema, ListMembersResponseSchema } from "../core-client/schema";
import { AppViewModel } from "./app";
import { HOME } from "./route";
import {
  BEN,
  conversation,
  FakeAttention,
  FakeCore,
  groupConversation,
  KITCHEN,
  noNotifications,
} from "./testing/fake_core";

it("the address has pages of the details of a group, and none of a partner's", async () => {
  const core = new FakeCore();
  const options = { server: "", deviceName: "Web", attention: new FakeAttention(), notifications: noNotifications };
  const app = new AppViewModel(core, options);
  core.on("listContacts", () => create(ListContactsResponseSchema, {}));
  core.conversations = [conversation(), groupConversation()];
  core.on("listMembers", () => create(ListMembersResponseSchema, {}));
  const page = { ...HOME, conversation: KITCHEN, details: true, topic: "link" } as const;
  await app.start(page);
  expect(app.route).toEqual(page);
  app.goBack();
  expect(app.route).toEqual({ ...page, topic: "" });
  app.go({ ...page, conversation: BEN });
  expect(app.route).toEqual({ ...HOME, conversation: BEN, details: true });
  expect(app.snapshot().groupInfo).toBeUndefined();
});
