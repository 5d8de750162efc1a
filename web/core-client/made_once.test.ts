// SPDX-License-Identifier: AGPL-3.0-or-later

import { expect, test, vi } from "vitest";

import { madeOnce } from "./made_once";

const failure = new Error("away");

test("is made with the first call, for all", async () => {
  const make = vi.fn(async () => ({}));
  const made = madeOnce(make);
  expect(make).not.toHaveBeenCalled();
  const [one, other] = await Promise.all([made(), made()]);
  expect(one).toBe(other);
  expect(await made()).toBe(one);
  expect(make).toHaveBeenCalledOnce();
});

test("is made again after a failure, also for whoever hears of that first", async () => {
  const make = vi.fn(async () => "made").mockRejectedValueOnce(failure);
  const made = madeOnce(make);
  const anew = made().catch(() => made());
  await expect(made()).rejects.toBe(failure);
  expect(await anew).toBe("made");
  expect(await made()).toBe("made");
  expect(make).toHaveBeenCalledTimes(2);
});
