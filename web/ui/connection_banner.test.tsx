// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { Failure_Code, State_Connection } from "../core-client/schema";
import { AppViewModel } from "../view-models/app";
import { FakeAttention, FakeCore, noNotifications, state } from "../view-models/testing/fake_core";
import { ConnectionBanner } from "./connection_banner";

afterEach(cleanup);

it("while the server is away, one need not wait until it is looked for again", () => {
  const tried = vi.fn();
  render(<ConnectionBanner state={state({ connection: State_Connection.kWaiting })} onTry={tried} />);
  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(tried).toHaveBeenCalledOnce();
});

it("while the server is being reached, or is there, nothing is to be pressed", () => {
  for (const connection of [State_Connection.kConnecting, State_Connection.kCatchingUp, State_Connection.kOnline]) {
    render(<ConnectionBanner state={state({ connection })} onTry={() => undefined} />);
    expect(screen.queryByRole("button")).toBeNull();
    cleanup();
  }
});

it("says why this device can't take what the server has", () => {
  const words = (storageFailure: Failure_Code) => {
    cleanup();
    render(
      <ConnectionBanner
        state={state({ connection: State_Connection.kWaiting, storageFailure })}
        onTry={() => undefined}
      />,
    );
    return screen.getByRole("status").textContent;
  };
  expect(words(Failure_Code.kUnspecified)).toContain("No connection.");
  expect(words(Failure_Code.kDiskFull)).toContain("No room left on this device.");
  expect(words(Failure_Code.kStorage)).toContain("This device's storage fails.");
});

it("the core looks for the server at once when somebody wants that", () => {
  const core = new FakeCore();
  const options = { server: "", deviceName: "", attention: new FakeAttention(), notifications: noNotifications };
  new AppViewModel(core, options).tryNow();
  expect(core.tries).toBe(1);
  expect(core.called("connect")).toHaveLength(1); // it may have stopped looking
});
