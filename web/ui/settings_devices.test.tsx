// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { create } from "@bufbuild/protobuf";
import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DeviceNotice_Kind, ListDevicesResponseSchema } from "../core-client/schema";
import { DevicesViewModel } from "../view-models/devices";
import { EntityStore } from "../view-models/entity_store";
import { micros, NOON, state, type FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { DevicesPage } from "./settings_devices";
// Fetched when it is wanted: here at once.
import "./popup_menu";

let core: FakeCore;
let model: DevicesViewModel;
const onLink = vi.fn();

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  vi.useFakeTimers({ toFake: ["Date"], now: NOON + 2000 });
  core = settledCore();
  model = new DevicesViewModel(core, new EntityStore(core));
  await show(true);
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

async function show(firstDevice: boolean, deviceNotices: { kind: DeviceNotice_Kind; name: string }[] = []) {
  const notices = deviceNotices.map((each) => ({ ...each, deviceId: 4, timeUs: micros(NOON) }));
  render(<DevicesPage model={model} state={state({ firstDevice, deviceNotices: notices })} onLink={onLink} />);
  await screen.findByRole("list", { name: "Your devices" });
}
const rowOf = (name: string) => screen.getByText(name).closest("li") as HTMLElement;
const choose = async (name: string, item: string) => {
  fireEvent.click(screen.getByRole("button", { name: `More about ${name}` }));
  fireEvent.click(await screen.findByRole("menuitem", { name: item, hidden: true }));
};
const questionOf = (heading: string) =>
  within(screen.getByRole("heading", { name: heading, hidden: true }).closest("dialog")!);

describe("the list of one's devices", () => {
  it("says which is this one, and shows what kind each is", () => {
    within(rowOf("Chrome on Linux")).getByText("Here");
    within(rowOf("Chrome on Linux")).getByText("The first device");
    expect(screen.getAllByText("Here")).toHaveLength(1);
    const icon = (name: string) => rowOf(name).querySelector("svg")?.getAttribute("data-icon");
    expect(["Firefox on Android", "Chrome on Linux", "Terminal"].map(icon)).toEqual(["mobile", "laptop", "terminal"]);
  });

  it("says when each was last there and when it was added, as of now", async () => {
    await within(rowOf("Terminal")).findByText("Active now");
    within(rowOf("Terminal")).getByText(/^Added on Saturday at /);
    within(rowOf("Firefox on Android")).getByText(/^Last active on .*15/);
    within(rowOf("Firefox on Android")).getByText(/^Added on .*10/);
    expect(within(rowOf("Chrome on Linux")).queryByText(/Active|Last active/)).toBeNull();
    await vi.waitFor(() => expect(core.called("listDevices")).toEqual([{ askServer: false }, { askServer: true }]));
  });

  it("says nothing of when one was last there that the server never said", async () => {
    core.on("listDevices", () =>
      create(ListDevicesResponseSchema, { devices: [{ id: 4, name: "Terminal", addedUs: micros(NOON) }] }),
    );
    await act(() => model.load());
    expect(rowOf("Terminal").textContent).toMatch(/^TerminalAdded today at [^L]*$/);
  });

  it("says how far the messages from before have come, until all have", async () => {
    const list = (complete: boolean) =>
      core.on("listDevices", () =>
        create(ListDevicesResponseSchema, {
          devices: [{ id: 2, name: "Tablet", history: { total: 5000n, done: 1200n, complete } }],
        }),
      );
    list(false);
    core.emit({ case: "devicesChanged", value: {} });
    await screen.findByText("1,200 of 5,000 messages from before");
    list(true);
    core.emit({ case: "devicesChanged", value: {} });
    await vi.waitFor(() => expect(screen.queryByText(/from before/)).toBeNull());
  });

  it("removes one when one is sure, never this one", async () => {
    fireEvent.click(screen.getByRole("button", { name: "More about Chrome on Linux" }));
    await screen.findByRole("menuitem", { name: "Rename", hidden: true });
    expect(screen.queryByRole("menuitem", { name: "Remove", hidden: true })).toBeNull();
    fireEvent.keyDown(screen.getByRole("menu", { hidden: true }), { key: "Escape" });
    await choose("Terminal", "Remove");
    fireEvent.click(questionOf("Remove Terminal?").getByText("Cancel"));
    expect(core.called("removeDevice")).toEqual([]);
    await choose("Terminal", "Remove");
    fireEvent.click(questionOf("Remove Terminal?").getByText("Remove"));
    await vi.waitFor(() => expect(screen.queryByText("Terminal")).toBeNull());
    expect(core.called("removeDevice")).toEqual([{ deviceId: 4 }]);
  });

  it("calls one otherwise, and says then what it is", async () => {
    await choose("Terminal", "Rename");
    const field = screen.getByLabelText<HTMLInputElement>("Name of Terminal");
    expect(field.value).toBe("Terminal");
    fireEvent.change(field, { target: { value: " Attic " } });
    fireEvent.submit(field.closest("form") as HTMLFormElement);
    await screen.findByText("Attic");
    expect(core.called("renameDevice")).toEqual([{ deviceId: 4, name: "Attic" }]);
    within(rowOf("Attic")).getByText("Terminal");
    expect(rowOf("Attic").querySelector("svg")?.getAttribute("data-icon")).toBe("terminal");
  });

  it("leaves the name when one has thought better of it", async () => {
    await choose("Terminal", "Rename");
    fireEvent.keyDown(screen.getByLabelText("Name of Terminal"), { key: "Escape" });
    rowOf("Terminal");
    expect(core.called("renameDevice")).toEqual([]);
  });

  it("logs all others out when one is sure, and offers that only where there are some", async () => {
    fireEvent.click(screen.getByRole("button", { name: "Log out all other devices" }));
    fireEvent.click(questionOf("Log out all other devices?").getByText("Log out all"));
    await vi.waitFor(() => expect(model.snapshot().notice).toBe("All other devices are logged out."));
    expect(core.called("removeDevice")).toEqual([{ allOthers: true }]);
    expect(screen.getAllByRole("listitem")).toHaveLength(1);
    expect(screen.queryByRole("button", { name: "Log out all other devices" })).toBeNull();
  });

  it("shows what is new about them until it is left, and says that it was seen", async () => {
    cleanup();
    await show(true, [{ kind: DeviceNotice_Kind.kAdded, name: "Tablet" }]);
    expect(screen.getByRole("status").textContent).toMatch(
      /^Tablet was linked to your account today at .*first device/,
    );
    expect(core.called("seeDevices")).toHaveLength(1);
    cleanup();
    await show(true);
    expect(screen.queryByRole("status")).toBeNull();
  });

  it("says what was done, until it is left", async () => {
    cleanup();
    await act(() => model.open("kith-link:a"));
    await act(() => model.confirm());
    await show(true);
    expect(model.snapshot().notice).toBe("Firefox on Windows is linked.");
    cleanup();
    expect(model.snapshot().notice).toBe("");
  });

  it("says on a device that is not the first where devices are linked and removed", async () => {
    cleanup();
    await show(false);
    screen.getByText("Devices are linked, renamed and removed at the first one, Chrome on Linux.");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("leads to linking one more", () => {
    fireEvent.click(screen.getByRole("button", { name: "Link a device" }));
    expect(onLink).toHaveBeenCalledOnce();
  });
});
