// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";
import { create } from "@bufbuild/protobuf";

import { CoreFailure, Failure_Code, Handle_Kind, HandleSchema, RequestCodeResponseSchema } from "../core-client/schema";
import { hasName, RegistrationViewModel, type AskedCode } from "./registration";
import { FakeCore, settle, state } from "./testing/fake_core";

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

async function toCode(): Promise<void> {
  model.setHandle("+49 170 000 0001");
  await model.next();
}

async function typeCode(code = "123456"): Promise<void> {
  await toCode();
  model.setCode(code);
  await settle();
}

describe("whether somebody has said their name", () => {
  const email = create(HandleSchema, { kind: Handle_Kind.kEmail, text: "ana@example.org" });

  it("is not when it is what they registered with", () => {
    expect(hasName(state({ name: "+49 170 000 0001", handles: [] }))).toBe(false);
    expect(hasName(state({ name: "Ana@Example.org", handles: [email] }))).toBe(false);
    expect(hasName(state({ name: "", handles: [email] }))).toBe(false);
    expect(hasName(state({ name: "Ana", handles: [email] }))).toBe(true);
    expect(hasName(state({ name: "ben@example.org", handles: [email] }))).toBe(true);
  });
});

describe("a code that was asked for", () => {
  let kept: AskedCode | undefined;
  const asked = { load: () => kept, save: (now: AskedCode | undefined) => void (kept = now) };
  const openAgain = () => {
    model = new RegistrationViewModel(core, {
      server: "http://localhost:8080",
      deviceName: "Web",
      asked,
      onRegistered,
    });
  };

  beforeEach(() => {
    kept = undefined;
    openAgain();
  });

  it("is asked for again by its field, not by a new code, when the page was closed meanwhile", async () => {
    await toCode();
    openAgain();
    expect(model.snapshot()).toMatchObject({ step: "code", handle: "+49 170 000 0001", digits: 6, codeGiven: false });
    model.setCode("323841");
    await settle();
    expect(core.called("requestCode")).toHaveLength(1);
    expect(core.called("register")).toMatchObject([{ handle: "+49 170 000 0001", code: "323841" }]);
    expect(kept).toBeUndefined();
  });

  it("is forgotten when it has expired, and when somebody goes back to the number", async () => {
    await toCode();
    kept = { ...(kept as unknown as AskedCode), expiresAt: Date.now() - 1 };
    openAgain();
    expect(model.snapshot()).toMatchObject({ step: "handle", handle: "" });
    await toCode();
    model.back();
    openAgain();
    expect(model.snapshot().step).toBe("handle");
  });

  it("can be typed without asking for another", async () => {
    model.haveCode();
    expect(model.snapshot()).toMatchObject({ step: "handle", error: "Type a phone number." });
    model.setHandle("+49 170 000 0001");
    model.haveCode();
    expect(model.snapshot()).toMatchObject({ step: "code", code: "" });
    expect(core.called("requestCode")).toEqual([]);
  });
});

describe("registration", () => {
  it("goes from number to code, which registers, to the name", async () => {
    await typeCode();
    expect(core.called("register")).toEqual([
      {
        server: "http://localhost:8080",
        handle: "+49 170 000 0001",
        code: "123456",
        name: "+49 170 000 0001",
        pin: "",
        deviceName: "Web",
      },
    ]);
    expect(model.snapshot()).toMatchObject({ step: "name", busy: false });
    expect(onRegistered).not.toHaveBeenCalled();
    model.setName(" Ana ");
    await model.next();
    expect(core.called("setProfile")).toEqual([{ name: "Ana" }]);
    expect(onRegistered).toHaveBeenCalledOnce();
  });

  it.each(["323 841", "323-841", " 323841\n", "3 2 3 8 4 1"])("takes the code %j, and tries it once", async (typed) => {
    await typeCode(typed);
    expect(core.called("register")).toMatchObject([{ code: "323841" }]);
  });

  it.each(["３２３８４１", "٣٢٣ ٨٤١", "𝟑𝟐𝟑𝟖𝟒𝟏"])(
    "leaves the digits of %j to the core, which reads them",
    async (typed) => {
      await typeCode(typed);
      expect(core.called("register")).toMatchObject([{ code: typed.replace(" ", "") }]);
      await typeCode("٣٢٣٨٤");
      expect(core.called("register")).toHaveLength(1);
    },
  );

  it("tries no code that is not whole, and says what is missing when asked to go on", async () => {
    await typeCode("32384");
    expect(core.called("register")).toEqual([]);
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "code", error: "The code has 6 digits." });
  });

  it("asks only for the name when that is all that is missing", () => {
    const { server, deviceName } = { server: "", deviceName: "" };
    model = new RegistrationViewModel(core, { server, deviceName, registered: true, onRegistered });
    expect(model.snapshot().step).toBe("name");
    model.back();
    expect(model.snapshot().step).toBe("name");
  });

  it("fills in the code of a development server and says so", async () => {
    core.on("requestCode", () => create(RequestCodeResponseSchema, { code: "424242", digits: 6 }));
    model.setHandle("+491700000001");
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "code", code: "424242", codeGiven: true });
  });

  it("says so of a development server when the code was typed wrong, and tries the next one at once", async () => {
    core.on("requestCode", () => create(RequestCodeResponseSchema, { code: "424242", digits: 6 }));
    model.setHandle("+491700000001");
    await model.next();
    model.setCode("000000");
    expect(core.called("register")).toEqual([]);
    core.failing("register", Failure_Code.kWrongCode);
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "code", code: "", codeGiven: true });
    core.on("register", () => state());
    model.setCode("424 242");
    await settle();
    expect(model.snapshot().step).toBe("name");
  });

  it("asks for the country code where the core does not know the number without it", async () => {
    core.failing("requestCode", Failure_Code.kInvalidHandle, "phone");
    model.setHandle("0170 0000001");
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "handle", error: expect.stringContaining("country code") });
  });

  it("asks for the PIN when the number has one, and again when it is wrong", async () => {
    core.failing("register", Failure_Code.kPinRequired);
    await typeCode();
    expect(model.snapshot()).toMatchObject({ step: "pin", error: "" });
    core.failing("register", Failure_Code.kWrongPin);
    model.setPin("0000");
    await model.next();
    expect(model.snapshot()).toMatchObject({ step: "pin", pin: "", error: "This PIN is wrong." });
    core.on("register", () => state());
    model.setPin("2468");
    await model.next();
    expect(core.called("register").at(-1)).toMatchObject({ pin: "2468" });
    expect(model.snapshot().step).toBe("name");
  });

  it.each([
    [Failure_Code.kWrongCode, "code"],
    [Failure_Code.kCodeExpired, "code"],
    [Failure_Code.kInvalidHandle, "handle"],
    [Failure_Code.kOffline, "code"],
    [Failure_Code.kTooManyAttempts, "code"],
    [Failure_Code.kStorage, "code"],
  ])("after failure %i stands at the step %s with words", async (code, step) => {
    core.failing("register", code, "", 40_000);
    await typeCode();
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
    model.setHandle("+491700000001");
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
    model.setHandle("+491700000001");
    await model.next();
    expect(model.snapshot().error).toContain("40 seconds");
  });
});
