// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState, type ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { MediaTools } from "../view-models/media_tools";
import { MediaContext, useMediaTools } from "./media_context";
import { MissingPopup, onDemand, VersionContext, type Version } from "./on_demand";
import { PageBoundary } from "./page_boundary";

const Part = ({ name }: { name: string }) => <p>Here is {name}</p>;
const gone = () => Promise.reject<typeof Part>(new TypeError("Failed to fetch dynamically imported module"));
let version: Version;

beforeEach(() => {
  vi.spyOn(console, "debug").mockReturnValue(undefined);
  version = { isNew: () => Promise.resolve(false), reload: vi.fn(), reloadOnce: vi.fn(() => true) };
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

const show = (Shown: ReturnType<typeof onDemand<{ name: string }>>) =>
  render(
    <VersionContext value={version}>
      <h1>Kith</h1>
      <Shown name="Ben" />
    </VersionContext>,
  );

describe("a part that is fetched when it is shown", () => {
  it("is waited for, and is there at once the next time", async () => {
    const fetch = vi.fn(() => Promise.resolve(Part));
    const Shown = onDemand(fetch, { waiting: ({ name }) => <p>Waiting for {name}</p> });
    show(Shown);
    screen.getByText("Waiting for Ben");
    await screen.findByText("Here is Ben");
    cleanup();
    show(Shown);
    screen.getByText("Here is Ben");
    expect(fetch).toHaveBeenCalledOnce();
  });

  it("that can't be had says so in its place, can be tried again, and leaves the page as it is", async () => {
    const fetch = vi.fn<() => Promise<typeof Part>>().mockImplementationOnce(gone).mockResolvedValue(Part);
    show(onDemand(fetch));
    expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
    screen.getByRole("heading", { name: "Kith" });
    expect(version.reloadOnce).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("Here is Ben");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("of a version that the server has no more says that there is a new one, and the page begins anew", async () => {
    version.isNew = () => Promise.resolve(true);
    show(onDemand(gone));
    await screen.findByText("There is a new version of Kith.", { exact: false });
    expect(version.reloadOnce).toHaveBeenCalledOnce();
    expect(version.reload).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("button", { name: "Load it now" }));
    expect(version.reload).toHaveBeenCalledOnce();
  });

  it("that a browser does not fetch twice is fetched by a page that begins anew, if it can be", async () => {
    show(onDemand(gone));
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await vi.waitFor(() => expect(version.reload).toHaveBeenCalledOnce());
    cleanup();
    version.isNew = () => Promise.reject(new TypeError("Failed to fetch"));
    show(onDemand(gone));
    fireEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await screen.findByRole("button", { name: "Try again" });
    expect(version.reload).toHaveBeenCalledOnce();
  });

  it("whose server can't be reached either can be tried again", async () => {
    version.isNew = () => Promise.reject(new TypeError("Failed to fetch"));
    show(onDemand(gone));
    await screen.findByRole("button", { name: "Try again" });
    expect(version.reloadOnce).not.toHaveBeenCalled();
  });

  it("and has no place in the page asks, and goes when it is not wanted any more", async () => {
    HTMLDialogElement.prototype.showModal = vi.fn();
    HTMLDialogElement.prototype.close = vi.fn();
    const onClose = vi.fn();
    show(onDemand(gone, { missing: (missing) => <MissingPopup {...missing} onClose={onClose} /> }));
    await screen.findByRole("heading", { name: "Something is missing", hidden: true });
    fireEvent.click(screen.getByRole("button", { name: "Cancel", hidden: true }));
    expect(onClose).toHaveBeenCalledOnce();
  });
});

describe("a part that shows files", () => {
  const there = { media: { load: () => ({ rate: 2 }) } } as unknown as MediaTools;
  const fetchTools = vi.fn<() => Promise<MediaTools>>();
  const Player = () => <p>At {useMediaTools().media.load().rate}×</p>;
  beforeEach(() => void fetchTools.mockReset().mockResolvedValue(there));

  /** As the app has them: from when they have been fetched. */
  function Page({ children }: { children: ReactNode }) {
    const [tools, setTools] = useState<MediaTools>();
    const source = { tools, fetchTools: () => fetchTools().then(setTools) };
    return (
      <VersionContext value={version}>
        <MediaContext value={source}>{children}</MediaContext>
      </VersionContext>
    );
  }

  it("comes with what is done with files, and not before it", async () => {
    let arrive: (tools: MediaTools) => void = () => undefined;
    fetchTools.mockReturnValue(new Promise((resolve) => (arrive = resolve)));
    const Shown = onDemand(() => Promise.resolve(Player), { files: true, waiting: () => <p>Waiting</p> });
    render(
      <Page>
        <Shown />
      </Page>,
    );
    await vi.waitFor(() => expect(fetchTools).toHaveBeenCalledOnce());
    screen.getByText("Waiting");
    arrive(there);
    await screen.findByText("At 2×");
    cleanup();
    render(
      <Page>
        <Shown />
      </Page>,
    ); // another page: its own come first
    screen.getByText("Waiting");
    arrive(there);
    await screen.findByText("At 2×");
  });

  it("says so in its place when that can't be had, and can be tried again", async () => {
    fetchTools.mockRejectedValueOnce(new TypeError("Failed to fetch dynamically imported module"));
    const Shown = onDemand(() => Promise.resolve(Player), { files: true });
    render(
      <Page>
        <Shown />
      </Page>,
    );
    expect((await screen.findByRole("alert")).textContent).toContain("could not be loaded");
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    await screen.findByText("At 2×");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("only such a part asks for it", async () => {
    const Shown = onDemand(() => Promise.resolve(Part));
    render(
      <Page>
        <Shown name="Ben" />
      </Page>,
    );
    await screen.findByText("Here is Ben");
    expect(fetchTools).not.toHaveBeenCalled();
  });
});

it("a view that fails leaves words on the page, and the way to begin anew", () => {
  vi.spyOn(console, "error").mockReturnValue(undefined);
  const onReload = vi.fn();
  const Broken = (): never => {
    throw new Error("broken");
  };
  render(
    <PageBoundary onReload={onReload}>
      <Broken />
    </PageBoundary>,
  );
  expect(screen.getByRole("alert").textContent).toContain("Kith can't go on");
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(onReload).toHaveBeenCalledOnce();
});

it("the words that only parts say come with the first part, before it is there", async () => {
  vi.resetModules(); // as a page begins: without them
  const page = await import("./on_demand");
  const { say } = await import("../view-models/say");
  const words = () => say("archived.none");
  expect(words()).not.toBe("Nothing is archived.");
  const Shown = page.onDemand(() => Promise.resolve(() => <p>{words()}</p>));
  render(<Shown />);
  await screen.findByText("Nothing is archived.");
});
