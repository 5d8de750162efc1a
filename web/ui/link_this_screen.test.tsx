// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Linking_Stage } from "../core-client/schema";
import { EntityStore } from "../view-models/entity_store";
import { LinkThisViewModel } from "../view-models/link_this";
import { state, type FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { LinkThisScreen } from "./link_this_screen";

let core: FakeCore;
let model: LinkThisViewModel;
const onLeave = vi.fn();

beforeEach(async () => {
  core = settledCore();
  model = new LinkThisViewModel(core, new EntityStore(core), { server: "", deviceName: "Web", onLeave });
  render(<LinkThisScreen model={model} server="https://kith.example" />);
  await act(() => model.start());
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

const tell = (stage: Linking_Stage, fields: { code?: string; failure?: { code: Failure_Code } }) =>
  core.emit({ case: "stateChanged", value: state({ registered: false, linking: { stage, ...fields } }) });

describe("the screen of a device that is being linked", () => {
  it("shows the link as a code and as a text that can be copied", async () => {
    const writeText = vi.fn(() => Promise.resolve());
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    screen.getByRole("img", { name: "Code that links this device" });
    const { link } = model.snapshot();
    expect(screen.getByLabelText<HTMLInputElement>("No camera there? Take the link over").value).toBe(link);
    fireEvent.click(screen.getByRole("button", { name: "Copy" }));
    await screen.findByText("Copied. Give it to nobody but your own device.");
    expect(writeText).toHaveBeenCalledWith(link);
  });

  it("says so where copying is not allowed", async () => {
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: () => Promise.reject(new Error("no")) } });
    fireEvent.click(screen.getByRole("button", { name: "Copy" }));
    await screen.findByText("This browser does not allow copying here.", { exact: false });
  });

  it("shows the number once the other device has read the link, and leads those who hear the page there", () => {
    act(() => tell(Linking_Stage.kComparing, { code: "012345" }));
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "Compare this number" }));
    screen.getByText("012 345");
    expect(screen.queryByRole("img", { name: "Code that links this device" })).toBeNull();
  });

  it("that failed says why, and makes a new code", async () => {
    act(() => tell(Linking_Stage.kFailed, { failure: { code: Failure_Code.kNoSuchLink } }));
    expect(screen.getByRole("alert").textContent).toContain("has expired");
    fireEvent.click(screen.getByRole("button", { name: "Make a new code" }));
    await screen.findByRole("img", { name: "Code that links this device" });
  });

  it("can be left", () => {
    fireEvent.click(screen.getByRole("button", { name: "Back" }));
    expect(onLeave).toHaveBeenCalledOnce();
  });
});
