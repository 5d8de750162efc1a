// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// People say something to a message with an emoji, see who else has, and take it back.
import { create } from "@bufbuild/protobuf";
import { act, cleanup, fireEvent, screen, within } from "@testing-library/react";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Group_Role, ListReactionsResponseSchema, Message_Tick } from "../core-client/schema";
import type { AppViewModel } from "../view-models/app";
import { MediaKind, type Message } from "../view-models/core";
import {
  ANA,
  BEN,
  CEM,
  conversation,
  groupConversation,
  KITCHEN,
  message,
  settle,
  type FakeCore,
} from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { showApp, stubPage } from "./testing/whole_app";
// Fetched when they are wanted: here at once.
import "./message_popups";
import "./pointer_actions";
import "./reaction_picker";
import "./reactions";

const USUAL = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

let core: FakeCore;
let app: AppViewModel;

beforeAll(stubPage);
beforeEach(() => {
  core = settledCore();
  core.conversations = [groupConversation()];
});
afterEach(() => {
  cleanup();
  app.dispose();
});

async function open(...messages: Message[]): Promise<void> {
  core.messages = messages;
  app = showApp(core);
  await act(async () => {
    await app.start();
    await app.openConversation(core.conversations[0]?.id ?? "");
    await settle();
  });
}
const ben = { accountId: BEN, name: "Ben" };
const inGroup = (fields: object = {}) => message({ conversation: KITCHEN, sender: ben, ...fields });
const said = (own: string, ...kinds: [string, number][]) => ({
  own,
  count: kinds.reduce((sum, [, count]) => sum + count, 0),
  emojis: kinds.map(([emoji, count]) => ({ emoji, count })),
});
const settled = (what: () => unknown) =>
  act(async () => {
    await what();
    await settle();
  });

const row = (at = 0) => document.querySelectorAll<HTMLElement>("[data-message]")[at] as HTMLElement;
const openMenu = (at = 0) =>
  settled(() => fireEvent.contextMenu(row(at).querySelector("[data-bubble]") as Element, { clientX: 5, clientY: 5 }));
const closeMenu = () => settled(() => fireEvent.keyDown(document.body, { key: "Escape" }));
const offered = () => screen.queryAllByRole("menuitemradio", { hidden: true });
const texts = (elements: HTMLElement[]) => elements.map(({ textContent }) => textContent);
const item = (emoji: string) => screen.getByRole("menuitemradio", { name: emoji, hidden: true });

describe("the menu of a message", () => {
  it("offers the usual emoji, and says the one that is chosen", async () => {
    await open(inGroup());
    await openMenu();
    expect(texts(offered())).toEqual(USUAL);
    expect(offered().map((each) => each.getAttribute("aria-checked"))).toEqual(USUAL.map(() => "false"));
    expect(texts(screen.getAllByRole("menuitem", { hidden: true }))).toContain("Reply");
    await settled(() => fireEvent.click(item("😂")));
    expect(core.called("react")).toEqual([{ id: core.messages[0]?.id, emoji: "😂" }]);
    expect(screen.queryByRole("menu", { hidden: true })).toBeNull();
  });

  it("marks one's own, which is taken back when it is chosen again", async () => {
    await open(inGroup({ reactions: said("👍", ["👍", 2]) }));
    await openMenu();
    expect(item("👍").getAttribute("aria-checked")).toBe("true");
    await settled(() => fireEvent.click(item("👍")));
    expect(core.called("react")).toEqual([{ id: core.messages[0]?.id, emoji: "" }]);
  });

  it("has one's own in the last place when it is none of them", async () => {
    await open(inGroup({ reactions: said("🦊", ["🦊", 1]) }));
    await openMenu();
    expect(texts(offered())).toEqual([...USUAL.slice(0, -1), "🦊"]);
    expect(item("🦊").getAttribute("aria-checked")).toBe("true");
  });

  it("leads to all the others", { timeout: 60_000 }, async () => {
    await open(inGroup());
    await openMenu();
    await settled(() => fireEvent.click(screen.getByRole("menuitem", { name: "Another emoji", hidden: true })));
    const fox = () => document.querySelector("[data-emoji][title=fox]");
    await vi.waitFor(() => expect(fox()).not.toBeNull(), 60_000);
    await settled(() => fireEvent.click(fox() as Element));
    expect(core.called("react")).toEqual([{ id: core.messages[0]?.id, emoji: "🦊" }]);
    expect(screen.queryByRole("dialog", { name: "Emoji", hidden: true })).toBeNull();
  });

  it("says why something could not be said", async () => {
    core.failing("react", Failure_Code.kOutboxFull);
    await open(inGroup());
    await openMenu();
    await settled(() => fireEvent.click(item("😂")));
    expect(screen.getByRole("alert").textContent).toContain("waiting to be sent");
  });
});

describe("nothing can be said", () => {
  const offers = async () => {
    await settled(() => fireEvent.pointerEnter(row()));
    const button = within(row()).queryByRole("button", { name: "React" }) !== null;
    fireEvent.keyDown(row(), { key: "e" });
    await act(settle);
    const byKey = offered().length > 0;
    if (byKey) await closeMenu();
    await openMenu();
    const menu = offered().length > 0;
    await closeMenu();
    return [button, byKey, menu];
  };

  it("but to what somebody has written, where one can write", async () => {
    await open(inGroup());
    expect(await offers()).toEqual([true, true, true]);
  });

  it.each([
    ["in a group that one has left", groupConversation({ group: { role: Group_Role.kNone } })],
    [
      "by a member, in a group where only admins write",
      groupConversation({ group: { role: Group_Role.kMember, permissions: { send: false } } }),
    ],
    ["to somebody who is blocked", conversation({ id: KITCHEN, direct: { blocked: true } })],
  ])("%s", async (_, where) => {
    core.conversations = [where];
    await open(inGroup({ reactions: said("👍", ["👍", 1]) }));
    expect(await offers()).toEqual([false, false, false]);
    expect(document.querySelector("[data-part=reactions]")).not.toBeNull();
  });

  it.each([
    ["that could not be sent", { outgoing: true, tick: Message_Tick.kFailed }],
    ["that can't be read", { body: { case: "undecryptable", value: {} } }],
    ["of a newer version", { body: { case: "unsupported", value: {} } }],
  ])("to a message %s", async (_, fields) => {
    await open(inGroup(fields));
    expect(await offers()).toEqual([false, false, false]);
  });
});

describe("by keys alone", () => {
  const active = () => document.activeElement;
  const press = (key: string) => settled(() => fireEvent.keyDown(active() as Element, { key }));

  it("E opens the usual emoji, arrows go along them, and the row has the focus afterwards", async () => {
    await open(inGroup());
    row().focus();
    await press("e");
    expect(texts(offered())).toEqual(USUAL);
    item("👍").focus();
    await press("ArrowRight");
    expect(active()?.textContent).toBe("❤️");
    await press("ArrowLeft");
    expect(active()?.textContent).toBe("👍");
    await settled(() => fireEvent.click(active() as Element));
    expect(core.called("react")).toEqual([{ id: core.messages[0]?.id, emoji: "👍" }]);
    expect(active()).toBe(row());
    await press("e");
    await closeMenu();
    await act(() => new Promise(requestAnimationFrame as never));
    expect(active()).toBe(row());
  });

  it("in the menu arrows go from the emoji down to the other choices, and up again", async () => {
    await open(inGroup());
    await openMenu();
    item("😂").focus();
    await press("ArrowDown");
    expect(active()?.textContent).toBe("Reply");
    await press("ArrowDown");
    expect(active()?.textContent).not.toBe("Reply");
    await press("ArrowUp");
    await press("ArrowUp");
    expect(active()?.getAttribute("role")).toBe("menuitemradio");
  });
});

describe("who has said something", () => {
  const cem = { accountId: CEM, name: "Cem" };
  const ana = { accountId: ANA, name: "Ana" };
  const answer = (...all: [{ accountId: string; name: string }, string][]) =>
    core.on("listReactions", () =>
      create(ListReactionsResponseSchema, { reactions: all.map(([who, emoji]) => ({ who, emoji })) }),
    );
  const list = async () => {
    await settled(() => fireEvent.click(screen.getByRole("button", { name: /^Reactions/ })));
    await screen.findByRole("heading", { name: "Reactions", hidden: true });
    await act(settle);
  };
  const people = () => texts([...document.querySelectorAll<HTMLElement>("dialog li")]);
  const press = (name: RegExp) => settled(() => fireEvent.click(screen.getByRole("button", { name, hidden: true })));

  it("is listed, oneself first, and can be narrowed to one emoji", async () => {
    answer([ben, "🎉"], [ana, "👍"], [cem, "👍"]);
    await open(inGroup({ reactions: said("👍", ["👍", 2], ["🎉", 1]) }));
    await list();
    expect(core.called("listReactions")).toEqual([{ id: core.messages[0]?.id }]);
    expect(people()).toEqual([
      expect.stringMatching(/You.*👍$/),
      expect.stringMatching(/Ben🎉$/),
      expect.stringMatching(/Cem👍$/),
    ]);
    await press(/^🎉 ?1$/);
    expect(people()).toEqual([expect.stringMatching(/Ben🎉$/)]);
    await press(/^All ?3$/);
    expect(people()).toHaveLength(3);
  });

  it("has no choice of emoji where there is one", async () => {
    answer([ben, "🎉"]);
    await open(inGroup({ reactions: said("", ["🎉", 1]) }));
    await list();
    expect(people()).toHaveLength(1);
    expect(screen.queryByRole("button", { name: /^All ?\d/, hidden: true })).toBeNull();
  });

  it("follows what is said meanwhile, and goes when nothing is left", async () => {
    answer([ana, "👍"], [ben, "🎉"]);
    await open(inGroup({ reactions: said("👍", ["👍", 1], ["🎉", 1]) }));
    await list();
    await press(/^You/);
    expect(core.called("react")).toEqual([{ id: core.messages[0]?.id, emoji: "" }]);
    const { id, orderUs } = core.messages[0] as Message;
    answer([ben, "🎉"]);
    const change = (reactions: object | undefined) =>
      settled(() =>
        core.emit({ case: "messageChanged", value: inGroup({ id, orderUs, ...(reactions && { reactions }) }) }),
      );
    await change(said("", ["🎉", 1]));
    expect(people()).toEqual([expect.stringMatching(/Ben🎉$/)]);
    await change(undefined);
    expect(document.querySelector("dialog")).toBeNull();
  });

  it("can't be taken back where one can't write any more", async () => {
    answer([ana, "👍"]);
    core.conversations = [groupConversation({ group: { role: Group_Role.kNone } })];
    await open(inGroup({ reactions: said("👍", ["👍", 1]) }));
    await list();
    expect(people()).toEqual([expect.stringMatching(/You👍$/)]);
    expect(screen.queryByRole("button", { name: /^You/, hidden: true })).toBeNull();
  });

  it("of an album is asked of each of its messages", async () => {
    const picture = (fields: object = {}) =>
      inGroup({ body: { case: "media", value: { kind: MediaKind.kPhoto, album: "1".repeat(32) } }, ...fields });
    const [first, second] = [
      picture({ reactions: said("", ["🎉", 1]) }),
      picture({ reactions: said("👍", ["👍", 1], ["🎉", 1]) }),
    ];
    core.on("listReactions", ({ id }) =>
      create(ListReactionsResponseSchema, {
        reactions:
          id === first.id
            ? [{ who: ben, emoji: "🎉" }]
            : [
                { who: cem, emoji: "🎉" },
                { who: ana, emoji: "👍" },
              ],
      }),
    );
    await open(first, second);
    await list();
    expect(people()).toEqual([
      expect.stringMatching(/Ben🎉$/),
      expect.stringMatching(/You.*👍$/),
      expect.stringMatching(/Cem🎉$/),
    ]);
    await press(/^You/);
    expect(core.called("react")).toEqual([{ id: second.id, emoji: "" }]);
  });

  it("is not known where it can't be read", async () => {
    core.failing("listReactions", Failure_Code.kNoSuchMessage);
    await open(inGroup({ reactions: said("", ["🎉", 1]) }));
    await list();
    expect(screen.getByText("This message isn't on this device.")).toBeTruthy();
  });
});
