// SPDX-License-Identifier: AGPL-3.0-or-later

import { beforeEach, describe, expect, it, vi } from "vitest";

import { Failure_Code, Group_Role, Message_Tick } from "../core-client/schema";
import { Corrections, mayDeleteForEveryone, mayStar } from "./corrections";
import { MediaKind } from "./core";
import { EntityStore } from "./entity_store";
import { conversation, FakeCore, groupConversation, message, settle } from "./testing/fake_core";

const young = (fields: object = {}) => message({ outgoing: true, atMs: Date.now() - 60_000, ...fields });
const HOUR = 3_600_000;

describe("for everyone", () => {
  it("one deletes what one has written, for two days", () => {
    const may = (hours: number) =>
      mayDeleteForEveryone(conversation(), [young(), young({ atMs: Date.now() - hours * HOUR })]);
    expect([may(47.9), may(48.1)]).toEqual([true, false]);
    expect(mayDeleteForEveryone(conversation(), [young(), young({ outgoing: false })])).toBe(false);
  });

  it("an admin of a group deletes what others have written, too", () => {
    const theirs = [young({ outgoing: false }), young()];
    expect(mayDeleteForEveryone(groupConversation(), theirs)).toBe(true);
    expect(mayDeleteForEveryone(groupConversation({ group: { role: Group_Role.kMember } }), theirs)).toBe(false);
    expect(mayDeleteForEveryone(groupConversation({ group: { role: Group_Role.kNone } }), [young()])).toBe(false);
  });

  it("nobody deletes a note to oneself, what failed, or what was deleted", () => {
    expect(mayDeleteForEveryone(conversation({ peer: { case: "self", value: {} } }), [young()])).toBe(false);
    expect(mayDeleteForEveryone(conversation(), [young({ tick: Message_Tick.kFailed })])).toBe(false);
    expect(mayDeleteForEveryone(conversation(), [young({ body: { case: "deleted", value: {} } })])).toBe(false);
  });
});

it("what is viewed once, or is no more, gets no star", () => {
  const media = (viewOnce: boolean) => ({ body: { case: "media", value: { kind: MediaKind.kPhoto, viewOnce } } });
  expect([young(), young(media(false)), young(media(true))].map(mayStar)).toEqual([true, true, false]);
  expect(mayStar(young({ body: { case: "deleted", value: {} } }))).toBe(false);
});

describe("for oneself", () => {
  let core: FakeCore;
  let corrections: Corrections;
  let hidden: string[];
  const refuse = vi.fn();
  const told: { words: string; undo: (() => void) | undefined; over: (() => void) | undefined }[] = [];
  const tell = (words: string, undo?: () => void, over?: () => void) => void told.push({ words, undo, over });

  beforeEach(() => {
    core = new FakeCore();
    hidden = [];
    told.length = 0;
    refuse.mockClear();
    const timeline = { hide: (ids: ReadonlySet<string>) => void (hidden = [...ids]), subscribe: () => () => undefined };
    const host = { timeline, composer: { refuse } } as never;
    corrections = new Corrections(core, new EntityStore(core), host, () => undefined);
    core.messages = [young(), young()];
  });
  const ids = () => core.messages.map(({ id }) => id);

  it("messages are not shown at once, and gone when nobody has taken that back", () => {
    const wanted = ids();
    corrections.deleteForMe(core.messages, tell);
    expect(hidden).toEqual(wanted);
    expect(core.called("deleteMessages")).toEqual([]);
    expect(told[0]?.words).toBe("2 messages deleted");
    told[0]?.over?.();
    expect(core.called("deleteMessages")).toEqual([{ ids: wanted }]);
    told[0]?.undo?.();
    told[0]?.over?.();
    corrections.leave();
    expect(core.called("deleteMessages")).toHaveLength(1);
  });

  it("what is taken back is there again, and asked of nobody", () => {
    corrections.deleteForMe(core.messages, tell);
    told[0]?.undo?.();
    told[0]?.over?.();
    corrections.leave();
    expect(hidden).toEqual([]);
    expect(core.called("deleteMessages")).toEqual([]);
  });

  it("are gone when somebody leaves, and when the next ones are deleted", () => {
    const [first, second] = core.messages;
    const wanted = ids();
    corrections.deleteForMe([first!], tell);
    corrections.deleteForMe([second!], tell);
    expect(core.called("deleteMessages")).toEqual([{ ids: [wanted[0]] }]);
    told[0]?.over?.(); // what was said before is over with it
    expect(core.called("deleteMessages")).toHaveLength(1);
    corrections.leave();
    expect(core.called("deleteMessages")[1]).toEqual({ ids: [wanted[1]] });
  });

  it("what can't be deleted is there again, and it is said why", async () => {
    core.failing("deleteMessages", Failure_Code.kStorage);
    const [first, second] = core.messages;
    corrections.deleteForMe([first!], tell);
    corrections.deleteForMe([second!], tell);
    await settle();
    expect(hidden).toEqual([second?.id]);
    expect(told.at(-1)?.words).toContain("storage failed");
  });

  it("why something could not be done for everyone is said where one writes", async () => {
    core.failing("deleteMessages", Failure_Code.kTooLate);
    core.failing("starMessages", Failure_Code.kStorage);
    await corrections.deleteForEveryone(core.messages);
    await corrections.star(core.messages, true);
    expect(core.called("deleteMessages")).toEqual([{ ids: ids(), forEveryone: true }]);
    expect(core.called("starMessages")).toEqual([{ ids: ids(), starred: true }]);
    expect(refuse).toHaveBeenCalledTimes(2);
  });
});
