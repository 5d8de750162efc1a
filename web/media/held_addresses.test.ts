// SPDX-License-Identifier: AGPL-3.0-or-later

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { HeldAddresses } from "./held_addresses";

let made: string[];
let revoked: string[];
let waiting: Map<string, (address: string) => void>;
beforeEach(() => {
  made = [];
  revoked = [];
  waiting = new Map();
  URL.revokeObjectURL = vi.fn((url: string) => void revoked.push(url));
});
afterEach(() => vi.restoreAllMocks());

/** Of each id `blob:id`, but for "none", of which there is nothing, and those that are `slow`, until they are let. */
const heldOf = (idleMax: number, slow: string[] = []) =>
  new HeldAddresses<string>({
    make: (id) => {
      made.push(id);
      if (slow.includes(id)) return new Promise((resolve) => waiting.set(id, resolve));
      return Promise.resolve(id === "none" ? "" : `blob:${id}`);
    },
    addressOf: (address) => address,
    idleMax,
  });
const settled = () => new Promise((resolve) => setTimeout(resolve));

it("is made once for all who hold it, and is ready when it is there", async () => {
  const held = heldOf(1);
  const first = held.hold("a");
  expect(held.ready("a")).toBeUndefined();
  expect(await Promise.all([first, held.hold("a")])).toEqual(["blob:a", "blob:a"]);
  expect(held.ready("a")).toBe("blob:a");
  expect(made).toEqual(["a"]);
});

it("keeps what somebody holds, and of the rest what was left last", async () => {
  const held = heldOf(2);
  await held.hold("shown");
  await held.hold("shown");
  held.release("shown");
  for (const id of ["a", "b", "c", "a", "d"]) {
    await held.hold(id);
    held.release(id);
  }
  await settled();
  expect(made, "a was dropped for c, and made anew").toEqual(["shown", "a", "b", "c", "a", "d"]);
  expect(revoked).toEqual(["blob:a", "blob:b", "blob:c"]);
  held.release("shown");
  await settled();
  expect(revoked, "the one left longest ago").toEqual(["blob:a", "blob:b", "blob:c", "blob:a"]);
});

it("is not dropped while somebody holds it again", async () => {
  const held = heldOf(0);
  const again = heldOf(1);
  await held.hold("a");
  held.release("a");
  for (const id of ["a", "b"]) {
    await again.hold(id);
    again.release(id);
    void again.hold("a");
  }
  await settled();
  expect(revoked, "by the first, which keeps none").toEqual(["blob:a"]);
});

it("what is dropped before it is there is given back when it is", async () => {
  const held = heldOf(0, ["a"]);
  void held.hold("a");
  held.release("a");
  await settled();
  expect(revoked).toEqual([]);
  waiting.get("a")?.("blob:a");
  await settled();
  expect(revoked).toEqual(["blob:a"]);
});

it("what could not be made is tried again, and counts for whoever held it before", async () => {
  const held = heldOf(0, ["late"]);
  void held.hold("late");
  waiting.get("late")?.("");
  await settled();
  void held.hold("late");
  waiting.get("late")?.("blob:late");
  await settled();
  expect(held.ready("late")).toBe("blob:late");
  held.release("late");
  await settled();
  expect(revoked, "the other one shows it").toEqual([]);
  held.release("late");
  await settled();
  expect(revoked).toEqual(["blob:late"]);
  expect(await held.hold("none")).toBe("");
  expect(await held.hold("none")).toBe("");
  expect(made).toEqual(["late", "late", "none", "none"]);
});
