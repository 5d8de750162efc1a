// SPDX-License-Identifier: AGPL-3.0-or-later

import { create } from "@bufbuild/protobuf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, SearchResponseSchema } from "../core-client/schema";
import { ChatSearchViewModel, type FoundShown } from "./chat_search";
import { BEN, FakeCore, message, NOON } from "./testing/fake_core";

let core: FakeCore;
let shown: FoundShown & { marks: ReadonlyMap<string, readonly string[]>; jumps: [string, readonly string[]][] };
let search: ChatSearchViewModel;

const found = (...ids: string[]) =>
  create(SearchResponseSchema, {
    messages: ids.map((id, at) => message({ id, text: "the Train, a train", atMs: NOON - at })),
    excerpts: ids.map(() => ({
      pieces: [
        { text: "the ", matched: false },
        { text: "Train", matched: true },
        { text: ", a ", matched: false },
        { text: "train", matched: true },
      ],
    })),
  });
const later = () => vi.advanceTimersByTimeAsync(200);

beforeEach(() => {
  vi.useFakeTimers();
  core = new FakeCore();
  shown = {
    marks: new Map(),
    jumps: [],
    mark: (marks) => void (shown.marks = marks),
    jumpTo: async (id, texts) => shown.jumps.push([id, texts]) > 0,
  };
  search = new ChatSearchViewModel(core, BEN, shown);
  search.open();
});
afterEach(() => void vi.useRealTimers());

describe("the search within a conversation", () => {
  it("asks for that conversation alone, marks every message that has the words, and goes to the newest", async () => {
    core.on("search", () => found("3", "2", "1"));
    search.setQuery(" train ");
    await later();
    expect(core.called("search")).toEqual([{ query: "train", conversation: BEN, limit: 500 }]);
    expect([...shown.marks.keys()]).toEqual(["3", "2", "1"]);
    expect(shown.marks.get("2")).toEqual(["Train", "train"]);
    expect(shown.jumps).toEqual([["3", ["Train", "train"]]]);
    expect(search.snapshot()).toMatchObject({ hits: ["3", "2", "1"], at: 0, more: false });
  });

  it("goes from hit to hit, and no further than the first and the last", async () => {
    core.on("search", () => found("3", "2", "1"));
    search.setQuery("train");
    await later();
    for (const step of [search.newer, search.older, search.older, search.older, search.newer]) {
      step();
      await later();
    }
    expect(shown.jumps.map(([id]) => id)).toEqual(["3", "2", "1", "2"]);
    expect(search.snapshot().at).toBe(1);
  });

  it("takes the answer to what is typed now, and not a late one to what was typed before", async () => {
    let answerFirst: (value: unknown) => void = () => undefined;
    core.on("search", ({ query }) => (query === "tr" ? new Promise((resolve) => (answerFirst = resolve)) : found("2")));
    search.setQuery("tr");
    await later();
    search.setQuery("train");
    await later();
    answerFirst(found("1"));
    await later();
    expect(search.snapshot().hits).toEqual(["2"]);
    expect(shown.jumps.map(([id]) => id)).toEqual(["2"]);
  });

  it("leaves no mark behind when it is closed, or looks for something else", async () => {
    core.on("search", () => found("3"));
    search.setQuery("train");
    await later();
    search.setQuery("trains");
    expect(shown.marks.size).toBe(0);
    await later();
    expect(shown.marks.size).toBe(1);
    search.close();
    expect(shown.marks.size).toBe(0);
    expect(search.snapshot()).toMatchObject({ open: false, query: "", hits: undefined });
  });

  /** Jumps that end when the test says so. */
  const slowJumps = () => {
    const ends: ((isHere: boolean) => void)[] = [];
    shown.jumpTo = (id, texts) => {
      shown.jumps.push([id, texts]);
      return new Promise((resolve) => ends.push(resolve));
    };
    return { end: (isHere: boolean) => ends.shift()?.(isHere) };
  };

  it("forgets that a hit is gone when one goes on to the next", async () => {
    core.on("search", () => found("3", "2"));
    shown.jumpTo = async (id) => id !== "3";
    search.setQuery("train");
    await later();
    expect(search.snapshot().error).toContain("isn't on this device");
    search.older();
    await later();
    expect(search.snapshot()).toMatchObject({ at: 1, error: "" });
  });

  it("makes one jump at a time, and passes over what nobody waits for any more", async () => {
    core.on("search", () => found("4", "3", "2", "1"));
    const jumps = slowJumps();
    search.setQuery("train");
    await later();
    for (const step of [search.older, search.older, search.older, search.newer]) step();
    expect(shown.jumps.map(([id]) => id)).toEqual(["4"]);
    jumps.end(false); // of that one nobody needs to hear any more
    await later();
    expect(shown.jumps.map(([id]) => id)).toEqual(["4", "2"]);
    jumps.end(true);
    await later();
    expect(shown.jumps).toHaveLength(2);
    expect(search.snapshot()).toMatchObject({ at: 2, error: "" });
  });

  it.each([
    ["closed", () => search.close()],
    ["ended", () => search.dispose()],
    ["asked for something else", () => search.setQuery("tram")],
  ])("that is %s while a jump is on its way says nothing about it", async (_, leave) => {
    core.on("search", ({ query }) => (query === "train" ? found("3") : found()));
    const jumps = slowJumps();
    search.setQuery("train");
    await later();
    leave();
    jumps.end(false);
    await later();
    expect(search.snapshot().error).toBe("");
    expect(shown.jumps).toHaveLength(1);
  });

  it("says when nothing is found, when a hit is gone, and why it can't be searched", async () => {
    core.on("search", () => found());
    search.setQuery("train");
    await later();
    expect(search.snapshot()).toMatchObject({ hits: [], error: "" });
    core.on("search", () => found("3"));
    shown.jumpTo = async () => false;
    search.setQuery("trai");
    await later();
    expect(search.snapshot().error).toContain("isn't on this device");
    core.failing("search", Failure_Code.kStorage);
    search.setQuery("tra");
    await later();
    expect(search.snapshot().error).toContain("storage failed");
  });
});
