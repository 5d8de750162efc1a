// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { create } from "@bufbuild/protobuf";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { Failure_Code, RequestCodeResponseSchema } from "../core-client/schema";
import { HANDLE_BYTES_MAX } from "../view-models/core";
import { RegistrationViewModel } from "../view-models/registration";
import { FakeCore } from "../view-models/testing/fake_core";
import { RegistrationScreen } from "./registration_screen";

const SERVER = "https://kith.example:8443";

/** The screen after a code was asked for, which the server answers with, or keeps for whoever runs it. */
async function askForCode(code: string, core = new FakeCore()): Promise<void> {
  core.on("requestCode", () => create(RequestCodeResponseSchema, { code, digits: 6, expiresInS: 600 }));
  const options = { server: SERVER, deviceName: "Web", onRegistered: () => undefined };
  render(<RegistrationScreen model={new RegistrationViewModel(core, options)} server={SERVER} profile="" />);
  fireEvent.change(screen.getByLabelText("Phone number"), { target: { value: "+491700000001" } });
  fireEvent.submit(screen.getByRole("button", { name: "Continue" }).closest("form") as HTMLFormElement);
  await screen.findByLabelText("Code, 6 digits");
}

afterEach(cleanup);

describe("the screen that takes the number", () => {
  it("says why what was on this device is gone", () => {
    const options = { server: SERVER, deviceName: "Web", removed: true, onRegistered: () => undefined };
    render(
      <RegistrationScreen model={new RegistrationViewModel(new FakeCore(), options)} server={SERVER} profile="" />,
    );
    screen.getByText("This device was removed", { exact: false });
  });

  it("takes one of which nothing is lost, however it is written", async () => {
    const pasted = "tel:+49-(0)-170-000-00-01";
    expect(pasted).toHaveLength(25);
    const core = new FakeCore();
    core.on("requestCode", () => create(RequestCodeResponseSchema, { digits: 6, expiresInS: 600 }));
    const options = { server: SERVER, deviceName: "Web", onRegistered: () => undefined };
    render(<RegistrationScreen model={new RegistrationViewModel(core, options)} server={SERVER} profile="" />);
    const field = screen.getByLabelText("Phone number") as HTMLInputElement;
    expect(field.maxLength, "what is pasted is cut to it").toBe(HANDLE_BYTES_MAX);
    fireEvent.change(field, { target: { value: pasted } });
    fireEvent.submit(field.form as HTMLFormElement);
    await screen.findByLabelText("Code, 6 digits");
    expect(core.called("requestCode")).toMatchObject([{ handle: pasted }]);
  });
});

describe("the screen that takes an e-mail address", () => {
  const show = (core: FakeCore) => {
    const options = { server: SERVER, deviceName: "Web", onRegistered: () => undefined };
    render(<RegistrationScreen model={new RegistrationViewModel(core, options)} server={SERVER} profile="" />);
    fireEvent.change(screen.getByLabelText("Phone number"), { target: { value: "+491700000001" } });
    fireEvent.click(screen.getByRole("button", { name: "Use an e-mail address" }));
    return screen.getByLabelText("E-mail address") as HTMLInputElement;
  };

  it("asks for a code for it", async () => {
    const core = new FakeCore();
    core.on("requestCode", () => create(RequestCodeResponseSchema, { digits: 6, expiresInS: 600 }));
    const field = show(core);
    expect(field.value, "a number is no address").toBe("");
    expect(document.activeElement).toBe(field);
    fireEvent.change(field, { target: { value: " ana@example.org" } });
    fireEvent.submit(field.form as HTMLFormElement);
    await screen.findByLabelText("Code, 6 digits");
    expect(core.called("requestCode")).toMatchObject([{ handle: "ana@example.org" }]);
    screen.getByText("has the code for ana@example.org", { exact: false });
  });

  it("says what is wrong with one, in words of its own", async () => {
    const core = new FakeCore();
    core.failing("requestCode", Failure_Code.kInvalidHandle);
    const field = show(core);
    fireEvent.submit(field.form as HTMLFormElement);
    screen.getByText("Type an e-mail address.");
    fireEvent.change(field, { target: { value: "ana@example" } });
    fireEvent.submit(field.form as HTMLFormElement);
    await screen.findByText("This isn't an e-mail address. One looks like ana@example.org.");
    fireEvent.click(screen.getByRole("button", { name: "Use a phone number" }));
    expect((screen.getByLabelText("Phone number") as HTMLInputElement).value).toBe("");
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("the screen that takes the code", () => {
  it("says who has the code: whoever runs the server; it was sent nowhere", async () => {
    await askForCode("");
    expect(
      screen.getByText("Whoever runs kith.example:8443 has the code for +49 170 000 0001. Ask them for it."),
    ).toBeTruthy();
    expect(screen.queryByText(/sent/)).toBeNull();
  });

  it("of a development server says that it shows the code instead", async () => {
    await askForCode("123456");
    expect(screen.getByText(/This is a development server/)).toBeTruthy();
    expect(screen.queryByText(/Ask them/)).toBeNull();
    expect((screen.getByLabelText("Code, 6 digits") as HTMLInputElement).value).toBe("123456");
  });

  it("of a number with a PIN leads to the one that says what to do when it is forgotten", async () => {
    const core = new FakeCore();
    core.failing("register", Failure_Code.kPinRequired);
    await askForCode("", core);
    fireEvent.change(screen.getByLabelText("Code, 6 digits"), { target: { value: "111111" } });
    await screen.findByLabelText("Registration PIN");
    expect(screen.getByText(/Forgotten\? A PIN can't be reset/).textContent).toContain("Without the PIN");
  });
});
