// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { ANA, state } from "../view-models/testing/fake_core";
import { DevicePage } from "./settings_pages";

afterEach(cleanup);

it("numbers and ids that nobody needs stand under Advanced", () => {
  render(<DevicePage state={state({ deviceId: 7, server: "https://kith.example" })} profile="" />);
  const advanced = screen.getByText("Advanced").closest("details") as HTMLDetailsElement;
  expect(advanced.open).toBe(false);
  for (const inside of [ANA, "7"]) expect(advanced.contains(screen.getByText(inside))).toBe(true);
  expect(advanced.contains(screen.getByText("https://kith.example"))).toBe(false);
});
