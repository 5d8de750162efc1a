// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";

import { ProfileSchema, SettingsSchema } from "../core-client/schema";
import { SettingsViewModel } from "./settings";
import { EntityStore } from "./entity_store";
import { FakeCore } from "./testing/fake_core";

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
