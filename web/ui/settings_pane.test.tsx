// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code } from "../core-client/schema";
import { DevicesViewModel } from "../view-models/devices";
import { EntityStore } from "../view-models/entity_store";
import type { NotificationsViewModel } from "../view-models/notifications";
import type { SettingsSection } from "../view-models/route";
import { SettingsViewModel } from "../view-models/settings";
import { state, type FakeCore } from "../view-models/testing/fake_core";
import { settledCore } from "../view-models/testing/settled_core";
import { SettingsPane } from "./settings_pane";

let core: FakeCore;
let settings: SettingsViewModel;
let devices: DevicesViewModel;
let show: (section: SettingsSection | "") => Promise<void>;

beforeEach(async () => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  core = settledCore();
  const store = new EntityStore(core);
  settings = new SettingsViewModel(core, store);
  devices = new DevicesViewModel(core, store);
  await settings.load();
  const pane = (section: SettingsSection | "") => (
    <SettingsPane
      model={settings}
      devices={devices}
      notifications={{} as NotificationsViewModel}
      state={state()}
      profile=""
      section={section}
      onSection={() => undefined}
      onMessage={() => undefined}
      onBack={() => undefined}
    />
  );
  const { rerender } = render(pane("profile"));
  show = (section) => act(async () => rerender(pane(section)));
});
afterEach(cleanup);

const alert = () => screen.queryByRole("alert")?.textContent;

describe("what went wrong on one page of the settings", () => {
  it("is said there, and neither on another one nor when it is opened again", async () => {
    core.failing("setProfile", Failure_Code.kOffline);
    await act(() => settings.setName("Ana Maria"));
    expect(alert()).toContain("can't be reached");
    await show("devices");
    expect(alert()).toBeUndefined();
    await show("profile");
    expect(alert()).toBeUndefined();
  });

  it("while another one is shown is not said on that", async () => {
    core.failing("renameDevice", Failure_Code.kOffline);
    await show("devices");
    await act(() => devices.load());
    const device = devices.snapshot().devices?.[1];
    await show("privacy");
    await act(() => devices.rename(device!, "Tablet"));
    expect(devices.snapshot().error).not.toBe("");
    expect(alert()).toBeUndefined();
  });
});
