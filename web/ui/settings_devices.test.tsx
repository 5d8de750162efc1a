// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { DevicesViewModel } from "../view-models/devices";
import { EntityStore } from "../view-models/entity_store";
import type { FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { DevicesPage } from "./settings_devices";

let core: FakeCore;
let model: DevicesViewModel;
const onLink = vi.fn();

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  core = settledCore();
  model = new DevicesViewModel(core, new EntityStore(core));
  await show(true);
});
afterEach(cleanup);

async function show(isFirst: boolean): Promise<void> {
  render(<DevicesPage model={model} isFirst={isFirst} onLink={onLink} />);
  await screen.findByRole("list", { name: "Your devices" });
}
const rowOf = (name: string) => screen.getByText(name).closest("li") as HTMLElement;

describe("the list of one's devices", () => {
  it("says which is this one, and shows what kind each is", () => {
    within(rowOf("Chrome on Linux")).getByText("This device");
    const icon = (name: string) => rowOf(name).querySelector("svg")?.getAttribute("data-icon");
    expect(["Firefox on Android", "Chrome on Linux", "Terminal"].map(icon)).toEqual(["mobile", "laptop", "terminal"]);
  });

  it("removes one when one is sure, never this one", async () => {
    expect(screen.getAllByRole("button", { name: /^Remove/ })).toHaveLength(2);
    fireEvent.click(screen.getByRole("button", { name: "Remove Terminal" }));
    const question = within(screen.getByRole("heading", { name: "Remove Terminal?", hidden: true }).closest("dialog")!);
    fireEvent.click(question.getByText("Cancel"));
    expect(core.called("removeDevice")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Remove Terminal" }));
    const again = within(screen.getByRole("heading", { name: "Remove Terminal?", hidden: true }).closest("dialog")!);
    fireEvent.click(again.getByText("Remove"));
    await vi.waitFor(() => expect(screen.queryByText("Terminal")).toBeNull());
    expect(core.called("removeDevice")).toEqual([{ deviceId: 4 }]);
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
    screen.getByText("Devices are linked and removed at the first one.");
    expect(screen.queryByRole("button")).toBeNull();
  });

  it("leads to linking one more", () => {
    fireEvent.click(screen.getByRole("button", { name: "Link a device" }));
    expect(onLink).toHaveBeenCalledOnce();
  });
});
