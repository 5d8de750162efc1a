// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, FetchLinkResponseSchema, SettingsSchema, type State } from "../core-client/schema";
import { ComposerViewModel } from "./composer";
import { EntityStore } from "./entity_store";
import { LinkPreviewViewModel } from "./link_preview";
import type { LinkWorkshop } from "./link_port";
import type { Preferences } from "./media_port";
import { BEN, FakeCore, settle, state } from "./testing/fake_core";

const FACTS = { title: "Five easy walks", description: "Shade", picture: "https://cdn.example/forest.jpg" };
const SMALL = { thumbnail: Uint8Array.of(1, 2, 3), width: 480, height: 240 };
const HREF = "https://wander.example/five";

let core: FakeCore;
let now: State;
let preferences: Preferences;
let workshop: LinkWorkshop;
let read: ReturnType<typeof vi.fn<LinkWorkshop["read"]>>;
let shrink: ReturnType<typeof vi.fn<LinkWorkshop["shrink"]>>;
let links: LinkPreviewViewModel;
let composer: ComposerViewModel;

const settings = (linkPreviews: boolean) => create(SettingsSchema, { linkPreviews });
const asked = () => core.called("fetchLink").map(({ url, what }) => [url, what]);
const stage = () => links.snapshot().stage;

async function begin(on = true): Promise<void> {
  core.on("getSettings", () => settings(on));
  core.on("setSettings", (change) => settings(change.linkPreviews === true));
  core.on("fetchLink", ({ url }) =>
    create(FetchLinkResponseSchema, { body: new Uint8Array(9), contentType: "text/html", finalUrl: `${url}/` }),
  );
  const store = new EntityStore(core);
  links = new LinkPreviewViewModel({
    core,
    store,
    state: () => now,
    media: {
      links: async () => workshop,
      load: () => preferences,
      save: (more) => void Object.assign(preferences, more),
      onLoopback: false,
    },
  });
  composer = new ComposerViewModel(core, BEN, { text: "", quoted: undefined }, () => undefined);
  composer.links = links;
  composer.subscribe(() => links.look(composer.snapshot().text));
  await settle();
}

async function write(text: string, pauseMs = 1000): Promise<void> {
  composer.setText(text);
  await vi.advanceTimersByTimeAsync(pauseMs);
  await settle();
}

beforeEach(() => {
  vi.useFakeTimers();
  core = new FakeCore();
  now = state({ linkFetching: true });
  preferences = {};
  read = vi.fn(() => FACTS);
  shrink = vi.fn(async () => SMALL);
  workshop = { read, shrink };
});
afterEach(() => {
  links.dispose();
  vi.useRealTimers();
});

describe("the preview of the first link", () => {
  it("is made once typing pauses, of page and picture, and goes with the message", async () => {
    await begin();
    await write(`See ${HREF} and https://b.example`, 499);
    expect(asked()).toEqual([]);
    await write(`See ${HREF} and https://b.example!`, 500);
    expect(asked()).toEqual([
      [HREF, 1],
      [FACTS.picture, 2],
    ]);
    expect(read).toHaveBeenCalledWith(new Uint8Array(9), "text/html", `${HREF}/`);
    const made = { url: HREF, title: "Five easy walks", description: "Shade", ...SMALL };
    expect(links.snapshot()).toEqual({ stage: "there", host: "wander.example", preview: made });
    await composer.send();
    expect(core.called("sendMessage")).toMatchObject([{ preview: made }]);
    expect(stage()).toBe("idle");
  });

  it("waits longer for a link that may be going on", async () => {
    await begin();
    await write("https://wander.exa", 999);
    await write(HREF, 999);
    expect(asked()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(asked()[0]).toEqual([HREF, 1]);
  });

  it("names the link as it is in the text, with https where it has none", async () => {
    await begin();
    await write("wander.org/five and so on");
    expect(links.snapshot().preview?.url).toBe("https://wander.org/five");
    expect(asked()[0]).toEqual(["https://wander.org/five", 1]);
  });

  it("is not made again while the text around it changes", async () => {
    await begin();
    await write(`${HREF} `);
    await write(`${HREF} is good`);
    await write(`So: ${HREF} is good`);
    expect(asked()).toHaveLength(2);
    expect(stage()).toBe("there");
  });

  it("goes when its link goes, and what comes late is not shown", async () => {
    await begin();
    let answer: (page: unknown) => void = () => undefined;
    core.on("fetchLink", () => new Promise((resolve) => (answer = resolve)));
    await write(`${HREF} `);
    expect(links.snapshot()).toMatchObject({ stage: "making", host: "wander.example" });
    await write("no link");
    expect(stage()).toBe("idle");
    answer(create(FetchLinkResponseSchema, {}));
    await settle();
    expect(stage()).toBe("idle");
    await composer.send();
    expect(core.called("sendMessage")[0]).not.toHaveProperty("preview");
  });

  it("can be left off, until something else is written", async () => {
    await begin();
    await write(`${HREF} `);
    links.decline();
    expect(stage()).toBe("idle");
    await write(`${HREF} is good`);
    expect(stage()).toBe("idle");
    await composer.send();
    expect(core.called("sendMessage")[0]).not.toHaveProperty("preview");
    await write(`${HREF} `);
    expect(stage()).toBe("there");
  });

  it.each([
    Failure_Code.kLinkRefused,
    Failure_Code.kLinkUnreachable,
    Failure_Code.kLinkWrongType,
    Failure_Code.kRateLimited,
    Failure_Code.kOffline,
  ])("is left out without a word when the page can't be had (%d)", async (code) => {
    await begin();
    core.failing("fetchLink", code);
    await write(`${HREF} `);
    expect(stage()).toBe("idle");
    expect(composer.snapshot().error).toBe("");
    await write(`${HREF} is good`);
    expect(asked()).toHaveLength(1);
  });

  it("is none of a page that says nothing of itself", async () => {
    await begin();
    read.mockReturnValue(undefined);
    await write(`${HREF} `);
    expect(stage()).toBe("idle");
  });

  it.each(["refused", "no picture", "broken"])("has no picture when that is %s", async (how) => {
    await begin();
    if (how === "refused")
      core.on("fetchLink", ({ what }) => {
        if (what === 2) throw new Error("refused");
        return create(FetchLinkResponseSchema, {});
      });
    if (how === "no picture") shrink.mockResolvedValue(undefined);
    if (how === "broken") shrink.mockRejectedValue(new Error("it took too long"));
    await write(`${HREF} `);
    expect(links.snapshot().preview).toMatchObject({ title: "Five easy walks", thumbnail: new Uint8Array(), width: 0 });
  });

  it("asks for no picture in a private network, whatever the page says", async () => {
    await begin();
    read.mockReturnValue({ ...FACTS, picture: "http://192.168.1.1/admin.png" });
    await write(`${HREF} `);
    expect(asked()).toEqual([[HREF, 1]]);
    expect(stage()).toBe("there");
  });
});

describe("nothing is asked of the server", () => {
  it.each([
    "http://router/ is down",
    "https://192.168.1.1/ is down",
    "ana@example.org",
    "+49 170 0000001",
    "no.link. at",
  ])("for %s", async (text) => {
    await begin();
    await write(text);
    expect(asked()).toEqual([]);
  });

  it("while previews are off, or the server makes none", async () => {
    preferences = { askedForLinks: true };
    await begin(false);
    await write(`${HREF} `);
    expect(stage()).toBe("idle");
    now = state({ linkFetching: false });
    core.emit({ case: "settingsChanged", value: settings(true) });
    await write(`${HREF} again`);
    expect(asked()).toEqual([]);
  });

  it("before somebody has said whether previews are wanted, which is asked once", async () => {
    await begin(false);
    await write(`${HREF} `);
    expect(stage()).toBe("asking");
    await write(`${HREF} is good`);
    expect(stage()).toBe("asking");
    expect(asked()).toEqual([]);
    await links.answer(false);
    expect(stage()).toBe("idle");
    await write(`${HREF} is very good`);
    expect(stage()).toBe("idle");
    expect(preferences).toEqual({ askedForLinks: true });
    expect(core.called("setSettings")).toEqual([]);
    expect(asked()).toEqual([]);
  });

  it("and with a yes the link that is there gets its preview", async () => {
    await begin(false);
    await write(`${HREF} `);
    await links.answer(true);
    await vi.advanceTimersByTimeAsync(1000);
    await settle();
    expect(core.called("setSettings")).toEqual([{ linkPreviews: true }]);
    expect(stage()).toBe("there");
  });

  it("any more when another device has switched them off", async () => {
    await begin();
    await write(`${HREF} `);
    core.emit({ case: "settingsChanged", value: settings(false) });
    expect(stage()).not.toBe("there");
    await composer.send();
    expect(core.called("sendMessage")[0]).not.toHaveProperty("preview");
  });
});

describe("a message with a link", () => {
  let answer: (page: unknown) => void;
  beforeEach(async () => {
    await begin();
    core.on("fetchLink", ({ what }) =>
      what === 2 ? Promise.reject(new Error("none")) : new Promise((resolve) => (answer = resolve)),
    );
  });
  const texts = () => core.called("sendMessage").map(({ text }) => text);

  it("waits for its preview", async () => {
    await write(`${HREF} `);
    void composer.send();
    await vi.advanceTimersByTimeAsync(1500);
    expect(composer.snapshot().text).toBe("");
    expect(stage()).toBe("making");
    expect(texts()).toEqual([]);
    answer(create(FetchLinkResponseSchema, {}));
    await settle();
    expect(core.called("sendMessage")).toMatchObject([{ text: HREF, preview: { title: "Five easy walks" } }]);
    expect(stage()).toBe("idle");
  });

  it("but not longer than two seconds, and what is sent meanwhile leaves after it", async () => {
    await write(`${HREF} `);
    void composer.send();
    composer.setText("second");
    void composer.send();
    await vi.advanceTimersByTimeAsync(1999);
    expect(texts()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await settle();
    expect(texts()).toEqual([HREF, "second"]);
    expect(core.called("sendMessage")[0]).not.toHaveProperty("preview");
  });

  it("leaves at once when its conversation does, and stays a draft until then", async () => {
    await write(`${HREF} `);
    void composer.send();
    composer.saveDraft();
    expect(core.called("setDraft").at(-1)).toMatchObject({ text: `${HREF} ` });
    composer.leave();
    await settle();
    expect(texts()).toEqual([HREF]);
    expect(core.called("setDraft").at(-1)).toMatchObject({ text: "" });
  });

  it("that is sent before typing has paused has none, and does not wait", async () => {
    await write(`${HREF} `, 10);
    void composer.send();
    await settle();
    expect(texts()).toEqual([HREF]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked()).toEqual([]);
  });
});
