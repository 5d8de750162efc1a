// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { Avatar } from "./avatar";
import { PhotosContext } from "./photos_context";

afterEach(cleanup);

it("shows initials until the photo is there, and when it is no more [F34]", async () => {
  let photo = "p1";
  const listeners = new Set<() => void>();
  const arrived = new Map<string, (address: string) => void>();
  const held: string[] = [];
  const photos = {
    photoOf: (account: string) => (account === "ana" ? photo : ""),
    subscribe: (told: () => void) => (listeners.add(told), () => void listeners.delete(told)),
    pictures: {
      hold: (id: string) => (held.push(id), new Promise<string>((resolve) => arrived.set(id, resolve))),
      release: (id: string) => void held.splice(held.indexOf(id), 1),
      ready: () => "",
    },
  };
  const { container, unmount } = render(
    <PhotosContext value={photos}>
      <Avatar id="ana" title="Ana Ferreira" />
      <Avatar id="ben" title="Ben Okafor" />
    </PhotosContext>,
  );
  const image = () => container.querySelector("img");
  screen.getByText("AF");
  await act(async () => arrived.get("p1")?.("blob:1"));
  expect(image()?.src).toBe("blob:1");
  expect(screen.queryByText("AF")).toBeNull();
  screen.getByText("BO");
  photo = "p2";
  await act(async () => listeners.forEach((each) => each()));
  expect(image(), "the one before is somebody's earlier one").toBeNull();
  screen.getByText("AF");
  await act(async () => arrived.get("p2")?.(""));
  screen.getByText("AF");
  photo = "";
  await act(async () => listeners.forEach((each) => each()));
  expect(held).toEqual([]);
  unmount();
});
