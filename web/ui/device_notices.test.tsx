// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { DeviceNotice_Kind } from "../core-client/schema";
import { micros, state } from "../view-models/testing/fake_core";
import { DeviceNoticeBanner, DeviceNotices } from "./device_notices";

afterEach(cleanup);
const notice = (kind: DeviceNotice_Kind, name = "Tablet") => ({ kind, deviceId: 2, name, timeUs: micros(Date.now()) });
const stateWith = (...deviceNotices: ReturnType<typeof notice>[]) => state({ deviceNotices });

describe("what is new about one's devices", () => {
  it("stands above the conversations, the newest of it, and leads to the devices", () => {
    const onLook = vi.fn();
    const both = stateWith(notice(DeviceNotice_Kind.kEnded, "Old"), notice(DeviceNotice_Kind.kAdded));
    render(<DeviceNoticeBanner state={both} onLook={onLook} />);
    expect(screen.getByRole("status").textContent).toMatch(/^Tablet was linked to your account today at /);
    fireEvent.click(screen.getByRole("button", { name: "Look at your devices" }));
    expect(onLook).toHaveBeenCalledOnce();
  });

  it("is not there when there is nothing", () => {
    render(<DeviceNoticeBanner state={stateWith()} onLook={vi.fn()} />);
    expect(screen.queryByRole("status")).toBeNull();
  });

  it("has words for each kind, and leaves out what a later version tells", () => {
    const kinds = [DeviceNotice_Kind.kIdle, DeviceNotice_Kind.kEnded, 99 as DeviceNotice_Kind];
    render(<DeviceNotices notices={stateWith(...kinds.map((kind) => notice(kind))).deviceNotices} />);
    screen.getByText(/has not been used for long/);
    screen.getByText(/nobody had used it for 45 days/);
    expect(document.querySelectorAll("p")).toHaveLength(2);
  });
});
