// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";

import { MediaKind, mediaOf, type Media } from "../view-models/core";
import { MediaTools } from "../view-models/media_tools";
import { noMedia } from "../view-models/no_media";
import { FakeCore } from "../view-models/testing/fake_core";
import { withFile } from "../view-models/testing/fake_media";
import { MediaContext } from "./media_context";
import { VoiceBody } from "./voice_body";

const actions = { fetchMedia: vi.fn(), cancelMedia: vi.fn(), saveMedia: vi.fn(), viewMedia: vi.fn() };
const show = (media: object, outgoing: boolean) => {
  const message = withFile(1, { kind: MediaKind.kVoice, ...media }, { id: "1".repeat(32), outgoing });
  const source = { tools: new MediaTools(new FakeCore(), noMedia, vi.fn()), fetchTools: vi.fn() };
  render(
    <MediaContext value={source}>
      <VoiceBody
        message={message}
        media={mediaOf(message) as Media}
        actions={actions}
        whole
        meta={null}
        onPerson={vi.fn()}
      />
    </MediaContext>,
  );
};
afterEach(cleanup);

it.each([
  { opened: false, outgoing: false, words: "Not played yet" },
  { opened: true, outgoing: false, words: "Played" },
  { opened: false, outgoing: true, words: "Not yet played by everybody" },
  { opened: true, outgoing: true, words: "Played" },
])("the microphone says whether a voice message was played: $words", ({ opened, outgoing, words }) => {
  show({ opened }, outgoing);
  expect(screen.getByRole("img", { name: words }).dataset.played).toBe(String(opened));
});

it("nothing is said of another recording", () => {
  show({ kind: MediaKind.kAudio }, false);
  expect(screen.queryByRole("img")).toBeNull();
});
