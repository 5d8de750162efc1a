// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it } from "vitest";

import { QrCode } from "./qr_code";

afterEach(cleanup);

it("a code has four light modules around it, without which cameras don't find it", () => {
  render(<QrCode content="kith" label="Code" />);
  const code = screen.getByRole("img", { name: "Code" });
  const [left, top, width, height] = (code.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const at = [...(code.querySelector("path")?.getAttribute("d") ?? "").matchAll(/M(\d+) (\d+)/g)];
  const modules = 1 + Math.max(...at.map(([, x]) => Number(x)));
  expect([left, top, width, height]).toEqual([-4, -4, modules + 8, modules + 8]);
});
