// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, it, vi } from "vitest";

import { FakeFiles } from "../view-models/testing/fake_files";
import { pageMedia } from "./page_media";

const opened = vi.hoisted(() => vi.fn<() => object>());
vi.mock("./workshop", () => ({ workshop: opened }));

it("has one workshop, whoever makes something, and tries again when there was none", async () => {
  opened.mockImplementation(() => ({}));
  opened.mockImplementationOnce(() => {
    throw new TypeError("Failed to fetch dynamically imported module");
  });
  const { workshop } = pageMedia(new FakeFiles());
  await expect(Promise.all([workshop(), workshop()])).rejects.toThrow("Failed to fetch");
  const [one, other] = await Promise.all([workshop(), workshop()]);
  expect(one).toBe(other);
  expect(await workshop()).toBe(one);
  expect(opened).toHaveBeenCalledTimes(2);
});
