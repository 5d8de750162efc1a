// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// The screens of groups: making one, joining one, and the details of one with their pages.
import { create } from "@bufbuild/protobuf";
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import {
  Failure_Code,
  Group_Role,
  GroupPreviewSchema,
  JoinGroupResponseSchema,
  ListMembersResponseSchema,
} from "../core-client/schema";
import type { AppViewModel } from "../view-models/app";
import {
  ANA,
  BEN,
  CEM,
  conversation,
  groupConversation,
  KITCHEN,
  settle,
  type FakeCore,
} from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { showApp, stubPage } from "./testing/whole_app";
// Fetched when they are wanted: here at once.
import "./group_info";
import "./join_pane";
import "./new_chat_pane";
import "./new_group_pane";
import "./popup_menu";
import "./select";

const EVE = "e".repeat(32);
let core: FakeCore;
let app: AppViewModel;
const writeText = vi.fn(() => Promise.resolve());

beforeAll(() => {
  stubPage();
  Object.defineProperty(navigator, "clipboard", { value: { writeText }, configurable: true });
});
beforeEach(async () => {
  core = settledCore();
  core.messages = [];
  core.conversations = [groupConversation(), conversation()];
  members(
    { accountId: ANA, name: "Ana", role: Group_Role.kAdmin },
    { accountId: BEN, name: "Ben" },
    { accountId: CEM, name: "Cem", role: Group_Role.kAdmin },
  );
  app = showApp(core);
  await done(() => app.start());
});
afterEach(() => {
  cleanup();
  app.dispose();
  vi.clearAllMocks();
});

interface Given {
  accountId: string;
  name: string;
  role?: Group_Role;
}
function members(...given: Given[]): void {
  const applicants = [{ accountId: EVE, name: "Eve" }];
  const rows = given.map(({ role = Group_Role.kMember, ...person }) => ({
    person,
    role,
    thisAccount: person.accountId === ANA,
  }));
  core.on("listMembers", () => create(ListMembersResponseSchema, { members: rows, applicants }));
}
const done = (what: () => unknown = () => undefined) =>
  act(async () => {
    await what();
    await settle();
    await new Promise((resolve) => setTimeout(resolve, 10));
  });
const click = (name: string | RegExp, among: HTMLElement = document.body) =>
  done(() => fireEvent.click(within(among).getByRole("button", { name })));
const answer = (name: string) => done(() => fireEvent.click(screen.getByText(name, { selector: "dialog button" })));
const pane = () => document.querySelector("[data-pane=left]") as HTMLElement;
const details = () => document.querySelector("[data-pane=details]") as HTMLElement;
const changed = (group: object) =>
  done(() => core.emit({ case: "conversationChanged", value: groupConversation({ group }) }));
const link = { link: "https://kith.example/join#AY3f", approval: false, expiresUs: 0n };

describe("a new group", () => {
  const open = async () => {
    await done(() => app.showLeft("new-chat"));
    await click("New group");
  };
  const field = () => screen.getByLabelText<HTMLInputElement>("Name or number");
  const row = (name: string) => screen.getByRole("checkbox", { name: new RegExp(`^.?${name}`) });

  it("is made of who is chosen, then what it is called, and opens", async () => {
    core.on("createGroup", () => groupConversation({ id: EVE, title: "Cooks" }));
    await open();
    expect(app.route.panel).toBe("new-group");
    fireEvent.click(row("Ben"));
    expect(row("Ben").getAttribute("aria-checked")).toBe("true");
    expect(pane().textContent).toContain("1 of 1,023");
    fireEvent.change(field(), { target: { value: "@zoe" } });
    fireEvent.submit(field());
    expect(screen.getAllByRole("button", { name: /^Take .* away$/ })).toHaveLength(2);
    await click("Take @zoe away");
    await click("Continue");
    expect(pane().textContent).toContain("You and 1 other");
    await click("Make the group");
    expect(screen.getByRole("alert").textContent).toContain("Type a name");
    fireEvent.change(screen.getByLabelText("Group name"), { target: { value: "Cooks" } });
    await click("Make the group");
    expect(core.called("createGroup")).toEqual([{ title: "Cooks", description: "", members: [{ accountId: BEN }] }]);
    expect(app.route).toMatchObject({ panel: "list", conversation: EVE });
  });

  it("says who can't be added, and is made without them", async () => {
    await open();
    fireEvent.click(row("Ben"));
    await click("Continue");
    fireEvent.change(screen.getByLabelText("Group name"), { target: { value: "Cooks" } });
    core.failing("createGroup", Failure_Code.kCannotBeAdded, BEN);
    await click("Make the group");
    expect(screen.getByRole("alert").textContent).toContain("Ben can't be added by you");
    core.on("createGroup", () => groupConversation());
    await click("Make it without them");
    expect(core.called("createGroup").at(-1)?.members).toEqual([]);
  });

  it("leads back by its steps with Escape", async () => {
    await open();
    await click("Continue");
    fireEvent.keyDown(screen.getByLabelText("Group name"), { key: "Escape" });
    expect(field()).toBeTruthy();
    fireEvent.keyDown(field(), { key: "Escape" });
    expect(app.route.panel).toBe("new-chat");
    await done(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  });

  it("says when nobody is called so", async () => {
    await open();
    fireEvent.change(field(), { target: { value: "Zora" } });
    expect(within(pane()).getByText("Nobody you know is called “Zora”.")).toBeTruthy();
  });
});

describe("joining by a link", () => {
  const paste = async () => {
    await done(() => app.showLeft("join"));
    fireEvent.change(screen.getByLabelText("Invite link"), { target: { value: link.link } });
    await click("Look");
  };
  const leadsTo = (fields: object) =>
    core.on("openGroupLink", () => create(GroupPreviewSchema, { title: "Cooks", members: 14, ...fields }));

  it("shows what it leads to, and joins", async () => {
    leadsTo({ description: "Once a month" });
    core.on("joinGroup", () => create(JoinGroupResponseSchema, { conversation: groupConversation() }));
    await paste();
    for (const words of ["Cooks", "14 members", "Once a month"]) expect(within(pane()).getByText(words)).toBeTruthy();
    await click("Join", pane());
    expect(app.route).toMatchObject({ panel: "list", conversation: KITCHEN });
  });

  it("asks an admin where one has to let people in, and says so", async () => {
    leadsTo({ approval: true });
    core.on("joinGroup", () => create(JoinGroupResponseSchema, {}));
    await paste();
    expect(pane().textContent).toContain("An admin has to let you in.");
    await click("Ask to join");
    expect(within(pane()).getByRole("status").textContent).toContain("have been asked");
    expect(within(pane()).queryByRole("button", { name: "Ask to join" })).toBeNull();
  });

  it("opens a group that one is in already", async () => {
    leadsTo({ member: true, conversation: KITCHEN });
    await paste();
    await click("Open");
    expect(app.route.conversation).toBe(KITCHEN);
  });

  it("leaves the focus in the field while a link is typed, which another one may follow", async () => {
    await done(() => app.showLeft("join"));
    const field = screen.getByLabelText("Invite link");
    expect(document.activeElement).toBe(field);
    fireEvent.change(field, { target: { value: "h" } });
    expect(document.activeElement).toBe(field);
    core.failing("openGroupLink", Failure_Code.kNoSuchGroup);
    fireEvent.submit(field);
    await done();
    expect(document.activeElement).toBe(field);
  });

  it("says what is wrong with the link", async () => {
    core.failing("openGroupLink", Failure_Code.kNoSuchGroup);
    await paste();
    expect(screen.getByRole("alert").textContent).toContain("leads to no group");
    expect(screen.getByLabelText("Invite link").getAttribute("aria-invalid")).toBe("true");
  });
});

describe("the details of a group", () => {
  beforeEach(async () => {
    await done(() => app.openConversation(KITCHEN));
    await click("Group info");
  });
  const memberRow = (name: string) => within(details()).getByText(name).closest("li") as HTMLElement;
  const menuOf = async (name: string) => {
    await done(() => fireEvent.click(within(memberRow(name)).getByRole("button")));
    return screen.getAllByRole("menuitem", { hidden: true }).map(({ textContent }) => textContent);
  };
  const choose = (item: string) =>
    done(() => fireEvent.click(screen.getByRole("menuitem", { name: item, hidden: true })));

  it("say who is in it, who is an admin, and which one is oneself", () => {
    expect(within(memberRow("You")).getByText("Admin")).toBeTruthy();
    expect(within(memberRow("You")).queryByRole("button")).toBeNull();
    expect(within(memberRow("Ben")).queryByText("Admin")).toBeNull();
    expect(details().textContent).toContain("3 of 1,024");
  });

  it("of many show the first, then all, and find one by name", async () => {
    const many = Array.from({ length: 230 }, (_, at) => ({
      accountId: String(at).padStart(32, "0"),
      name: `P${at}x`,
    }));
    members(...many);
    await changed({ members: 230 });
    const list = () => within(details()).getByRole("list", { name: "Members" });
    expect(list().children).toHaveLength(100);
    fireEvent.change(screen.getByLabelText("Search members"), { target: { value: "p223" } });
    expect([...list().children].map(({ textContent }) => textContent)).toEqual(["PP223x"]);
    fireEvent.change(screen.getByLabelText("Search members"), { target: { value: "" } });
    await click("Show 130 more");
    expect(list().children).toHaveLength(230);
    expect(document.activeElement?.textContent).toContain("P100x");
    fireEvent.change(screen.getByLabelText("Search members"), { target: { value: "zz" } });
    expect(within(details()).getByText("No member is called “zz”.")).toBeTruthy();
  });

  it("let an admin make another one, dismiss one, and remove somebody after a question", async () => {
    core.on("setMember", () => groupConversation());
    core.on("removeMembers", () => groupConversation());
    expect(await menuOf("Ben")).toEqual(["Write to Ben", "Make admin", "Remove from the group"]);
    await choose("Make admin");
    expect(core.called("setMember").at(-1)).toEqual({ conversation: KITCHEN, accountId: BEN, admin: true });
    await menuOf("Cem");
    await choose("Dismiss as admin");
    expect(core.called("setMember").at(-1)).toEqual({ conversation: KITCHEN, accountId: CEM, admin: false });
    await menuOf("Ben");
    await choose("Remove from the group");
    expect(core.called("removeMembers")).toEqual([]);
    await answer("Remove from the group");
    expect(core.called("removeMembers")).toEqual([{ conversation: KITCHEN, accountIds: [BEN] }]);
    expect(within(details()).getByText("Ben is no longer in the group.")).toBeTruthy();
  });

  it("let a member write to others, and change what the group allows", async () => {
    await changed({ role: Group_Role.kMember, permissions: { send: true, editInfo: true, addMembers: false } });
    expect(await menuOf("Ben")).toEqual(["Write to Ben"]);
    expect(screen.queryByRole("button", { name: "Add members" })).toBeNull();
    expect(screen.getByRole("button", { name: "Change name of the group" })).toBeTruthy();
    expect(within(details()).queryByText("What members may do")).toBeNull();
    await choose("Write to Ben");
    expect(core.called("openConversation")).toEqual([{ accountId: BEN }]);
    await done(() => app.openConversation(KITCHEN));
    await done(() => app.openDetails());
    await changed({ role: Group_Role.kMember, permissions: { send: true, editInfo: false, addMembers: true } });
    expect(screen.queryByRole("button", { name: "Change name of the group" })).toBeNull();
    expect(screen.getByRole("button", { name: "Add members" })).toBeTruthy();
  });

  it("at an address of a page that is not for this account offer nothing there", async () => {
    await changed({ role: Group_Role.kMember, permissions: { send: true, editInfo: true, addMembers: false } });
    for (const topic of ["add", "requests"] as const) {
      await done(() => app.showTopic(topic));
      expect(within(details()).getByRole("status").textContent).toBe("Only admins can do this.");
      expect(
        within(details())
          .getAllByRole("button")
          .map((each) => each.getAttribute("aria-label")),
      ).toEqual(["Back"]);
      expect(within(details()).queryByRole("textbox")).toBeNull();
    }
    await changed({ role: Group_Role.kMember, permissions: { send: true, editInfo: true, addMembers: true } });
    await done(() => app.showTopic("add"));
    expect(within(details()).getByLabelText("Name or number")).toBeTruthy();
  });

  it("of one that was left say so, and change nothing", async () => {
    await changed({ role: Group_Role.kNone });
    expect(details().textContent).toContain("You are no longer a member.");
    for (const name of ["Add members", "Leave group", "Change name of the group", /^Invite link/])
      expect(within(details()).queryByRole("button", { name })).toBeNull();
  });

  it("change its name, and say why not", async () => {
    core.failing("setGroup", Failure_Code.kGroupBusy);
    await click("Change name of the group");
    fireEvent.change(screen.getByLabelText("Group name"), { target: { value: "Cooks" } });
    await click("Save");
    expect(within(details()).getByRole("alert").textContent).toContain("Others are changing this group");
    core.on("setGroup", () => groupConversation({ title: "Cooks" }));
    await click("Save");
    expect(document.querySelector("[data-pane=conversation] header")?.textContent).toContain("Cooks");
  });

  it("lead out of it after a question", async () => {
    core.on("leaveGroup", () => groupConversation({ group: { role: Group_Role.kNone } }));
    await click("Leave group", details());
    expect(core.called("leaveGroup")).toEqual([]);
    await answer("Leave group");
    expect(core.called("leaveGroup")).toEqual([{ conversation: KITCHEN }]);
  });

  it("have a page for who is added, who can't be, and the link for those", async () => {
    await click("Add members");
    expect(app.route.topic).toBe("add");
    const field = within(details()).getByLabelText("Name or number");
    fireEvent.change(field, { target: { value: "+49 170 0000077" } });
    fireEvent.submit(field);
    core.failing("addMembers", Failure_Code.kOffline);
    await click("Add");
    expect(within(details()).getByRole("alert").textContent).toContain("can't be reached");
    core.on("addMembers", () => groupConversation());
    await click("Add");
    expect(core.called("addMembers").at(-1)?.members).toEqual([{ handle: "+49 170 0000077" }]);
    expect(app.route.topic).toBe("");
  });

  it("have a page for the link: made, copied, made anew, ended", async () => {
    core.on("setGroupLink", ({ remove }) => groupConversation({ group: { link: remove === true ? undefined : link } }));
    await click(/^Invite link/);
    expect(screen.getByRole("switch", { name: "Admins let people in" }).getAttribute("aria-checked")).toBe("false");
    await click("Make a link");
    expect(core.called("setGroupLink")).toEqual([{ conversation: KITCHEN, approval: false, expiresUs: 0n }]);
    expect(details().querySelector("[data-part=link]")?.textContent).toBe(link.link);
    await click("Copy");
    expect(writeText).toHaveBeenLastCalledWith(link.link);
    await click("Share");
    expect(writeText).toHaveBeenLastCalledWith(`Join “Kitchen” on Kith: ${link.link}`);
    await click("Make another one");
    await answer("Make another one");
    expect(core.called("setGroupLink")).toHaveLength(2);
    await click("End the link");
    await answer("End the link");
    expect(core.called("setGroupLink").at(-1)).toEqual({ conversation: KITCHEN, remove: true });
    expect(details().querySelector("[data-part=link]")).toBeNull();
  });

  it("say of a link when it is over, and that this device may not know it", async () => {
    await changed({ link: { ...link, expiresUs: 1_000_000n } });
    await click(/^Invite link/);
    expect(details().textContent).toContain("It is over since");
    await changed({ link: { ...link, link: "", approval: true } });
    expect(screen.getByRole("switch", { name: "Admins let people in" }).getAttribute("aria-checked")).toBe("true");
    expect(details().textContent).toContain("This device doesn't know the link");
    await changed({ link, role: Group_Role.kMember });
    expect(within(details()).queryByRole("button", { name: "End the link" })).toBeNull();
    expect(within(details()).getByRole("button", { name: "Copy" })).toBeTruthy();
  });

  it("have a page for what members may do", async () => {
    core.on("setGroup", () => groupConversation({ group: { permissions: { send: false } } }));
    await click(/^What members may do/);
    fireEvent.click(screen.getByRole("switch", { name: "Send messages" }));
    await done();
    expect(core.called("setGroup")).toEqual([{ conversation: KITCHEN, permissions: { send: false } }]);
    expect(screen.getByRole("switch", { name: "Send messages" }).getAttribute("aria-checked")).toBe("false");
  });

  it("have a page for who asks to be let in", async () => {
    core.on("answerApplicants", () => groupConversation());
    await changed({ applicants: 1 });
    await click(/^Who asks to join/);
    await click("Let Eve in");
    await click("Turn Eve away");
    expect(core.called("answerApplicants")).toEqual([
      { conversation: KITCHEN, letIn: [EVE] },
      { conversation: KITCHEN, turnedAway: [EVE] },
    ]);
  });

  it("give the focus to what a page is for, and then back to what opened it", async () => {
    const back = () => within(details()).getByRole("button", { name: "Back" });
    const afterFrame = () => done(() => new Promise((resolve) => requestAnimationFrame(resolve)));
    expect(document.activeElement).toBe(within(details()).getByRole("button", { name: "Close" }));
    await click("Add members");
    expect(document.activeElement).toBe(within(details()).getByLabelText("Name or number"));
    await click("Back", details());
    await afterFrame();
    expect(document.activeElement?.textContent).toBe("Add members");
    await click(/^What members may do/);
    expect(document.activeElement).toBe(back());
    fireEvent.keyDown(back(), { key: "Escape" });
    await afterFrame();
    expect(document.activeElement?.textContent).toContain("What members may do");
  });

  it("go from a page to the first one with Escape, and only then close", async () => {
    await click(/^What members may do/);
    await done(() => fireEvent.keyDown(details(), { key: "Escape" }));
    expect(app.route).toMatchObject({ details: true, topic: "" });
    await done(() => fireEvent.keyDown(details(), { key: "Escape" }));
    expect(app.route).toMatchObject({ details: false, conversation: KITCHEN });
  });
});
