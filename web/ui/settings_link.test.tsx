// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, HistoryScope } from "../core-client/schema";
import { DevicesViewModel, type KeptLinking } from "../view-models/devices";
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
const show = (kept: KeptLinking = {}, isFirst = true) => {
  core = settledCore();
  model = new DevicesViewModel(core, new EntityStore(core), { load: () => kept, save: () => undefined });
  render(<LinkPage model={model} isFirst={isFirst} onDone={onDone} />);
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
    expect(core.called("confirmLink")).toEqual([{ history: HistoryScope.kHistoryAll }]);
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

  it("a link that the page was opened with is shown, and opened when somebody wants that", async () => {
    show({ given: "https://kith.example/link#a" });
    screen.getByText("https://kith.example/link#a");
    expect(core.called("openLink")).toEqual([]);
    fireEvent.click(screen.getByRole("button", { name: "Continue" }));
    await screen.findByText("123 456");
    expect(core.called("openLink")).toEqual([{ link: "https://kith.example/link#a" }]);
  });

  it("another one can be read in its place", async () => {
    show({ given: "https://kith.example/link#a" });
    fireEvent.click(screen.getByRole("button", { name: "Another code" }));
    await screen.findByLabelText("Link");
    expect(core.called("openLink")).toEqual([]);
  });

  it("that was broken off by loading the page anew says what to do", () => {
    show({ comparing: true });
    screen.getByText("The page was loaded anew, and linking was broken off.", { exact: false });
  });

  it("a device that is not the first says where that is done", async () => {
    show({ given: "https://kith.example/link#a" }, false);
    await screen.findByText("Devices are linked, renamed and removed at the first one, Chrome on Linux.");
    expect(screen.queryByRole("button")).toBeNull();
  });
});
