// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// Every screen in a language that writes Latin letters otherwise: what is still plain was not said by the catalogue.
import { create } from "@bufbuild/protobuf";
import { cleanup, render } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";

import { unavailableText } from "../app/unavailable_text";
import { CoreUnavailable } from "../core-client/client";
import {
  CoreFailure,
  Failure_Code,
  FailureReason,
  Linking_Stage,
  Message_Tick,
  OpenLinkResponseSchema,
  RequestCodeResponseSchema,
  SearchResponseSchema,
  StartLinkingResponseSchema,
  State_Connection,
} from "../core-client/schema";
import { failureText, notSentText } from "../view-models/failure_text";
import { SETTINGS_SECTIONS } from "../view-models/route";
import { ANA, BEN, conversation, list, message, micros, state } from "../view-models/testing/fake_core";
import { lastSeenText, waitText } from "../view-models/time_text";
import {
  app,
  core,
  NAME,
  otherwise,
  plainTexts,
  pseudoLocaleSuite,
  SERVER,
  settled,
  show,
} from "./testing/pseudo_locale";
// Fetched when they are wanted: here at once.
import "./archived_pane";
import "./chat_search";
import "./contact_panel";
import "./conversation_menu";
import "./delete_list_question";
import "./device_notices";
import "./ended_screen";
import "./first_steps";
import "./link_this_screen";
import "./list_menu";
import "./list_sheet";
import "./lists_dialog";
import "./mute_question";
import "./new_chat_pane";
import "./qr_code";
import "./rebuilt_banner";
import "./registration_screen";
import "./settings_link";
import "./settings_pane";

const HOUR = 3_600_000;

pseudoLocaleSuite();

describe("nothing plain is", { timeout: 60_000 }, () => {
  it("in the list, whatever is in it", async () => {
    const row = (id: string, fields: object) => conversation({ id: id.repeat(32), title: NAME, ...fields });
    core.conversations = [
      row("c", { unread: 3, draft: "γειά", lastMessage: message({ text: "γειά" }) }),
      row("1", { typing: [{ accountId: BEN }], direct: { blocked: true } }),
      row("2", {
        lastMessage: message({ body: { case: "undecryptable", value: {} } }),
        activityUs: micros(Date.now() - 26 * HOUR),
      }),
      row("3", {
        lastMessage: message({ body: { case: "unsupported", value: {} } }),
        activityUs: micros(Date.now() - 99 * HOUR),
      }),
      row("4", { lastMessage: message({ body: { case: "identityChanged", value: {} } }) }),
      row("5", { lastMessage: message({ body: { case: "handleMoved", value: {} } }) }),
      row("6", { peer: { case: "self", value: {} } }),
      ...[1, 2, 3, 4, 5].map((tick) =>
        row(String(tick + 6).at(-1) as string, { lastMessage: message({ text: "1", outgoing: true, tick }) }),
      ),
    ];
    await show();
    expect(plainTexts()).toEqual([]);
    const found = message({ text: "γειά", outgoing: true });
    const excerpts = [{ pieces: [{ text: "γειά", matched: true }] }];
    core.on("search", () => create(SearchResponseSchema, { messages: [found], excerpts }));
    for (const query of ["ωωω", "+49 170 1"]) {
      await settled(() => app.search.setQuery(query));
      await settled(() => new Promise((resolve) => setTimeout(resolve, 200)));
      expect(plainTexts()).toEqual([]);
    }
    core.on("search", () => create(SearchResponseSchema, {}));
    await settled(() => app.search.setQuery("ψψψ"));
    await settled(() => new Promise((resolve) => setTimeout(resolve, 200)));
    expect(plainTexts()).toEqual([]);
  });

  it("where there is no conversation yet, and in what is said of the connection", async () => {
    core.conversations = [];
    await show();
    expect(plainTexts()).toEqual([]);
    for (const connection of [State_Connection.kWaiting, State_Connection.kConnecting, State_Connection.kCatchingUp])
      for (const unsentMessages of [0, 1, 2]) {
        const value = state({ name: NAME, connection, unsentMessages });
        await settled(() => core.emit({ case: "stateChanged", value }));
        expect(plainTexts()).toEqual([]);
      }
    for (const kind of [1, 2, 3]) {
      const deviceNotices = [{ kind, deviceId: 2, name: NAME, timeUs: micros(Date.now()) }];
      await settled(() => core.emit({ case: "stateChanged", value: state({ name: NAME, deviceNotices }) }));
      expect(plainTexts()).toEqual([]);
    }
    const rebuilt = { messagesKept: 4n, messagesMissing: 2n, keysLost: 1n };
    await settled(() => core.emit({ case: "stateChanged", value: state({ name: NAME, rebuilt }) }));
    expect(plainTexts()).toEqual([]);
  });

  it("in a conversation and its details, whatever is in it", async () => {
    const own = { outgoing: true, text: "γειά" };
    core.messages = [
      message({ text: "1", atMs: Date.now() - 400 * 24 * HOUR }),
      message({ text: "1", atMs: Date.now() - 30 * HOUR }),
      message({ body: { case: "undecryptable", value: {} } }),
      message({ body: { case: "unsupported", value: {} } }),
      message({ body: { case: "identityChanged", value: {} } }),
      message({ body: { case: "handleMoved", value: {} } }),
      message({ text: "λέξη ".repeat(900) }),
      message({ ...own, quote: { messageId: "1", author: { accountId: BEN }, excerpt: "γειά" } }),
      ...[0, 1, 2, 3, 4, 5].map((failure) => message({ ...own, tick: Message_Tick.kFailed, failure })),
      message({ text: "γειά", atMs: Date.now() }),
    ];
    const direct = {
      identityPending: true,
      heldMessages: 2,
      presence: { kind: 2, lastSeenUs: micros(Date.now() - 26 * HOUR) },
    };
    core.conversations = [conversation({ title: NAME, unread: 3, direct })];
    await show();
    await settled(() => app.openConversation(BEN));
    expect(document.querySelectorAll("[data-message]").length).toBeGreaterThan(10);
    expect(plainTexts()).toEqual([]);
    await settled(() => app.snapshot().open?.reply(core.messages[0]?.id ?? ""));
    await settled(() => app.snapshot().open?.composer.setText("γειά"));
    await settled(() => app.openDetails());
    expect(document.querySelector("[data-pane=details] header")).not.toBeNull();
    expect(plainTexts()).toEqual([]);
    for (const messages of [core.messages.slice(0, 1), []]) {
      core.on("search", () => create(SearchResponseSchema, { messages }));
      app.snapshot().open?.search.open();
      await settled(() => app.snapshot().open?.search.setQuery(`γ${messages.length}`));
      await settled(() => new Promise((resolve) => setTimeout(resolve, 200)));
      expect(plainTexts()).toEqual([]);
    }
    await settled(() =>
      core.emit({ case: "conversationChanged", value: conversation({ title: NAME, direct: { blocked: true } }) }),
    );
    expect(plainTexts()).toEqual([]);
  });

  it("in what is archived, and where one is pinned, muted or archived", async () => {
    const muted = { mutedUntilUs: micros(Date.now() + HOUR) };
    core.conversations = [
      conversation({ title: NAME, pinned: true, unread: 2, ...muted }),
      conversation({ id: ANA, title: NAME, archived: true }),
    ];
    await show();
    const open = async (name: RegExp, at = 0) => {
      const label = otherwise("More about");
      const more = [...document.querySelectorAll<HTMLElement>("[aria-haspopup=menu]")].filter((each) =>
        each.getAttribute("aria-label")?.startsWith(label),
      );
      await settled(() => more[at]?.click());
      expect(document.querySelectorAll("[role=menuitem]").length).toBeGreaterThan(1);
      expect(plainTexts()).toEqual([]);
      const item = [...document.querySelectorAll<HTMLElement>("[role=menuitem]")].find((each) =>
        name.test(each.textContent.normalize("NFKC")),
      );
      await settled(() => item?.click());
      await settled();
      expect(plainTexts()).toEqual([]);
    };
    await open(/Unmute/);
    await open(/Mute/);
    expect(document.querySelector("[type=radio]")).not.toBeNull();
    await open(/Archive/);
    expect(app.snapshot().undo).toBeDefined();
    await settled(() => app.showLeft("archived"));
    expect(plainTexts()).toEqual([]);
    await open(/Unarchive/);
    await open(/Unarchive/);
    expect(app.list.snapshot().archived).toEqual([]);
    expect(plainTexts()).toEqual([]);
    await settled(() => app.arrangement.mute(app.list.snapshot().conversations[0]!, "always"));
    await settled(() => app.openConversation(BEN));
    expect(plainTexts()).toEqual([]);
  });

  it("in the lists that somebody makes of the conversations", async () => {
    core.conversations = [conversation({ title: NAME })];
    core.lists = [list({ name: NAME })];
    await show();
    const press = async (name: string, at = 0) => {
      const words = otherwise(name);
      const all = [...document.querySelectorAll<HTMLElement>("button, [role=menuitem], [aria-label]")];
      const found = all.filter((each) =>
        (each.getAttribute("aria-label") ?? each.textContent).trim().startsWith(words),
      );
      await settled(() => found[at]?.click());
      await settled();
      expect([name, found.length > at, plainTexts()]).toEqual([name, true, []]);
    };
    for (const filter of ["Unread", "Groups", "Show all chats", "New list", "Cancel"]) await press(filter);
    await settled(() => app.list.choose(core.lists[0]?.id ?? ""));
    await press("Edit the list");
    await press("Delete list");
    await press("Cancel");
    await press("Show all chats");
    await press("More about");
    await press("Lists …");
    expect(document.querySelectorAll("dialog")).toHaveLength(1);
  });

  it("in a new chat and the address book", async () => {
    await show();
    await settled(() => app.showLeft("new-chat"));
    expect(plainTexts()).toEqual([]);
    await settled(() => app.contacts.setQuery("ωωω"));
    expect(plainTexts()).toEqual([]);
    core.failing("openConversation", Failure_Code.kOffline);
    await settled(() => app.contacts.openHandle("+49 170 1"));
    expect(app.contacts.snapshot().unreached).not.toBe("");
    expect(plainTexts()).toEqual([]);
  });

  it("in the settings", async () => {
    await show();
    for (const section of ["", ...SETTINGS_SECTIONS] as const) {
      await settled(() => app.showLeft("settings", section));
      expect(document.querySelector("[data-pane=left] header")).not.toBeNull();
      expect(plainTexts()).toEqual([]);
    }
  });

  it("where a device is linked, at both ends", async () => {
    core.on("openLink", () => create(OpenLinkResponseSchema, { deviceName: NAME, code: "123456" }));
    core.on("startLinking", () => create(StartLinkingResponseSchema, { link: "1" }));
    await show();
    await settled(() => app.showLeft("settings", "link"));
    await settled(() => app.devices.open("1"));
    expect(plainTexts()).toEqual([]);
    await settled(() => app.devices.confirm());
    expect(plainTexts()).toEqual([]);
    cleanup();
    core.on("getState", () => state({ registered: false, server: SERVER }));
    await show();
    await settled(() => app.snapshot().registration?.link());
    expect(app.snapshot().phase).toBe("linking");
    expect(plainTexts()).toEqual([]);
    const { kComparing, kFinishing, kFailed } = Linking_Stage;
    for (const stage of [kComparing, kFinishing, kFailed]) {
      const linking = { stage, code: "123456", failure: { code: Failure_Code.kOffline } };
      await settled(() => core.emit({ case: "stateChanged", value: state({ registered: false, linking }) }));
      expect(plainTexts()).toEqual([]);
    }
  });

  it("in the registration, and where a device has ended or cannot go on", async () => {
    core.on("getState", () => state({ registered: false, server: SERVER }));
    core.on("requestCode", ({ handle }) =>
      create(RequestCodeResponseSchema, { code: handle?.endsWith("1") ? "123456" : "", digits: 6 }),
    );
    await show();
    expect(plainTexts()).toEqual([]);
    for (const phone of ["+491700000001", "+491700000002"]) {
      const registration = app.snapshot().registration;
      await settled(() => registration?.setHandle(phone));
      await settled(() => registration?.next());
      expect(registration?.snapshot().step).toBe("code");
      expect(plainTexts()).toEqual([]);
      if (phone.endsWith("1")) await settled(() => registration?.back());
    }
    core.failing("register", Failure_Code.kPinRequired);
    await settled(() => app.snapshot().registration?.setCode("111111"));
    expect(app.snapshot().registration?.snapshot().step).toBe("pin");
    expect(plainTexts()).toEqual([]);
    await settled(() => app.breakDown(NAME));
    expect(plainTexts()).toEqual([]);
  });

  it("where the server does not know the device any more", async () => {
    for (const connection of [State_Connection.kEnded, State_Connection.kIdentityConflict]) {
      core.on("getState", () => state({ connection }));
      await show();
      expect(plainTexts()).toEqual([]);
      const asking = state({ connection: State_Connection.kConnecting });
      await settled(() => core.emit({ case: "stateChanged", value: asking }));
      expect(plainTexts()).toEqual([]);
      cleanup();
    }
  });

  it("in failures and times, whatever English the core has for them", () => {
    const told = vi.spyOn(console, "debug").mockReturnValue(undefined);
    const now = Date.now();
    const codes = Object.values(Failure_Code).filter((code) => typeof code === "number");
    const reasons = Object.values(FailureReason).filter((reason) => typeof reason === "number");
    const texts = [
      ...[...codes, 999].flatMap((code) =>
        [0, 40_000].map((wait) => failureText(new CoreFailure(code, "text: is blank", wait))),
      ),
      ...[new Error("out of memory"), "out of memory", undefined].map(failureText),
      ...[...reasons, 999].map(notSentText),
      ...(["newer", "corrupt", "storage", "full", "load", "crashed"] as const).map((reason) =>
        unavailableText(new CoreUnavailable(reason, "no such file")),
      ),
      unavailableText(new TypeError("x is undefined")),
      ...[500, 5_000, 500_000, 9_000_000].map(waitText),
      ...[0, 1, 26, 60, 900].map((hours) => lastSeenText(now - hours * HOUR, now)),
    ];
    expect(texts.filter((text) => text === "" || /[A-Za-z]{2}/.test(text))).toEqual([]);
    expect(told.mock.calls.flat(), "for developers").toContain("kith: kBlank: text: is blank");
  });
});

it("a text that was not said by the catalogue is found", () => {
  render(
    <button type="button" aria-label="Plain">
      {otherwise("Said")}
    </button>,
  );
  expect(plainTexts()).toEqual(["Plain"]);
});
