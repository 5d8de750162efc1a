// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { DevicesViewModel } from "../view-models/devices";
import { EntityStore } from "../view-models/entity_store";
import type { FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import LinkPage from "./settings_link";

let core: FakeCore;
let model: DevicesViewModel;
const onDone = vi.fn();
const noCamera = (name: string) =>
  vi.stubGlobal("navigator", {
    ...navigator,
    mediaDevices: { getUserMedia: () => Promise.reject(new DOMException("no", name)) },
  });
const show = () => {
  core = settledCore();
  model = new DevicesViewModel(core, new EntityStore(core));
  render(<LinkPage model={model} onDone={onDone} />);
};
const paste = (link: string) => {
  fireEvent.change(screen.getByLabelText("Link"), { target: { value: link } });
  fireEvent.submit(screen.getByLabelText("Link").closest("form") as HTMLFormElement);
};

beforeEach(() => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  onDone.mockClear();
  noCamera("NotFoundError");
});
afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});

describe("where a device is linked", () => {
  it.each([
    ["NotFoundError", "There is no camera here."],
    ["NotAllowedError", "doesn't let Kith use the camera"],
    ["NotReadableError", "can't be used now"],
  ])("a camera that answers %s leaves the field, and it is said why", async (name, words) => {
    noCamera(name);
    show();
    await screen.findByText(words, { exact: false });
    screen.getByLabelText("Link");
  });

  it("a page that may have no camera says that there is none", async () => {
    vi.stubGlobal("navigator", { ...navigator, mediaDevices: undefined });
    show();
    await screen.findByText("There is no camera here.", { exact: false });
  });

  it("what was pasted leads to the number, and that to the device", async () => {
    show();
    paste("kith-link:a");
    const question = await screen.findByRole("heading", { name: "Does Firefox on Windows show this number?" });
    expect(document.activeElement).toBe(question);
    screen.getByText("123 456");
    fireEvent.click(screen.getByRole("button", { name: "Yes, link it" }));
    await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
    expect(core.called("confirmLink")).toHaveLength(1);
  });

  it("another number ends it, and so does leaving", async () => {
    show();
    paste("kith-link:a");
    fireEvent.click(await screen.findByRole("button", { name: "It shows another" }));
    await screen.findByLabelText("Link");
    expect(core.called("cancelLinking")).toHaveLength(1);
    paste("kith-link:a");
    await screen.findByText("123 456");
    cleanup();
    expect(core.called("cancelLinking")).toHaveLength(2);
    expect(core.called("confirmLink")).toEqual([]);
  });

  it("the camera is off after what can't be used, until somebody looks again", async () => {
    show();
    core.failing("openLink", Failure_Code.kInvalidArgument);
    paste("https://kith.example");
    fireEvent.click(await screen.findByRole("button", { name: "Look again" }));
    await screen.findByText("There is no camera here.", { exact: false });
  });
});
