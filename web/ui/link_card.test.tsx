// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { MediaTools } from "../view-models/media_tools";
import { FakeCore, message } from "../view-models/testing/fake_core";
import { FakeMedia } from "../view-models/testing/fake_media";
import { LinkCard } from "./link_card";
import { MediaContext } from "./media_context";

const VIDEO = "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=1m5s";
const small = vi.fn<(of: { thumbnail: Uint8Array }) => string>();
let tools: MediaTools;

function show(text: string, preview?: object, twice = false): HTMLElement {
  const one = message({
    body: { case: "text", value: { text, ...(preview === undefined ? {} : { preview }) } },
  } as never);
  return render(
    <MediaContext value={{ tools, fetchTools: async () => tools }}>
      <LinkCard message={one} />
      {twice && <LinkCard message={one} />}
    </MediaContext>,
  ).container;
}
const frame = () => document.querySelector("iframe");
const host = () => document.querySelector("[data-part=link-host]")?.textContent;

beforeEach(() => {
  const core = new FakeCore();
  const port = new FakeMedia(core).port;
  small.mockImplementation(({ thumbnail }) => (thumbnail.length > 0 ? "data:image/jpeg;base64,AA" : ""));
  tools = new MediaTools(core, { ...port, pictures: { ...port.pictures, small } }, () => undefined);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

describe("the preview of a link", () => {
  const preview = {
    url: "https://www.wander.example/five",
    title: "Five easy walks",
    description: "Shade and benches",
  };

  it("says what its sender says of it, and leads where the text does", () => {
    const card = show("See https://www.wander.example/five!", {
      ...preview,
      thumbnail: Uint8Array.of(1),
      width: 480,
      height: 240,
    });
    const link = screen.getByRole("link");
    expect(link.textContent).toBe("Five easy walksShade and bencheswander.example");
    expect(link.getAttribute("href")).toBe("https://www.wander.example/five");
    expect(link.getAttribute("rel")).toBe("noopener noreferrer");
    expect(card.querySelector("img")?.getAttribute("src")).toMatch(/^data:image\/jpeg/);
  });

  it("has nothing in it that a browser would fetch", () => {
    const card = show("https://www.wander.example/five", {
      ...preview,
      description: '<img src="https://spy.example/a.png">',
      thumbnail: new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'/>"),
    });
    expect([...card.querySelectorAll("[src]")].map((each) => each.getAttribute("src"))).toEqual([
      "data:image/jpeg;base64,AA",
    ]);
    expect(screen.getByText('<img src="https://spy.example/a.png">')).toBeTruthy();
    expect(frame()).toBeNull();
  });

  it("names the host that the address has, whatever the words say", () => {
    show("http://evil.example/login", {
      url: "http://evil.example/login",
      title: "Your bank\u202e\u200b",
      description: "bank.example",
    });
    expect(host()).toBe("evil.example");
    expect(screen.getByText("Your bank")).toBeTruthy();
  });

  it("names a host of lookalike letters as the network has it", () => {
    show("https://аpple.com/", { url: "https://аpple.com/", title: "Apple" });
    expect(host()).toBe("xn--pple-43d.com");
  });

  it.each([
    ["of another link than the text has", "https://wander.example/", "https://evil.example/"],
    ["of no page", "javascript:alert(1)", "javascript:alert(1)"],
    ["of no address", "hello", ""],
  ])("%s is not shown", (_, text, url) => {
    expect(show(text, { url, title: "A title" }).innerHTML).toBe("");
  });

  it("without a title is not shown", () => {
    expect(show("https://wander.example/", { url: "https://wander.example/", title: "" }).innerHTML).toBe("");
  });
});

describe("a link to a video of YouTube [F16]", () => {
  it("is a card without a preview, too, and nothing is fetched for it", () => {
    const card = show(`Look: ${VIDEO}`);
    expect(screen.getByRole("button", { name: "Play Video on YouTube" })).toBeTruthy();
    expect(host()).toBe("youtube.com");
    expect(card.querySelectorAll("[src], iframe")).toHaveLength(0);
  });

  it("plays in its place after a click, in a frame that may do little", () => {
    const pause = vi.spyOn(tools.player, "pause");
    show(VIDEO, { url: VIDEO, title: "Song", thumbnail: Uint8Array.of(1), width: 480, height: 270 });
    expect(frame()).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Play Song" }));
    const player = frame();
    expect(player?.getAttribute("src")).toBe(
      "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?autoplay=1&playsinline=1&rel=0&start=65",
    );
    expect(player?.getAttribute("sandbox")).toBe("allow-scripts allow-same-origin allow-presentation");
    expect(player?.getAttribute("allow")).toBe("autoplay; fullscreen; encrypted-media; picture-in-picture");
    expect(player?.getAttribute("referrerpolicy")).toBe("strict-origin-when-cross-origin");
    expect(player?.hasAttribute("credentialless")).toBe(true);
    expect(player?.title).toBe("Song");
    expect(pause).toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Stop the video" }));
    expect(frame()).toBeNull();
  });

  it("plays alone: another one stops", () => {
    show(VIDEO, undefined, true);
    const [one, other] = screen.getAllByRole("button", { name: /^Play/ });
    fireEvent.click(one as HTMLElement);
    expect(document.querySelectorAll("iframe")).toHaveLength(1);
    fireEvent.click(other as HTMLElement);
    expect(document.querySelectorAll("iframe")).toHaveLength(1);
  });

  it.each(["https://youtube.com.evil.example/watch?v=dQw4w9WgXcQ", "youtube is down", "https://www.youtube.com/@kith"])(
    "but %s is none",
    (text) => {
      expect(show(text).innerHTML).toBe("");
    },
  );

  it("of which a preview says something else leads to the video of the address", () => {
    show(`${VIDEO} https://youtu.be/aaaaaaaaaaa`, { url: "https://youtu.be/aaaaaaaaaaa", title: "Other" });
    fireEvent.click(screen.getByRole("button", { name: "Play Other" }));
    expect(frame()?.getAttribute("src")).toContain("/embed/aaaaaaaaaaa?");
  });
});
