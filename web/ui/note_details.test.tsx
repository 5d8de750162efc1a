// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

// What one writes to oneself has details, too: where it goes, and its files.
import { act, cleanup, fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeAll, expect, it } from "vitest";

import type { AppViewModel } from "../view-models/app";
import { MediaKind } from "../view-models/core";
import { HOME } from "../view-models/route";
import { ANA, conversation, settle } from "../view-models/testing/fake_core";
import { withFile } from "../view-models/testing/fake_media";
import { settledCore } from "../view-models/testing/settled_core";
import { showApp, stubPage } from "./testing/whole_app";
// Fetched when they are wanted: here at once.
import "./media_gallery";
import "./note_details";

let app: AppViewModel;
beforeAll(stubPage);
afterEach(() => {
  cleanup();
  app.dispose();
});
const settled = (what?: () => unknown) =>
  act(async () => {
    await what?.();
    await settle();
  });

it("lists the files of what one wrote to oneself, and says where they go", async () => {
  const core = settledCore();
  core.conversations = [conversation({ id: ANA, peer: { case: "self", value: {} } })];
  core.messages = [
    withFile(
      1,
      { kind: MediaKind.kDocument, name: "plan.pdf" },
      { id: "1".repeat(32), conversation: ANA, outgoing: true },
    ),
  ];
  app = showApp(core);
  await settled(() => app.start({ ...HOME, conversation: ANA }));
  await settled();
  await settled(() => fireEvent.click(document.getElementById("open-details") as HTMLElement));
  await settled();
  expect(app.route).toEqual({ ...HOME, conversation: ANA, details: true });
  expect(screen.getByText(/go to your own linked devices and to nobody else/)).toBeTruthy();
  expect(screen.getByText(/While this is your only device/)).toBeTruthy();
  await settled(() => fireEvent.click(document.getElementById("details-media") as HTMLElement));
  await settled();
  expect(app.route).toMatchObject({ details: true, topic: "media" });
  const tab = await screen.findByRole("tab", { name: "Documents" }, { timeout: 10_000 });
  await settled(() => fireEvent.click(tab));
  await settled();
  expect(document.querySelector("[data-pane=details]")?.textContent).toContain("plan.pdf");
  await settled(() => app.closeDetails());
  expect(app.route).toEqual({ ...HOME, conversation: ANA });
  expect(document.querySelector("[data-pane=details]")).toBeNull();
});
