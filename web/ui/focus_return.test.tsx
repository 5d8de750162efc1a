// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, render } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { HOME, type Place, type Route } from "../view-models/route";
import { BEN } from "../view-models/testing/fake_core";
import { useFocusReturn } from "./focus_return";

afterEach(cleanup);

/** Goes where it is told; the page has a button for each place that can be opened from where it is. */
class Walk {
  route: Route = HOME;
  private readonly listeners = new Set<() => void>();
  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  go(change: Partial<Route>): void {
    this.route = { ...this.route, ...change };
    for (const each of this.listeners) each();
  }
}

const BUTTONS: Record<string, readonly string[]> = {
  list: ["open-settings", `row-${BEN}`],
  settings: ["topic-devices"],
  devices: ["topic-link"],
};

function Page({ walk, id }: { walk: Walk; id: string }) {
  useFocusReturn(walk);
  return (BUTTONS[id] ?? []).map((each) => <button key={`${id}-${each}`} id={each} type="button" />);
}

const at = ({ panel, section }: Place) => (section === "" ? panel : section);

async function shown() {
  const walk = new Walk();
  const page = render(<Page walk={walk} id="list" />);
  const go = async (change: Partial<Route>) => {
    walk.go(change);
    page.rerender(<Page walk={walk} id={at(walk.route)} />);
    await new Promise((resolve) => requestAnimationFrame(resolve));
  };
  return { walk, go };
}

describe("the focus", () => {
  it("goes back page by page to what opened each, though that was made anew", async () => {
    const { go } = await shown();
    const place = (section: Place["section"]) => go({ panel: "settings", section });
    for (const opener of ["open-settings", "topic-devices", "topic-link"]) {
      document.getElementById(opener)?.focus();
      expect(document.activeElement?.id).toBe(opener);
      await place(({ "open-settings": "", "topic-devices": "devices", "topic-link": "link" } as const)[opener]!);
      expect(document.activeElement).toBe(document.body);
    }
    await place("devices");
    expect(document.activeElement?.id).toBe("topic-link");
    await place("");
    expect(document.activeElement?.id).toBe("topic-devices");
    await go(HOME);
    expect(document.activeElement?.id).toBe("open-settings");
  });

  it("goes back over several pages at once to what can still be seen", async () => {
    const { go } = await shown();
    await go({ panel: "settings", section: "link" });
    await go(HOME);
    expect(document.activeElement?.id).toBe("open-settings");
  });

  it("is left where somebody has put it", async () => {
    const { go } = await shown();
    await go({ conversation: BEN });
    document.getElementById("open-settings")?.focus();
    await go({ conversation: "" });
    expect(document.activeElement?.id).toBe("open-settings");
  });
});
