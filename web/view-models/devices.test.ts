// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it } from "vitest";

import { Failure_Code } from "../core-client/schema";
import type { Device } from "./core";
import { DevicesViewModel } from "./devices";
import { EntityStore } from "./entity_store";
import { type FakeCore, settle } from "./testing/fake_core";
import { settledCore } from "./testing/settled_core";

let core: FakeCore;
let model: DevicesViewModel;
const names = () => model.snapshot().devices?.map(({ name }) => name);

beforeEach(async () => {
  core = settledCore();
  model = new DevicesViewModel(core, new EntityStore(core));
  await model.load();
});

describe("one's own devices", () => {
  it("are listed, and again when there is one more or less", async () => {
    expect(names()).toEqual(["Chrome on Linux", "Firefox on Android", "Terminal"]);
    await core.call("removeDevice", { deviceId: 4 });
    core.emit({ case: "devicesChanged", value: {} });
    await settle();
    expect(names()).toEqual(["Chrome on Linux", "Firefox on Android"]);
  });

  it("can be removed", async () => {
    await model.remove(model.snapshot().devices?.[2] as Device);
    expect(core.called("removeDevice")).toEqual([{ deviceId: 4 }]);
    expect(model.snapshot().notice).toBe("Terminal is removed.");
    expect(names()).not.toContain("Terminal");
  });

  it("that can't be removed stay, and it is said why", async () => {
    core.failing("removeDevice", Failure_Code.kOffline);
    await model.remove(model.snapshot().devices?.[2] as Device);
    expect(model.snapshot().error).toContain("can't be reached");
    expect(names()).toContain("Terminal");
  });
});

describe("linking one more device", () => {
  it("asks for the number that it shows, and has it in the list once that was said to be the same", async () => {
    await model.open(" kith-link:a\n");
    expect(core.called("openLink")).toEqual([{ link: "kith-link:a" }]);
    expect(model.snapshot().found).toEqual({ name: "Firefox on Windows", code: "123456" });
    expect(core.called("confirmLink")).toEqual([]);
    expect(await model.confirm()).toBe(true);
    expect(model.snapshot()).toMatchObject({ found: undefined, notice: "Firefox on Windows is linked." });
    expect(names()).toContain("Firefox on Windows");
  });

  it("ends without it when the number is another one, or somebody leaves", async () => {
    await model.open("kith-link:a");
    model.cancel();
    expect(core.called("cancelLinking")).toHaveLength(1);
    expect(model.snapshot().found).toBeUndefined();
    model.cancel();
    expect(core.called("cancelLinking")).toHaveLength(1);
  });

  it("says why a link is of no use, and asks nobody for none", async () => {
    await model.open("  ");
    expect(model.snapshot().error).toBe("Paste the link that the other device shows.");
    expect(core.called("openLink")).toEqual([]);
    core.failing("openLink", Failure_Code.kInvalidArgument);
    await model.open("https://kith.example");
    expect(model.snapshot()).toMatchObject({ found: undefined, busy: false });
    expect(model.snapshot().error).not.toBe("");
  });

  it("that fails at the end is to be begun anew", async () => {
    await model.open("kith-link:a");
    core.failing("confirmLink", Failure_Code.kOffline);
    expect(await model.confirm()).toBe(false);
    expect(model.snapshot().found).toBeUndefined();
    expect(model.snapshot().error).not.toBe("");
  });
});
