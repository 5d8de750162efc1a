// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Group_Role, ListContactsResponseSchema, ListMembersResponseSchema } from "../core-client/schema";
import { groupOf, type Conversation, type Group, type Member } from "./core";
import { EntityStore } from "./entity_store";
import { GroupInfoViewModel, mayDo } from "./group_info";
import type { MediaPort } from "./media_port";
import { noMedia } from "./no_media";
import {
  ANA,
  BEN,
  CEM,
  conversation,
  FakeCore,
  groupConversation,
  KITCHEN,
  micros,
  NOON,
  settle,
  state,
  message,
} from "./testing/fake_core";

const EVE = "e".repeat(32);
let core: FakeCore;
let store: EntityStore;
let model: GroupInfoViewModel;
const member = (accountId: string, name: string, role = Group_Role.kMember) => ({
  person: { accountId, name },
  role,
  thisAccount: accountId === ANA,
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: NOON });
  core = new FakeCore();
  core.conversations = [groupConversation(), conversation(), conversation({ id: EVE, title: "Eve" })];
  const members = [member(ANA, "Ana", Group_Role.kAdmin), member(BEN, "Ben Smith"), member(CEM, "Cem")];
  const applicants = [{ accountId: EVE, name: "Eve" }];
  core.on("listMembers", () => create(ListMembersResponseSchema, { members, applicants }));
  core.on("listContacts", () => create(ListContactsResponseSchema, {}));
  const answer = () => groupConversation({ title: "As the server has it" });
  for (const method of ["setGroup", "addMembers", "removeMembers", "setMember", "leaveGroup", "setGroupLink"] as const)
    core.on(method, answer);
  core.on("answerApplicants", answer);
  store = new EntityStore(core);
  store.putState(state());
  await store.loadConversations();
  model = new GroupInfoViewModel(core, store, KITCHEN);
  await model.load();
});
afterEach(() => void vi.useRealTimers());

const ben = () => model.snapshot().members[1] as Member;
const of = { conversation: KITCHEN };

describe("the members of a group", () => {
  it("are read, found by any word of their names, and read again when something changes", async () => {
    const found = () => model.snapshot().found.map(({ person }) => person?.name);
    expect(found()).toEqual(["Ana", "Ben Smith", "Cem"]);
    model.setQuery("smi");
    expect(found()).toEqual(["Ben Smith"]);
    core.emit({ case: "conversationChanged", value: groupConversation() });
    core.emit({ case: "conversationChanged", value: groupConversation() });
    core.emit({ case: "conversationChanged", value: groupConversation() });
    await settle();
    expect(core.called("listMembers")).toHaveLength(3); // the first, one, and once more for those that came meanwhile
    expect(found()).toEqual(["Ben Smith"]);
    core.emit({ case: "conversationChanged", value: conversation({ id: EVE }) });
    core.emit({ case: "typingChanged", value: { conversation: KITCHEN, who: { accountId: BEN }, typing: true } });
    core.emit({ case: "groupProgress", value: { conversation: KITCHEN, done: 1, total: 2 } });
    await settle();
    expect(core.called("listMembers")).toHaveLength(3);
  });

  it("are read again for a change of the group, or of a name, and not for what is written in it", async () => {
    await model.load();
    const group = { revision: 4n, firstMembers: [{ accountId: BEN, name: "Ben" }] };
    const reads = async (value: Conversation) => {
      const before = core.called("listMembers").length;
      core.emit({ case: "conversationChanged", value });
      await settle();
      return core.called("listMembers").length - before;
    };
    const lastMessage = message({ conversation: KITCHEN });
    expect(await reads(groupConversation({ group }))).toBe(1);
    expect(await reads(groupConversation({ group, lastMessage, unread: 1 }))).toBe(0);
    expect(await reads(groupConversation({ group, lastMessage, draft: "so" }))).toBe(0);
    expect(await reads(groupConversation({ group: { ...group, revision: 5n }, lastMessage: message() }))).toBe(1);
    const renamed = { ...group, revision: 5n, firstMembers: [{ accountId: BEN, name: "Benjamin" }] };
    expect(await reads(groupConversation({ group: renamed, lastMessage }))).toBe(1);
    expect(await reads(groupConversation({ group: renamed, lastMessage }))).toBe(1); // of somebody further down
  });

  it("that can't be read are said to be so", async () => {
    core.failing("listMembers", Failure_Code.kStorage);
    await model.load();
    expect(model.snapshot().error).toContain("storage failed");
  });
});

describe("a change to a group", () => {
  it("is asked of the core as it is meant, and what the answer says is shown", async () => {
    const changes: [() => Promise<boolean>, Parameters<FakeCore["called"]>[0], object][] = [
      [() => model.setTitle(" Cooks "), "setGroup", { ...of, title: "Cooks" }],
      [() => model.setDescription(""), "setGroup", { ...of, description: "" }],
      [() => model.allow("send", false), "setGroup", { ...of, permissions: { send: false } }],
      [() => model.remove(ben()), "removeMembers", { ...of, accountIds: [BEN] }],
      [() => model.setAdmin(ben(), true), "setMember", { ...of, accountId: BEN, admin: true }],
      [() => model.setAdmin(ben(), false), "setMember", { ...of, accountId: BEN, admin: false }],
      [() => model.makeLink(true, 0), "setGroupLink", { ...of, approval: true, expiresUs: 0n }],
      [
        () => model.makeLink(false, 7),
        "setGroupLink",
        { ...of, approval: false, expiresUs: micros(NOON + 7 * 86_400_000) },
      ],
      [() => model.endLink(), "setGroupLink", { ...of, remove: true }],
      [() => model.letIn({ accountId: EVE } as never), "answerApplicants", { ...of, letIn: [EVE] }],
      [() => model.turnAway({ accountId: EVE } as never), "answerApplicants", { ...of, turnedAway: [EVE] }],
      [() => model.leave(), "leaveGroup", of],
    ];
    for (const [change, method, params] of changes) {
      store.putConversation(groupConversation());
      expect(await change()).toBe(true);
      expect(core.called(method).at(-1)).toEqual(params);
      expect(store.conversation(KITCHEN)?.title).toBe("As the server has it");
    }
  });

  it.each([
    [Failure_Code.kNotAllowed, "Only an admin"],
    [Failure_Code.kNoSuchMember, "no longer in the group"],
    [Failure_Code.kGroupBusy, "right now"],
    [Failure_Code.kNoSuchGroup, "you aren't in it"],
    [Failure_Code.kOffline, "can't be reached"],
  ])("that is refused leaves it as it is, and says why (%i)", async (code, words) => {
    core.failing("removeMembers", code);
    expect(await model.remove(ben())).toBe(false);
    expect(model.snapshot()).toMatchObject({ busy: false, error: expect.stringContaining(words) });
    expect(store.conversation(KITCHEN)?.title).toBe("Kitchen");
  });

  it("to no name at all is not asked for", async () => {
    expect(await model.setTitle("  ")).toBe(false);
    expect(core.called("setGroup")).toEqual([]);
    expect(model.snapshot().error).toBe("Type a name for the group.");
  });

  it("says that another link has ended the one before", async () => {
    await model.makeLink(true, 0);
    expect(model.snapshot().notice).toBe("");
    store.putConversation(groupConversation({ group: { link: { link: "x" } } }));
    await model.makeLink(true, 0);
    expect(model.snapshot().notice).toContain("lets nobody in any more");
  });
});

describe("adding people", () => {
  it("offers who is not in the group, and adds those who are chosen", async () => {
    model.startAdding();
    await settle();
    expect(model.adding.snapshot().people.map(({ name }) => name)).toEqual(["Eve"]);
    model.adding.toggle({ accountId: EVE, handle: "", name: "Eve" });
    expect(await model.add()).toBe(true);
    expect(core.called("addMembers")).toEqual([{ ...of, members: [{ accountId: EVE }] }]);
  });

  it("names who can't be added, and offers the link instead", async () => {
    model.startAdding();
    model.adding.toggle({ accountId: EVE, handle: "", name: "Eve" });
    core.failing("addMembers", Failure_Code.kCannotBeAdded, EVE);
    expect(await model.add()).toBe(false);
    expect(model.snapshot()).toMatchObject({
      offersLink: true,
      error: "Eve can't be added by you. Send them the invite link instead.",
    });
    core.failing("addMembers", Failure_Code.kAlreadyMember);
    await model.add();
    expect(model.snapshot()).toMatchObject({ offersLink: false, error: "They are in the group already." });
  });

  it("stops where the group is full", () => {
    const room = model.adding.room();
    expect(room).toBe(1021);
    for (let at = 0; at <= room; ++at) model.adding.toggle({ accountId: String(at), handle: "", name: String(at) });
    expect(model.adding.snapshot().chosen).toHaveLength(1021);
  });
});

describe("what one may do with a group", () => {
  const may = (group: object) => {
    const found = groupOf(groupConversation({ group })) as Group;
    return (["send", "editInfo", "addMembers", "administer"] as const).filter((what) => mayDo(found, what));
  };
  it("is all for admins, what it allows for members, and nothing for others", () => {
    const permissions = { send: true, editInfo: false, addMembers: false };
    expect(may({ permissions })).toEqual(["send", "editInfo", "addMembers", "administer"]);
    expect(may({ permissions, role: Group_Role.kMember })).toEqual(["send"]);
    expect(may({ permissions, role: Group_Role.kNone })).toEqual([]);
    expect(may({ permissions: undefined, role: Group_Role.kMember })).toEqual(["send", "editInfo", "addMembers"]);
  });
});

describe("the photo of a group [F34]", () => {
  const file = new File(["x"], "kitchen.jpg");
  let kind = "picture";

  beforeEach(() => {
    kind = "picture";
    const workshop = {
      look: async () => ({ kind, trouble: "" }),
      preview: async () => "blob:preview",
      preparePhoto: async () => new Blob(["photo"]),
      forget: () => undefined,
    };
    const media = { ...noMedia, files: core.files, workshop: async () => workshop } as unknown as MediaPort;
    model = new GroupInfoViewModel(core, store, KITCHEN, undefined, async () => media);
  });

  it("is cut, sealed and set, and removed", async () => {
    expect(await model.photo.look(file)).toBe("blob:preview");
    expect(await model.photo.set(file, undefined)).toBe(true);
    expect(core.called("setGroup").at(-1)).toMatchObject({ ...of, photo: { size: 5n } });
    expect(await model.photo.remove()).toBe(true);
    expect(core.called("setGroup").at(-1)).toEqual({ ...of, removePhoto: true });
  });

  it("is no film, and nothing where there is no room for it, in words", async () => {
    kind = "video";
    expect(await model.photo.look(file)).toBe("");
    expect(model.snapshot().error).toContain("no picture");
    kind = "picture";
    core.failing("setGroup", Failure_Code.kQuotaExceeded);
    expect(await model.photo.set(file, undefined)).toBe(false);
    expect(model.snapshot().error).toContain("no more room");
  });
});
