// SPDX-License-Identifier: AGPL-3.0-or-later

// The whole app on a scripted core, in a page that lacks what jsdom has not.
import { render } from "@testing-library/react";
import { vi } from "vitest";

import { AppViewModel } from "../../view-models/app";
import { FakeAttention, noNotifications, type FakeCore } from "../../view-models/testing/fake_core";
import { AppRoot } from "../app_root";

/** Before the tests of a suite. */
export function stubPage(): void {
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener: vi.fn(), removeEventListener: vi.fn() }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe = vi.fn();
      disconnect = vi.fn();
    },
  );
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  Element.prototype.scrollIntoView = vi.fn(() => Promise.resolve()); // as newer browsers do
  Element.prototype.animate = vi.fn();
}

/** On the page, but not started. */
export function showApp(core: FakeCore, server = "http://x"): AppViewModel {
  const options = { server, deviceName: "Web", attention: new FakeAttention(), notifications: noNotifications };
  const app = new AppViewModel(core, options);
  const nothing = () => undefined;
  render(<AppRoot app={app} server={server} profile="" onNewProfile={nothing} onReload={nothing} />);
  return app;
}
