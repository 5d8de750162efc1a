// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";

import { ProfileSchema, SettingsSchema } from "../core-client/schema";
import { SettingsViewModel } from "./settings";
import { EntityStore } from "./entity_store";
import type { Looked, MediaPort } from "./media_port";
import { noMedia } from "./no_media";
import { ANA, FakeCore, state } from "./testing/fake_core";

let core: FakeCore;
let model: SettingsViewModel;

beforeEach(() => {
  core = new FakeCore();
  core.on("getProfile", () => create(ProfileSchema, { name: "Ana" }));
  core.on("getSettings", () => create(SettingsSchema, {}));
  model = new SettingsViewModel(core, new EntityStore(core));
});

describe("a registration PIN [F36]", () => {
  it("is taken when both times the same was typed", async () => {
    expect(await model.setPin("4711", "4711")).toBe(true);
    expect(core.called("setPin")).toEqual([{ pin: "4711" }]);
    expect(model.snapshot()).toMatchObject({ pinError: "", notice: "The PIN is set." });
  });

  it.each([
    ["123", "123", "4 to 64"],
    ["x".repeat(65), "x".repeat(65), "4 to 64"],
    ["4711", "4712", "not the same"],
    ["", "", "4 to 64"],
  ])("%s and %s are refused with words", async (pin, again, words) => {
    expect(await model.setPin(pin, again)).toBe(false);
    expect(core.called("setPin")).toEqual([]);
    expect(model.snapshot().pinError).toContain(words);
  });

  it("is removed only by asking for that", async () => {
    await model.removePin();
    expect(core.called("setPin")).toEqual([{ pin: "" }]);
  });
});

describe("a profile photo [F34]", () => {
  const looked = (kind: Looked["kind"]): Looked => ({
    kind,
    type: "image/jpeg",
    width: 4000,
    height: 3000,
    durationMs: 0,
    trouble: "",
  });
  const cut = { x: 0.1, y: 0, width: 0.75, height: 1 };
  const file = new File(["a picture"], "me.jpg");
  let kind: Looked["kind"];
  const made: unknown[] = [];

  beforeEach(() => {
    kind = "picture";
    made.length = 0;
    const workshop = {
      look: async () => looked(kind),
      preview: async () => "blob:preview",
      preparePhoto: async (...what: unknown[]) => {
        made.push(what);
        return new Blob(["small"]);
      },
    };
    const media = { ...noMedia, files: core.files, workshop: async () => workshop } as unknown as MediaPort;
    core.on("setProfile", ({ photo }: { photo?: object }) =>
      create(ProfileSchema, { name: "Ana", photo: photo === undefined ? "" : "p1" }),
    );
    model = new SettingsViewModel(core, new EntityStore(core), undefined, async () => media);
  });

  it("is cut, sealed and set", async () => {
    expect(await model.photo.look(file)).toBe("blob:preview");
    expect(await model.photo.set(file, cut)).toBe(true);
    expect(made).toEqual([[file, looked("picture"), cut]]);
    expect(core.called("setProfile")).toMatchObject([{ photo: { size: 5n } }]);
    expect(model.snapshot().profile?.photo).toBe("p1");
    expect(await model.photo.remove()).toBe(true);
    expect(core.called("setProfile").at(-1)).toEqual({ removePhoto: true });
    expect(model.snapshot().profile?.photo).toBe("");
  });

  it("is no film, and no file that can't be read, in words", async () => {
    kind = "video";
    expect(await model.photo.look(file)).toBe("");
    expect(model.snapshot().error).toContain("no picture");
    kind = "picture";
    core.files.refusal = new Error("what browsers say");
    expect(await model.photo.set(file, cut)).toBe(false);
    expect(model.snapshot().error).toContain("could not be made");
    expect(core.called("setProfile")).toEqual([]);
  });

  it("that another device has set is shown as set", async () => {
    await model.load();
    core.emit({ case: "stateChanged", value: state({ accountId: ANA, photo: "p2" }) });
    expect(model.snapshot().profile?.photo).toBe("p2");
  });
});
