// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, GroupPreviewSchema, JoinGroupResponseSchema } from "../core-client/schema";
import { JoinViewModel } from "./join";
import { FakeCore, groupConversation, KITCHEN, settle } from "./testing/fake_core";

const LINK = "https://kith.example/join#AY3f";
let core: FakeCore;
let model: JoinViewModel;
const onJoined = vi.fn();
const onOpen = vi.fn();
const leadsTo = (fields: object) =>
  core.on("openGroupLink", () => create(GroupPreviewSchema, { title: "Kitchen", members: 3, ...fields }));

beforeEach(() => {
  vi.clearAllMocks();
  core = new FakeCore();
  leadsTo({});
  model = new JoinViewModel(core, onJoined, onOpen);
});

describe("the link of a group", () => {
  it("says what it leads to, and lets one in", async () => {
    core.on("joinGroup", () => create(JoinGroupResponseSchema, { conversation: groupConversation() }));
    await model.look(` ${LINK} `);
    expect(model.snapshot().preview).toMatchObject({ title: "Kitchen", members: 3 });
    await model.join();
    expect([core.called("openGroupLink"), core.called("joinGroup")]).toEqual([[{ link: LINK }], [{ link: LINK }]]);
    expect(onJoined).toHaveBeenCalledOnce();
  });

  it("with which an admin is asked says so, and opens nothing", async () => {
    leadsTo({ approval: true });
    core.on("joinGroup", () => create(JoinGroupResponseSchema, {}));
    await model.look(LINK);
    await model.join();
    expect(model.snapshot().asked).toBe(true);
    expect(onJoined).not.toHaveBeenCalled();
  });

  it("of a group that one is in opens it", async () => {
    leadsTo({ member: true, conversation: KITCHEN });
    await model.look(LINK);
    await model.join();
    expect(onOpen).toHaveBeenCalledWith(KITCHEN);
    expect(core.called("joinGroup")).toEqual([]);
  });

  it.each([
    [Failure_Code.kNoSuchGroup, "leads to no group"],
    [Failure_Code.kInvalidArgument, "leads to no group"],
    [Failure_Code.kLinkBroken, "doesn't verify"],
    [Failure_Code.kOffline, "can't be reached"],
  ])("that is of no use says why (%i)", async (code, words) => {
    core.failing("openGroupLink", code);
    await model.look(LINK);
    expect(model.snapshot()).toMatchObject({ preview: undefined, link: LINK, error: expect.stringContaining(words) });
  });

  it.each([
    [Failure_Code.kTooManyMembers, "as many members"],
    [Failure_Code.kTooManyGroups, "as many groups"],
  ])("that lets nobody in says why, and stays (%i)", async (code, words) => {
    core.failing("joinGroup", code);
    await model.look(LINK);
    await model.join();
    expect(model.snapshot()).toMatchObject({ asked: false, error: expect.stringContaining(words) });
    expect(model.snapshot().preview?.title).toBe("Kitchen");
  });

  it("that is none is asked for", async () => {
    await model.look(" ");
    expect(model.snapshot().error).toBe("Paste the link that you were sent.");
    expect(core.called("openGroupLink")).toEqual([]);
  });

  it("that was left for another one shows nothing any more", async () => {
    const answers: ((value: unknown) => void)[] = [];
    core.on("openGroupLink", () => new Promise((resolve) => answers.push(resolve)));
    void model.look(LINK);
    void model.look(`${LINK}2`);
    answers[1]?.(create(GroupPreviewSchema, { title: "Second" }));
    answers[0]?.(create(GroupPreviewSchema, { title: "First" }));
    await settle();
    expect(model.snapshot().preview?.title).toBe("Second");
    model.reset();
    expect(model.snapshot()).toMatchObject({ link: "", preview: undefined });
  });
});
