// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { MediaKind, MediaState, mediaOf, type Media } from "../view-models/core";
import { MediaTools } from "../view-models/media_tools";
import { noMedia } from "../view-models/no_media";
import { FakeCore } from "../view-models/testing/fake_core";
import { withFile } from "../view-models/testing/fake_media";
import { MediaContext } from "./media_context";
import { PlayingVideo } from "./video_body";

const onSave = vi.fn();
const onCancel = vi.fn();

let source: { tools: MediaTools; fetchTools: () => Promise<unknown> };
beforeEach(() => {
  vi.clearAllMocks();
  HTMLMediaElement.prototype.load = vi.fn();
  const files = { ...noMedia.files, streamsMedia: () => true, mediaUrl: (id: string) => `/media/${id}` };
  source = { tools: new MediaTools(new FakeCore(), { ...noMedia, files }, vi.fn()), fetchTools: vi.fn() };
});
afterEach(cleanup);

const body = (state: MediaState) => {
  const message = withFile(1, { kind: MediaKind.kVideo, mimeType: "video/mp4", state }, { id: "1".repeat(32) });
  const media = mediaOf(message) as Media;
  return (
    <MediaContext value={source}>
      <PlayingVideo message={message} media={media} label="a video" onSave={onSave} onCancel={onCancel} />
    </MediaContext>
  );
};
const video = () => screen.queryByLabelText("a video");
const progress = () => document.querySelector("[data-part=progress]");

it("a video plays while it comes, which can be given up until all of it is here", async () => {
  const { rerender } = render(body(MediaState.kFetching));
  await waitFor(() => expect(video()?.getAttribute("src")).toBe(`/media/${"1".repeat(32)}`));
  fireEvent.click(progress() as Element);
  expect(onCancel).toHaveBeenCalledOnce();
  rerender(body(MediaState.kHere));
  expect(progress()).toBeNull();
  expect(video()).not.toBeNull();
});

it("what can't be played while it comes is tried again when it is here, and else can be saved", async () => {
  const { rerender } = render(body(MediaState.kFetching));
  await waitFor(() => expect(video()?.getAttribute("src")).toBeTruthy());
  fireEvent.error(video() as Element);
  screen.getByText("This can't be played before all of it is here.");
  expect(progress()).not.toBeNull();
  rerender(body(MediaState.kHere));
  fireEvent.error(video() as Element);
  screen.getByText("This can't be played here.");
  fireEvent.click(screen.getByRole("button", { name: "Save it as a file" }));
  expect(onSave).toHaveBeenCalledOnce();
});
