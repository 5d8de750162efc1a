// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { create } from "@bufbuild/protobuf";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, SearchResponseSchema } from "../core-client/schema";
import { EntityStore } from "../view-models/entity_store";
import { SearchViewModel } from "../view-models/search";
import { FakeCore, message, NOON } from "../view-models/testing/fake_core";
import { SearchResults } from "./search_results";

let core: FakeCore;
let model: SearchViewModel;
const onOpen = vi.fn();

beforeEach(() => {
  core = new FakeCore();
  model = new SearchViewModel(core, new EntityStore(core));
  onOpen.mockClear();
});
afterEach(cleanup);

function search(query: string, nothingElse = false): void {
  const props = { model, onOpen, now: NOON, nothingElse };
  render(<SearchResults {...props} conversationOf={() => undefined} />);
  model.setQuery(query);
}

describe("an own message that was found", () => {
  it("has its direction from its own words, not from those that say whose it is", async () => {
    const own = message({ outgoing: true, text: "מה שלומך?" });
    const excerpts = [{ pieces: [{ text: "מה שלומך?", matched: false }] }];
    core.on("search", () => create(SearchResponseSchema, { messages: [own], excerpts }));
    search("מה");
    const row = await screen.findByRole("button");
    expect(row.querySelector("[data-part=excerpt]")?.textContent).toBe("מה שלומך?");
    expect(row.textContent).toContain("You: מה שלומך?");
  });
});

describe("a search in all messages", () => {
  it("shows what was found with the words marked, and opens it at them", async () => {
    const found = message({ text: "the night train" });
    const pieces = [
      { text: "the night ", matched: false },
      { text: "train", matched: true },
    ];
    core.on("search", () => create(SearchResponseSchema, { messages: [found], excerpts: [{ pieces }] }));
    search("train");
    const row = await screen.findByRole("button");
    expect([...row.querySelectorAll("mark")].map(({ textContent }) => textContent)).toEqual(["train"]);
    expect(row.querySelector("[data-part=title]")?.textContent).toBe("Ben");
    fireEvent.click(row);
    expect(onOpen).toHaveBeenCalledWith(found, ["train"]);
  });

  it("that finds nothing says so, unless a conversation was found", async () => {
    core.on("search", () => create(SearchResponseSchema, {}));
    search("train", true);
    expect((await screen.findByRole("status")).textContent).toBe("Nothing found.");
    cleanup();
    search("trains");
    await vi.waitFor(() => expect(core.called("search")).toHaveLength(2));
    expect(screen.queryByRole("status")).toBeNull();
  });

  it("that fails says why", async () => {
    core.failing("search", Failure_Code.kStorage);
    search("train");
    expect((await screen.findByRole("alert")).textContent).toContain("storage failed");
  });
});
