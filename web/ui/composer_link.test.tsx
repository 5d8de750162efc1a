// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import type { LinkPreviewSnapshot, LinkPreviewViewModel } from "../view-models/link_preview";
import { MediaTools } from "../view-models/media_tools";
import { FakeCore } from "../view-models/testing/fake_core";
import { FakeMedia } from "../view-models/testing/fake_media";
import { ComposerLink } from "./composer_link";
import { MediaContext } from "./media_context";

const decline = vi.fn();
const answer = vi.fn(async () => undefined);
let listener: () => void = () => undefined;
let snapshot: LinkPreviewSnapshot;
const model = {
  snapshot: () => snapshot,
  subscribe: (call: () => void) => {
    listener = call;
    return () => undefined;
  },
  decline,
  answer,
} as unknown as LinkPreviewViewModel;
const become = (next: LinkPreviewSnapshot) =>
  act(() => {
    snapshot = next;
    listener();
  });

beforeEach(() => {
  snapshot = { stage: "idle", host: "", preview: undefined };
  const core = new FakeCore();
  const tools = new MediaTools(core, new FakeMedia(core).port, () => undefined);
  render(
    <MediaContext value={{ tools, fetchTools: async () => tools }}>
      <ComposerLink model={model} />
    </MediaContext>,
  );
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

it("shows that a preview is made, then the preview, and takes it off", () => {
  expect(document.body.textContent).toBe("");
  become({ stage: "making", host: "wander.example", preview: undefined });
  expect(screen.getByRole("status", { name: "Making the preview" })).toBeTruthy();
  expect(document.body.textContent).toBe("wander.example");
  const preview = {
    url: "https://wander.example/",
    title: "Five walks",
    description: "",
    thumbnail: new Uint8Array(),
    width: 0,
    height: 0,
  };
  become({ stage: "there", host: "wander.example", preview });
  expect(screen.queryByRole("status")).toBeNull();
  expect(document.body.textContent).toBe("Five walkswander.example");
  fireEvent.click(screen.getByRole("button", { name: "Send without preview" }));
  expect(decline).toHaveBeenCalledOnce();
});

it("asks whether there are to be previews, and says what that tells the server", () => {
  become({ stage: "asking", host: "wander.example", preview: undefined });
  expect(screen.getByRole("group", { name: "Show previews of links you send?" }).textContent).toContain(
    "learns its address",
  );
  fireEvent.click(screen.getByRole("button", { name: "No" }));
  fireEvent.click(screen.getByRole("button", { name: "Show previews" }));
  expect(answer.mock.calls).toEqual([[false], [true]]);
});
