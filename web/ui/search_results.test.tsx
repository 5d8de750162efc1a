// SPDX-License-Identifier: AGPL-3.0-or-later
// @vitest-environment jsdom

import { create } from "@bufbuild/protobuf";
import { cleanup, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";

import { SearchResponseSchema } from "../core-client/schema";
import { EntityStore } from "../view-models/entity_store";
import { SearchViewModel } from "../view-models/search";
import { FakeCore, message, NOON } from "../view-models/testing/fake_core";
import { SearchResults } from "./search_results";

afterEach(cleanup);

describe("an own message that was found", () => {
  it("has its direction from its own words, not from those that say whose it is", async () => {
    const core = new FakeCore();
    const own = message({ outgoing: true, text: "מה שלומך?" });
    const excerpts = [{ pieces: [{ text: "מה שלומך?", matched: false }] }];
    core.on("search", () => create(SearchResponseSchema, { messages: [own], excerpts }));
    const model = new SearchViewModel(core, new EntityStore(core));
    render(
      <SearchResults
        model={model}
        conversationOf={() => undefined}
        onOpen={() => undefined}
        now={NOON}
        nothingElse={false}
      />,
    );
    model.setQuery("מה");
    const row = await screen.findByRole("button");
    expect(row.querySelector("[data-part=excerpt]")?.textContent).toBe("מה שלומך?");
    expect(row.textContent).toContain("You: מה שלומך?");
  });
});
