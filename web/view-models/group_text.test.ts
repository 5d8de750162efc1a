// SPDX-License-Identifier: AGPL-3.0-or-later

import { describe, expect, it } from "vitest";

import { Group_Role, GroupEvent_Kind as Kind } from "../core-client/schema";
import { titleOf } from "./core";
import { authorIn, closedText, groupEventText, membersLine, typingText } from "./group_text";
import { previewText } from "./preview_text";
import { ANA, BEN, CEM, conversation, groupConversation, message } from "./testing/fake_core";

const person = (accountId: string, name: string) => ({ accountId, name });
const ana = person(ANA, "Ana");
const ben = person(BEN, "Ben");
const cem = person(CEM, "Cem");
const others = (count: number) =>
  Array.from({ length: count }, (_, at) => person(String(at).padStart(32, "0"), `P${at}`));

const event = (sender: object, kind: Kind, whom: readonly object[] = [], title = "") =>
  message({ sender, outgoing: false, body: { case: "groupEvent", value: { kind, whom: whom as never[], title } } });
const said = (...given: Parameters<typeof event>) => groupEventText(event(...given), ANA);

describe("what somebody did with a group is said", () => {
  it("with their name, and with you for oneself", () => {
    expect(said(ben, Kind.kCreated, [], "Kitchen")).toBe("Ben made the group “Kitchen”");
    expect(said(ana, Kind.kAdded, [ben])).toBe("You added Ben");
    expect(said(ben, Kind.kAdded, [ana])).toBe("Ben added you");
    expect(said(ben, Kind.kAdded, [ana, cem])).toBe("Ben added Cem and you");
    expect(said(ana, Kind.kLeft)).toBe("You left");
    expect(said(ben, Kind.kRemoved, [ana])).toBe("Ben removed you");
    expect(said(ben, Kind.kTitle, [], "Cooks")).toBe("Ben named the group “Cooks”");
  });

  it("with the first of many, and how many more", () => {
    expect(said(ben, Kind.kAdded, others(4))).toBe("Ben added P0, P1, P2, and P3");
    expect(said(ben, Kind.kAdded, others(5))).toBe("Ben added P0, P1, P2 and 2 others");
    expect(said(ben, Kind.kAdded, [...others(1000), ana])).toBe("Ben added you, P0, P1 and 998 others");
  });

  it("of one and of several", () => {
    expect(said(ben, Kind.kPromoted, [cem])).toBe("Ben made Cem an admin");
    expect(said(ben, Kind.kPromoted, [cem, ana])).toBe("Ben made Cem and you admins");
    expect(said(ana, Kind.kDemoted, [cem])).toBe("You dismissed Cem as admin");
  });

  it("in words of its own for each kind, also one that this version does not know", () => {
    const kinds = Object.values(Kind).filter((kind) => typeof kind === "number");
    const texts = [...kinds, 99 as Kind].map((kind) => said(ben, kind, [cem], "Kitchen"));
    expect(new Set(texts).size).toBe(kinds.length); // of none and of an unknown one it is the same
    expect(texts.every((text) => text.startsWith("Ben "))).toBe(true);
  });

  it("in the list, too", () => {
    expect(previewText(event(ana, Kind.kAdded, [ben]), ANA)).toBe("You added Ben");
  });
});

describe("below the name of a group", () => {
  it("stands who is in it", () => {
    expect(membersLine(groupConversation())).toBe("Ben, Cem, you");
    expect(membersLine(groupConversation({ group: { role: Group_Role.kNone, members: 2 } }))).toBe("Ben, Cem");
    const many = groupConversation({ group: { members: 14, firstMembers: [ben, cem, person("e", "Eve")] } });
    expect(membersLine(many)).toBe("Ben, Cem, Eve and 11 more");
    expect(membersLine(groupConversation({ group: { members: 9, firstMembers: [] } }))).toBe("9 members");
    expect(membersLine(groupConversation({ group: { members: 1, firstMembers: [] } }))).toBe("you");
    expect(membersLine(conversation())).toBe("");
  });

  it("that has not come yet stands so", () => {
    const coming = groupConversation({ title: "", group: { incomplete: true, role: Group_Role.kNone } });
    expect(titleOf(coming)).toBe("Group");
    expect(membersLine(coming)).toBe("Getting this group …");
    expect(closedText(coming)).not.toBe("");
  });

  it("stands who is typing, in a group by name", () => {
    expect(typingText(groupConversation({ typing: [ben] }))).toBe("Ben is typing …");
    expect(typingText(groupConversation({ typing: [ben, cem] }))).toBe("Ben and Cem are typing …");
    expect(typingText(groupConversation({ typing: [ben, cem, ana] }))).toBe("3 people are typing …");
    expect(typingText(conversation({ typing: [ben] }))).toBe("typing …");
    expect(typingText(groupConversation())).toBe("");
  });
});

describe("in a group", () => {
  it("nobody writes who is no member, and none but admins where only they may", () => {
    const onlyAdmins = { send: false, editInfo: true, addMembers: true };
    const member = { role: Group_Role.kMember, permissions: onlyAdmins };
    expect(closedText(groupConversation())).toBe("");
    expect(closedText(groupConversation({ group: { permissions: onlyAdmins } }))).toBe("");
    expect(closedText(groupConversation({ group: member }))).toBe("Only admins can send messages.");
    expect(closedText(groupConversation({ group: { role: Group_Role.kNone } }))).toBe(
      "You are no longer a member of this group.",
    );
    expect(closedText(conversation())).toBe("");
  });

  it("a message has an author, of others' alone", () => {
    expect(authorIn(groupConversation(), message())).toBe("Ben");
    expect(authorIn(groupConversation(), message({ outgoing: true }))).toBe("");
    expect(authorIn(conversation(), message())).toBe("");
  });
});
