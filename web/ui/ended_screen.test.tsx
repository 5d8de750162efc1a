// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { State_Connection } from "../core-client/schema";
import { EndedScreen } from "./ended_screen";

afterEach(cleanup);

const onRetry = vi.fn();
const show = (asking: boolean) =>
  render(
    <EndedScreen
      handle="+491700000001"
      refusal={State_Connection.kUnknownDevice}
      asking={asking}
      onRegister={() => undefined}
      onRetry={onRetry}
      onNewProfile={() => undefined}
    />,
  );

it("a device that the server has lost reads so, also while the server is asked again, which is said", () => {
  show(true);
  screen.getByRole("heading", { name: "The server has lost this device" });
  screen.getByRole("button", { name: "Asking the server …" });
  cleanup();
  show(false);
  screen.getByRole("heading", { name: "The server has lost this device" });
  fireEvent.click(screen.getByRole("button", { name: "Ask the server again" }));
  expect(onRetry).toHaveBeenCalledOnce();
});
