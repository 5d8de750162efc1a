// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";

import { CoreFailure, Failure_Code, RequestCodeResponseSchema } from "../core-client/schema";
import { RegistrationViewModel } from "./registration";
import { FakeCore, state } from "./testing/fake_core";

let core: FakeCore;
let model: RegistrationViewModel;
const onRegistered = vi.fn();

beforeEach(() => {
  core = new FakeCore();
  onRegistered.mockClear();
  core.on("requestCode", () => create(RequestCodeResponseSchema, { digits: 6, expiresInS: 600 }));
  core.on("register", () => state());
  model = new RegistrationViewModel(core, { server: "http://localhost:8080", deviceName: "Web", onRegistered });
});

async function toName(code = "123456"): Promise<void> {
  model.setPhone("+49 170 000 0001");
  await model.next();
  model.setCode(code);
  await model.next();
  model.setName("Ana");
}

describe("registration", () => {
  it("goes from number to code to name, and registers with all of them", async () => {
    await toName();
    await model.next();
    expect(core.called("register")).toEqual([
      {
        server: "http://localhost:8080",
        phone: "+491700000001",
        code: "123456",
        name: "Ana",
        pin: "",
        deviceName: "Web",
      },
    ]);
    expect(onRegistered).toHaveBeenCalledOnce();
  });

  it("fills in the code of a development server and says so", async () => {
    core.on("requestCode", () => create(RequestCodeResponseSchema, { code: "424242", digits: 6 }));
    model.setPhone("+491700000001");
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "code", code: "424242", codeGiven: true });
  });

  it("asks for the country code before it asks the server", async () => {
    model.setPhone("0170 0000001");
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "phone", error: expect.stringContaining("country code") });
    expect(core.calls).toEqual([]);
  });

  it("asks for the PIN when the number has one, and again when it is wrong", async () => {
    core.failing("register", Failure_Code.kPinRequired);
    await toName();
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "pin", error: "" });
    core.failing("register", Failure_Code.kWrongPin);
    model.setPin("0000");
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "pin", pin: "", error: "This PIN is wrong." });
    core.on("register", () => state());
    model.setPin("2468");
    await model.next();
    expect(core.called("register").at(-1)).toMatchObject({ pin: "2468" });
    expect(onRegistered).toHaveBeenCalledOnce();
  });

  it.each([
    [Failure_Code.kWrongCode, "code"],
    [Failure_Code.kCodeExpired, "code"],
    [Failure_Code.kInvalidPhone, "phone"],
    [Failure_Code.kOffline, "name"],
    [Failure_Code.kTooManyAttempts, "name"],
    [Failure_Code.kStorage, "name"],
  ])("after failure %i stands at the step %s with words", async (code, step) => {
    core.failing("register", code, "", 40_000);
    await toName();
    await model.next();
    expect(model.snapshot()).toMatchObject({ step, busy: false });
    expect(model.snapshot().error).not.toBe("");
    expect(onRegistered).not.toHaveBeenCalled();
  });

  it("does nothing twice while it waits", async () => {
    let answer = (): void => undefined;
    core.on(
      "requestCode",
      () => new Promise((resolve) => (answer = () => resolve(create(RequestCodeResponseSchema, { digits: 6 })))),
    );
    model.setPhone("+491700000001");
    const first = model.next();
    void model.next();
    answer();
    await first;
    expect(core.called("requestCode")).toHaveLength(1);
  });

  it("says how long to wait after too many attempts", async () => {
    core.on("requestCode", () => {
      throw new CoreFailure(Failure_Code.kRateLimited, "", 40_000);
    });
    model.setPhone("+491700000001");
    await model.next();
    expect(model.snapshot().error).toContain("40 seconds");
  });
});
