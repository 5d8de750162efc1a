// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Linking_Stage, StartLinkingResponseSchema } from "../core-client/schema";
import { EntityStore } from "./entity_store";
import { codeGroups, LinkThisViewModel } from "./link_this";
import { FakeCore, settle, state } from "./testing/fake_core";

let core: FakeCore;
let model: LinkThisViewModel;
const onLeave = vi.fn();

beforeEach(() => {
  core = new FakeCore();
  core.on("startLinking", () => create(StartLinkingResponseSchema, { link: "kith-link:a" }));
  model = new LinkThisViewModel(core, new EntityStore(core), {
    server: "https://kith.example",
    deviceName: "Web",
    onLeave,
  });
});
const tell = (stage: Linking_Stage, fields: { code?: string; failure?: { code: Failure_Code } } = {}) =>
  core.emit({
    case: "stateChanged",
    value: state({ registered: false, linking: { stage, link: "kith-link:a", ...fields } }),
  });

describe("a device that is being linked", () => {
  it("shows its link, then the number to compare", async () => {
    expect(model.snapshot().phase).toBe("starting");
    await model.start();
    expect(core.called("startLinking")).toEqual([{ server: "https://kith.example", deviceName: "Web" }]);
    expect(model.snapshot()).toMatchObject({ phase: "waiting", link: "kith-link:a" });
    tell(Linking_Stage.kWaiting);
    expect(model.snapshot()).toMatchObject({ phase: "waiting", link: "kith-link:a" });
    tell(Linking_Stage.kComparing, { code: "012345" });
    expect(model.snapshot()).toMatchObject({ phase: "comparing", code: "012345" });
    tell(Linking_Stage.kFinishing);
    expect(model.snapshot().phase).toBe("finishing");
  });

  it("says why it was not linked, and makes a new link when somebody wants that", async () => {
    await model.start();
    tell(Linking_Stage.kFailed, { failure: { code: Failure_Code.kNoSuchLink } });
    expect(model.snapshot().phase).toBe("failed");
    expect(model.snapshot().error).toContain("has expired");
    await model.start();
    expect(model.snapshot()).toMatchObject({ phase: "waiting", error: "" });
    core.failing("startLinking", Failure_Code.kRateLimited);
    await model.start();
    expect(model.snapshot().phase).toBe("failed");
  });

  it("takes its link back when somebody leaves", async () => {
    await model.start();
    model.leave();
    await settle();
    expect(core.called("cancelLinking")).toHaveLength(1);
    expect(onLeave).toHaveBeenCalledOnce();
  });

  it("goes on after the page was loaded anew with what another tab does, else with another code", async () => {
    await model.resume(state({ linking: { stage: Linking_Stage.kComparing, code: "012345" } }).linking);
    expect(model.snapshot()).toMatchObject({ phase: "comparing", code: "012345", anew: false });
    expect(core.called("startLinking")).toEqual([]);
    await model.resume(undefined);
    expect(model.snapshot()).toMatchObject({ phase: "waiting", anew: true });
    await model.start();
    expect(model.snapshot().anew).toBe(false);
  });
});

it("the number is read in two halves", () => {
  expect(codeGroups("012345")).toBe("012 345");
});
