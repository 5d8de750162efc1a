// SPDX-License-Identifier: AGPL-3.0-or-later

import { readFileSync } from "node:fs";

import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, it } from "vitest";

import { CoreFailure, Failure_Code, ListMembersResponseSchema } from "../core-client/schema";
import { ComposerViewModel, draftOf } from "./composer";
import type { Message } from "./core";
import { EntityStore } from "./entity_store";
import { formatted, onOneLine } from "./formatting";
import { MentionCompletionViewModel, namedIn } from "./mention_completion";
import { isMentioned, mentionsOf, movedMentions, sentMentions } from "./mentions";
import { ANA, BEN, CEM, FakeCore, groupConversation, KITCHEN, message, settle } from "./testing/fake_core";

const named = (text: string, ...mentions: { start: number; length: number; accountId?: string; name?: string }[]) =>
  message({
    body: {
      case: "text",
      value: {
        text,
        mentions: mentions.map(({ start, length, accountId = BEN, name = "Ben" }) => ({
          who: { accountId, name },
          start,
          length,
        })),
      },
    },
  });
const places = (shown: Message) => mentionsOf(shown).map(({ begin, end }) => [begin, end]);

const piecesOf = (...of: Parameters<typeof formatted>) => onOneLine(formatted(...of));

describe("the mentions of a message", () => {
  it("are counted in bytes, and shown in the text's own units", () => {
    expect(places(named("hi @Ben", { start: 3, length: 4 }))).toEqual([[3, 7]]);
    expect(places(named("🎉é @Ben!", { start: 7, length: 4 }))).toEqual([[4, 8]]);
    expect(places(named("@🎉", { start: 0, length: 5 }))).toEqual([[0, 3]]);
  });

  it("that cut a letter, go beyond the text or overlap are none", () => {
    expect(places(named("é@Ben", { start: 1, length: 3 }))).toEqual([]);
    expect(places(named("@Ben", { start: 0, length: 9 }))).toEqual([]);
    expect(places(named("@Ben", { start: 2, length: 0 }))).toEqual([]);
    expect(places(named("@Ben", { start: 0, length: 4 }, { start: 2, length: 2 }))).toEqual([[0, 4]]);
  });

  it("are pieces of the text, with the name that the person has here, whatever was written", () => {
    const shown = named("ask @Boss: https://example.org", { start: 4, length: 5 });
    expect(piecesOf("ask @Boss: https://example.org", mentionsOf(shown))).toMatchObject([
      { kind: "text", text: "ask " },
      { kind: "mention", text: "@Ben", who: { accountId: BEN } },
      { kind: "text", text: ": " },
      { kind: "link", href: "https://example.org/" },
    ]);
    expect(piecesOf("ask", mentionsOf(shown))).toEqual([{ kind: "text", text: "ask" }]);
  });

  it("say whether somebody is meant", () => {
    expect(isMentioned(named("@Ben", { start: 0, length: 4 }), BEN)).toBe(true);
    expect(isMentioned(named("@Ben", { start: 0, length: 4 }), ANA)).toBe(false);
    expect(isMentioned(named("@x", { start: 0, length: 2, accountId: "" }), "")).toBe(false);
  });
});

describe("the mentions of a text that is being written", () => {
  const at = (begin: number, end: number) => [{ begin, end }];
  it("go with it, until they are changed themselves", () => {
    expect(movedMentions(at(3, 7), "hi @Ben", "hi @Ben!")).toEqual(at(3, 7));
    expect(movedMentions(at(3, 7), "hi @Ben", "oh, hi @Ben")).toEqual(at(7, 11));
    expect(movedMentions(at(3, 7), "hi @Ben", "@Ben")).toEqual(at(0, 4));
    expect(movedMentions(at(3, 7), "hi @Ben", "hi @Be")).toEqual([]);
    expect(movedMentions(at(3, 7), "hi @Ben", "hi @Bxen")).toEqual([]);
    expect(movedMentions(at(3, 7), "hi @Ben", "")).toEqual([]);
  });
});

describe("whom a text names", () => {
  interface Vectors {
    members: { account: string; name: string; username: string; this_account: boolean }[];
    cases: { text: string; named: string[] }[];
  }
  const { members, cases } = JSON.parse(
    readFileSync(new URL("../../tests/mention_vectors.json", import.meta.url), "utf8"),
  ) as Vectors;
  const asked = create(ListMembersResponseSchema, {
    members: members.map(({ account, name, username, this_account: thisAccount }) => ({
      person: { accountId: account, name, handles: username === "" ? [] : [{ text: `@${username}` }] },
      thisAccount,
    })),
  }).members;
  it.each(cases)("is as the terminal client has it: $text", ({ text, named: expected }) => {
    const sent = sentMentions(namedIn(text, asked), text, 0);
    expect(sent.map(({ accountId, start, length }) => `${accountId} ${start}+${length}`)).toEqual(expected);
  });
});

describe("naming a member", () => {
  let core: FakeCore;
  let composer: ComposerViewModel;
  let choice: MentionCompletionViewModel;

  beforeEach(() => {
    core = new FakeCore();
    const member = (accountId: string, name: string, thisAccount = false) => ({
      person: { accountId, name },
      thisAccount,
    });
    const members = [member(ANA, "Ana", true), member(BEN, "Ben Åkesson"), member(CEM, "Cem"), member("e", "Bea")];
    core.on("listMembers", () => create(ListMembersResponseSchema, { members }));
    composer = new ComposerViewModel(core, KITCHEN, draftOf(groupConversation(), ANA), () => undefined, {
      inGroup: true,
    });
    choice = new MentionCompletionViewModel(core, new EntityStore(core), KITCHEN, composer);
  });
  const names = () => choice.snapshot().found.map(({ person }) => person?.name);
  const type = async (text: string, at = text.length) => {
    composer.setText(text);
    await choice.look(at);
  };

  it("is offered after an @, all of them but oneself, and fewer with each letter", async () => {
    await type("hi @");
    expect(names()).toEqual(["Ben Åkesson", "Cem", "Bea"]);
    await type("hi @be");
    expect(names()).toEqual(["Ben Åkesson", "Bea"]);
    await type("hi @ben a");
    expect(names()).toEqual(["Ben Åkesson"]);
    await type("hi @ben and");
    expect(names()).toEqual([]);
    expect(core.called("listMembers")).toEqual([{ conversation: KITCHEN }]);
  });

  it("is not offered inside a word, nor where somebody did not want it", async () => {
    await type("ana@be");
    expect(names()).toEqual([]);
    await type("@be");
    choice.decline();
    await type("@bea");
    expect(names()).toEqual([]);
    await type("");
    await type("@be");
    expect(names()).toEqual(["Ben Åkesson", "Bea"]);
  });

  it("puts the name there, and sends who is meant, in bytes", async () => {
    await type("\nhé 🎉 @be, hello", 10);
    choice.move(-1);
    choice.move(1);
    expect(choice.choose()).toBe(20);
    expect(composer.snapshot().text).toBe("\nhé 🎉 @Ben Åkesson , hello");
    expect(names()).toEqual([]);
    await choice.look(20);
    expect(names()).toEqual([]);
    await composer.send();
    const [sent] = core.called("sendMessage");
    expect(sent).toMatchObject({
      text: "hé 🎉 @Ben Åkesson , hello",
      mentions: [{ accountId: BEN, start: 9, length: 13 }],
    });
    expect(composer.snapshot().mentions).toEqual([]);
  });

  it("comes back with the text when that is not sent", async () => {
    await type("@cem");
    choice.choose();
    core.on("sendMessage", () => {
      throw new CoreFailure(Failure_Code.kStorage, "");
    });
    await composer.send();
    expect(composer.snapshot()).toMatchObject({ text: "@Cem ", mentions: [{ accountId: CEM, begin: 0, end: 4 }] });
  });

  it("is found again in a draft, by a name that one member alone has", async () => {
    composer.setText("x@Cem @Cem, @Ben Åkesson and @Cemal");
    await choice.findAgain();
    expect(composer.snapshot().mentions).toEqual([
      { accountId: CEM, begin: 6, end: 10 },
      { accountId: BEN, begin: 12, end: 24 },
    ]);
  });

  it("is looked at once for a key, and again when the field was left", async () => {
    await type("hi @be");
    let told = 0;
    choice.subscribe(() => ++told);
    await choice.look(6); // the cursor has moved as well
    expect(told).toBe(0);
    choice.close();
    await choice.look(6);
    expect(names()).toEqual(["Ben Åkesson", "Bea"]);
  });

  it("names nobody within the name of another", async () => {
    const member = (accountId: string, name: string) => ({ person: { accountId, name } });
    const members = [member(BEN, "Ben @Cem"), member(CEM, "Cem")];
    core.on("listMembers", () => create(ListMembersResponseSchema, { members }));
    composer.setText("@Ben @Cem @Cem");
    await choice.findAgain();
    expect(composer.snapshot().mentions).toEqual([
      { accountId: BEN, begin: 0, end: 9 },
      { accountId: CEM, begin: 10, end: 14 },
    ]);
    await choice.look(9);
    expect(names()).toEqual([]);
  });

  it("without an answer about the members leaves what is typed as it is", async () => {
    core.failing("listMembers", Failure_Code.kStorage);
    await type("hi @be");
    await settle();
    expect(names()).toEqual([]);
    expect(composer.snapshot().text).toBe("hi @be");
  });
});
