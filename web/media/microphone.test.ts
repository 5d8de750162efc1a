// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { microphone } from "./microphone";

const stop = vi.fn();
const getUserMedia = vi.fn(async () => ({ getTracks: () => [{ stop }] }));
class NoRecorder {
  static isTypeSupported = () => true;
  constructor() {
    throw new DOMException("no such encoder", "NotSupportedError");
  }
}

beforeEach(() => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  vi.stubGlobal("MediaRecorder", NoRecorder);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  stop.mockReset();
});

it("a microphone that can't be recorded from is not left on", async () => {
  await expect(microphone.record()).rejects.toThrow("no such encoder");
  expect(stop).toHaveBeenCalledOnce();
});

it.each([
  ["NotAllowedError", "refused"],
  ["NotFoundError", "none"],
  ["NotReadableError", "failed"],
])("why there is none is told: %s", async (name, trouble) => {
  getUserMedia.mockRejectedValueOnce(new DOMException("", name));
  await expect(microphone.record()).rejects.toMatchObject({ trouble });
  expect(stop).not.toHaveBeenCalled();
});

it("a browser that records nothing has none", async () => {
  vi.stubGlobal("MediaRecorder", undefined);
  await expect(microphone.record()).rejects.toMatchObject({ trouble: "none" });
});
