// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { mediaOf, MediaKind } from "../view-models/core";
import { MediaTools } from "../view-models/media_tools";
import { FakeCore, message } from "../view-models/testing/fake_core";
import { FakeMedia } from "../view-models/testing/fake_media";
import { DocumentBody } from "./document_body";
import { MediaContext } from "./media_context";

const small = vi.fn<(of: { thumbnail: Uint8Array }) => string>();
let tools: MediaTools;

beforeEach(() => {
  const core = new FakeCore();
  const port = new FakeMedia(core).port;
  small.mockImplementation(({ thumbnail }) => (thumbnail[0] === 0xff ? "data:image/jpeg;base64,AA" : ""));
  tools = new MediaTools(core, { ...port, pictures: { ...port.pictures, small } }, () => undefined);
});
afterEach(cleanup);

function show(thumbnail: Uint8Array): HTMLElement {
  const value = { kind: MediaKind.kDocument, name: "plan.pdf", size: 3000n, thumbnail, waveform: new Uint8Array() };
  const one = message({ body: { case: "media", value } } as never);
  const media = mediaOf(one);
  if (media === undefined) throw new Error("a message without a file");
  return render(
    <MediaContext value={{ tools, fetchTools: async () => tools }}>
      <DocumentBody
        message={one}
        media={media}
        meta={null}
        whole={false}
        actions={{} as never}
        onPerson={() => undefined}
      />
    </MediaContext>,
  ).container;
}

it("a document shows what its first page looks like above its name, when its message has that", () => {
  const shown = show(Uint8Array.of(0xff, 0xd8, 0xff));
  const page = shown.querySelector("[data-part=page]");
  expect(page?.getAttribute("src")).toBe("data:image/jpeg;base64,AA");
  const name = shown.querySelector("bdi") as HTMLElement;
  expect(name.textContent).toBe("plan.pdf");
  expect(page?.compareDocumentPosition(name)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
});

it.each([
  ["nothing", new Uint8Array()],
  ["what is no picture", new TextEncoder().encode("<svg/>")],
])("one with %s instead has its name alone", (_, thumbnail) => {
  const shown = show(thumbnail);
  expect(shown.querySelector("img")).toBeNull();
  expect(shown.querySelector("bdi")?.textContent).toBe("plan.pdf");
});
