// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it } from "vitest";

import { MediaKind } from "./core";
import { exported, exportName, type ExportFormat } from "./export";
import { BEN, conversation, groupConversation, message, micros, NOON, type FakeCore } from "./testing/fake_core";
import { settledCore } from "./testing/settled_core";

let core: FakeCore;
const counts: number[] = [];
const run = async (format: ExportFormat, signal = new AbortController().signal): Promise<string> => {
  counts.length = 0;
  const told = (count: number) => void counts.push(count);
  return (await exported(core, conversation(), format, { self: "", told, signal })).text();
};
const photo = {
  body: {
    case: "media" as const,
    value: { kind: MediaKind.kPhoto, name: "boat.jpg", mimeType: "image/jpeg", size: 7n, caption: { text: "ours" } },
  },
};

beforeEach(() => {
  core = settledCore();
  core.messages = [
    message({ text: "Hello\nthere", atMs: NOON, sender: { accountId: BEN, name: "Ben" } }),
    message({ text: "[not a time] x", outgoing: true, atMs: NOON + 60_000, editedUs: micros(NOON), forwards: 2 }),
    message({ ...photo, atMs: NOON + 120_000, sender: { accountId: BEN, name: "Ben" } }),
    message({ body: { case: "deleted", value: { by: { accountId: BEN, name: "Ben" } } }, atMs: NOON + 180_000 }),
  ];
});

describe("a conversation that is exported", () => {
  it("as text has a line for each message, with who said it when", async () => {
    const lines = (await run("text")).split("\n");
    expect(lines[0]).toMatch(/^\[.*12:00.*\] Ben: Hello$/);
    expect(lines[1]).toBe("  there");
    expect(lines[2]).toMatch(/^\[.*\] You: \(Forwarded\) \[not a time\] x \(Edited\)$/);
    expect(lines[3]).toMatch(/^\[.*\] Ben: <boat.jpg> ours$/);
    expect(lines[4]).toMatch(/^\[.*\] This message was deleted$/);
    expect(lines.slice(5)).toEqual([""]);
  });

  it("as JSON has what kith gives", async () => {
    const { title, messages } = JSON.parse(await run("json")) as { title: string; messages: object[] };
    expect(title).toBe("Ben");
    expect(messages[0]).toMatchObject({ type: "message", text: "Hello\nthere", from_account: BEN, outgoing: false });
    expect(messages[1]).toMatchObject({ forwards: 2, edited_at: new Date(NOON).toISOString() });
    expect(messages[2]).toMatchObject({
      text: "ours",
      attachment: { kind: "photo", name: "boat.jpg", mime_type: "image/jpeg", size: 7 },
    });
    expect(messages[3]).toMatchObject({ type: "deleted", deleted_by: BEN, text: "" });
  });

  it("is all of it, page by page, the first message first", async () => {
    core.messages = Array.from({ length: 1203 }, (_, at) => message({ text: `line ${at}`, atMs: NOON + at }));
    const lines = (await run("text")).trim().split("\n");
    expect(lines).toHaveLength(1203);
    expect(lines[0]).toContain("line 0");
    expect(lines.at(-1)).toContain("line 1202");
    expect(counts).toEqual([500, 1000, 1203]);
    const { messages } = JSON.parse(await run("json")) as { messages: unknown[] };
    expect(messages).toHaveLength(1203);
  });

  it("is given up when somebody wants that, and of nothing is nothing", async () => {
    await expect(run("text", AbortSignal.abort())).rejects.toThrow();
    core.messages = [];
    expect(JSON.parse(await run("json"))).toMatchObject({ messages: [] });
  });

  it("is called as it is called, without what no file can be called", () => {
    expect(exportName(groupConversation({ title: 'a/b: "c"' }), "json")).toMatch(/^a b  *c *- \d{4}-\d\d-\d\d\.json$/);
  });
});
