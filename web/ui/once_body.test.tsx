// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { MediaKind, MediaState, mediaOf, type Media, type Message } from "../view-models/core";
import type { Shown } from "../view-models/media_port";
import { MediaTools } from "../view-models/media_tools";
import { noMedia } from "../view-models/no_media";
import { FakeCore } from "../view-models/testing/fake_core";
import { withFile } from "../view-models/testing/fake_media";
import { MediaContext } from "./media_context";
import { OnceBody } from "./once_body";

const once = vi.fn(async (): Promise<Shown> => ({ url: "blob:the-only-one" }));
const actions = { fetchMedia: vi.fn(), cancelMedia: vi.fn(), saveMedia: vi.fn(), viewMedia: vi.fn() };
const before = (media: object = {}) => withFile(1, { viewOnce: true, ...media }, { id: "1".repeat(32) });
/** All that is left in its message. */
const after = (media: object = {}) => before({ mimeType: "", opened: true, state: MediaState.kGone, ...media });

let source: { tools: MediaTools; fetchTools: () => Promise<unknown> };
beforeEach(() => {
  HTMLDialogElement.prototype.showModal = vi.fn();
  HTMLDialogElement.prototype.close = vi.fn();
  URL.revokeObjectURL = vi.fn();
  const port = { ...noMedia, pictures: { ...noMedia.pictures, once } };
  source = { tools: new MediaTools(new FakeCore(), port, vi.fn()), fetchTools: vi.fn() };
});
afterEach(() => {
  cleanup();
  vi.clearAllMocks();
});

const body = (message: Message) => (
  <MediaContext value={source}>
    <OnceBody
      message={message}
      media={mediaOf(message) as Media}
      actions={actions}
      whole
      meta={null}
      onPerson={vi.fn()}
    />
  </MediaContext>
);
const show = (message: Message) => {
  const { rerender } = render(body(message));
  return (next: Message) => rerender(body(next));
};

it.each([MediaKind.kPhoto, MediaKind.kVideo])(
  "what is opened stays to be seen though its message is over: %s",
  async (kind) => {
    const change = show(before({ kind, mimeType: "video/mp4" }));
    fireEvent.click(screen.getByRole("button", { name: "View" }));
    const shown = () => document.querySelector("dialog img, dialog video");
    await waitFor(() => expect(shown()).not.toBeNull());
    change(after({ kind }));
    await screen.findByText("Opened");
    expect(shown()?.getAttribute("src")).toBe("blob:the-only-one");
    expect(once.mock.calls).toEqual([["1".repeat(32), kind === MediaKind.kPhoto ? "" : "video/mp4"]]);
    expect(URL.revokeObjectURL).not.toHaveBeenCalled();
  },
);

it("what is closed is forgotten", async () => {
  const change = show(before());
  fireEvent.click(screen.getByRole("button", { name: "View" }));
  await waitFor(() => expect(document.querySelector("dialog img")).not.toBeNull());
  change(after());
  fireEvent.click(screen.getByRole("button", { name: "Close", hidden: true }));
  expect(document.querySelector("dialog")).toBeNull();
  expect(URL.revokeObjectURL).toHaveBeenCalledWith("blob:the-only-one");
  expect(document.querySelector("[data-part=open-once]")).toBeNull();
});
