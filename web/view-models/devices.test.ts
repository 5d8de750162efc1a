// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";

import { CoreFailure, DeviceNoticeSchema, Failure_Code, OpenLinkResponseSchema } from "../core-client/schema";
import { HistoryScope, type Device } from "./core";
import { DevicesViewModel, noLinking, type KeptLinking } from "./devices";
import { EntityStore } from "./entity_store";
import { type FakeCore, micros, NOON, settle } from "./testing/fake_core";
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

  it("are asked about at the server too, which may be away", async () => {
    expect(core.called("listDevices")).toEqual([{ askServer: false }, { askServer: true }]);
    expect(model.snapshot().askedUs).toBe(micros(NOON));
  });

  it("can be renamed, to a name that fits", async () => {
    const device = model.snapshot().devices?.[2] as Device;
    expect(await model.rename(device, "  Terminal ")).toBe(true);
    expect(await model.rename(device, "ß".repeat(33))).toBe(false);
    expect(model.snapshot().error).toBe("This name is too long.");
    expect(core.called("renameDevice")).toEqual([]);
    expect(await model.rename(device, "ß".repeat(32))).toBe(true);
    expect(names()).toContain("ß".repeat(32));
  });

  it("can all be logged out at once, but for this one", async () => {
    expect(await model.removeOthers()).toBe(true);
    expect(core.called("removeDevice")).toEqual([{ allOthers: true }]);
    expect(names()).toEqual(["Chrome on Linux"]);
    core.failing("removeDevice", Failure_Code.kNotFirstDevice);
    expect(await model.removeOthers()).toBe(false);
    expect(model.snapshot().error).toBe("Only your first device can do this.");
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
    model.setHistory(HistoryScope.kHistoryYear);
    expect(await model.confirm()).toBe(true);
    expect(core.called("confirmLink")).toEqual([{ history: HistoryScope.kHistoryYear }]);
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

describe("what is kept of linking beside the page", () => {
  let kept: KeptLinking;
  const made = () =>
    new DevicesViewModel(core, new EntityStore(core), { load: () => kept, save: (now) => void (kept = now) });

  it("has the link that the page was opened with, until that is opened or left", async () => {
    kept = { given: "https://kith.example/link#a" };
    const first = made();
    expect(first.snapshot().given).toBe("https://kith.example/link#a");
    first.cancel();
    expect([first.snapshot().given, kept]).toEqual(["", {}]);
    kept = { given: "https://kith.example/link#a" };
    const second = made();
    await second.open(second.snapshot().given);
    expect(second.snapshot()).toMatchObject({ given: "", found: { code: "123456" } });
    expect(kept).toEqual({ comparing: true });
  });

  it("tells a page that was loaded anew that comparing was broken off, until it is begun again", async () => {
    kept = {};
    await made().open("kith-link:a");
    const anew = made();
    expect(anew.snapshot().interrupted).toBe(true);
    await anew.open("kith-link:b");
    expect(anew.snapshot().interrupted).toBe(false);
    await anew.confirm();
    expect(kept).toEqual({});
    expect(made().snapshot().interrupted).toBe(false);
  });

  it("forgets what failed", async () => {
    kept = {};
    const first = made();
    await first.open("kith-link:a");
    core.failing("confirmLink", Failure_Code.kOffline);
    await first.confirm();
    expect(made().snapshot().interrupted).toBe(false);
  });
});

describe("a page of linking that is left", () => {
  const told: string[] = [];
  /** What the core is asked waits until the test answers. */
  function hold(name: "openLink" | "confirmLink" | "removeDevice") {
    let answer = (_: unknown) => undefined as void;
    let refuse = (_: unknown) => undefined as void;
    core.on(name, () => new Promise((resolve, reject) => ((answer = resolve), (refuse = reject))));
    return {
      answer: (with_: unknown) => answer(with_),
      refuse: (code: Failure_Code) => refuse(new CoreFailure(code, "")),
    };
  }
  const linking = { deviceName: "Firefox on Windows", code: "123456" };

  beforeEach(() => {
    told.length = 0;
    model = new DevicesViewModel(core, new EntityStore(core), noLinking, (words) => told.push(words));
  });

  it("ends what is being opened, and nothing of it is said or left over afterwards", async () => {
    for (const end of ["answer", "refuse"] as const) {
      const held = hold("openLink");
      const opening = model.open("kith-link:a");
      model.leaveLinking();
      if (end === "answer") held.answer(create(OpenLinkResponseSchema, linking));
      else held.refuse(Failure_Code.kNoSuchLink);
      await opening;
      expect(model.snapshot()).toMatchObject({ found: undefined, error: "", busy: false, interrupted: false });
    }
    expect(core.called("cancelLinking")).toHaveLength(2);
    expect(told).toEqual([]);
  });

  it("goes on with what was agreed to, and says elsewhere what came of it", async () => {
    const outcomes = [
      [(held: ReturnType<typeof hold>) => held.answer(undefined), "Firefox on Windows is linked."],
      [(held: ReturnType<typeof hold>) => held.refuse(Failure_Code.kOffline), "The server can't be reached."],
    ] as const;
    for (const [end, words] of outcomes) {
      await model.open("kith-link:a");
      const held = hold("confirmLink");
      const confirming = model.confirm();
      expect(await model.confirm()).toBe(false);
      model.leaveLinking();
      expect(core.called("cancelLinking")).toEqual([]);
      expect(model.snapshot()).toMatchObject({ found: linkingShown, confirming: true });
      end(held);
      await confirming;
      expect(model.snapshot()).toMatchObject({
        found: undefined,
        confirming: false,
        busy: false,
        error: "",
        notice: "",
      });
      expect(told.pop()).toContain(words);
      core.on("openLink", () => create(OpenLinkResponseSchema, linking));
    }
    expect(core.called("confirmLink")).toHaveLength(2);
  });
  const linkingShown = { name: linking.deviceName, code: linking.code };

  it("leads to the list, which says what was linked", async () => {
    await model.open("kith-link:a");
    await model.confirm();
    model.leaveLinking();
    expect(model.snapshot().notice).toBe("Firefox on Windows is linked.");
    model.forgetSaid();
    expect(model.snapshot().notice).toBe("");
  });

  it("says what came of something else elsewhere, too", async () => {
    await model.load();
    const held = hold("removeDevice");
    const removing = model.remove(model.snapshot().devices?.[2] as Device);
    model.forgetSaid();
    held.refuse(Failure_Code.kOffline);
    expect(await removing).toBe(false);
    expect(model.snapshot()).toMatchObject({ error: "", busy: false });
    expect(told).toHaveLength(1);
  });

  it("says nothing any more of a list that could not be had", async () => {
    core.failing("listDevices", Failure_Code.kOffline);
    const loading = model.load();
    model.forgetSaid();
    await loading;
    expect([model.snapshot().error, told]).toEqual(["", []]);
  });
});

describe("a notice about a device", () => {
  const notice = (deviceId: number, ms: number) =>
    create(DeviceNoticeSchema, { kind: 1, deviceId, name: "Tablet", timeUs: micros(ms) });

  it("is seen once, however often the state says it", async () => {
    await model.see([notice(4, NOON)]);
    await model.see([notice(4, NOON)]);
    expect(model.snapshot().told).toHaveLength(1);
    expect(core.called("seeDevices")).toHaveLength(1);
    await model.see([notice(4, NOON), notice(5, NOON), notice(4, NOON + 1)]);
    expect(model.snapshot().told.map(({ deviceId }) => deviceId)).toEqual([4, 5, 4]);
    model.forgetTold();
    expect(model.snapshot().told).toEqual([]);
  });
});
