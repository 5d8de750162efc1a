// SPDX-License-Identifier: AGPL-3.0-or-later

// Groups in words: who is in one, who writes, what somebody did with it. One's own account is "you".
import {
  directOf,
  GroupEventKind,
  groupOf,
  isSaid,
  Role,
  type Conversation,
  type Message,
  type Person,
  type QuotedInGroup,
} from "./core";
import { listText } from "./intl_text";
import { say } from "./say";

/** More are counted, not named. */
const NAMED_MAX = 3;

export const nameOf = (person: Person | undefined): string => person?.name ?? say("group.somebody");

/** What the group is called whose message is quoted in private. */
export const quotedGroupText = ({ title }: QuotedInGroup): string => (title === "" ? say("core.group") : title);

/** One's own account last, and as "you"; of many the first ones. */
export function peopleText(people: readonly Person[], self: string): string {
  const others = people.filter(({ accountId }) => accountId !== self).map(nameOf);
  const withSelf = others.length < people.length ? [say("group.you")] : [];
  const room = NAMED_MAX - withSelf.length;
  if (others.length <= room + 1) return listText([...others, ...withSelf]);
  const named = [...withSelf, ...others.slice(0, room)];
  return say("group.andOthers", { names: listText(named, "unit"), count: others.length - room });
}

/** What somebody did with a group. */
export function groupEventText({ sender, outgoing, body }: Message, self: string): string {
  if (body.case !== "groupEvent") return "";
  const { kind, whom, title } = body.value;
  const own = outgoing || (sender !== undefined && sender.accountId === self) ? "yes" : "no";
  const who = nameOf(sender);
  const people = peopleText(whom, self);
  const count = whom.length;
  switch (kind) {
    case GroupEventKind.kCreated:
      return say("groupEvent.created", { own, who, title });
    case GroupEventKind.kAdded:
      return say("groupEvent.added", { own, who, people });
    case GroupEventKind.kRemoved:
      return say("groupEvent.removed", { own, who, people });
    case GroupEventKind.kLeft:
      return say("groupEvent.left", { own, who });
    case GroupEventKind.kPromoted:
      return say("groupEvent.promoted", { own, who, people, count });
    case GroupEventKind.kDemoted:
      return say("groupEvent.demoted", { own, who, people, count });
    case GroupEventKind.kTitle:
      return say("groupEvent.title", { own, who, title });
    case GroupEventKind.kDescription:
      return say("groupEvent.description", { own, who });
    case GroupEventKind.kPermissions:
      return say("groupEvent.permissions", { own, who });
    case GroupEventKind.kLink:
      return say("groupEvent.link", { own, who });
    case GroupEventKind.kLinkEnded:
      return say("groupEvent.linkEnded", { own, who });
    case GroupEventKind.kJoined:
      return say("groupEvent.joined", { own, who });
    case GroupEventKind.kAsked:
      return say("groupEvent.asked", { own, who });
    case GroupEventKind.kLetIn:
      return say("groupEvent.letIn", { own, who, people });
    case GroupEventKind.kTurnedAway:
      return say("groupEvent.turnedAway", { own, who, people });
    case GroupEventKind.kPhoto:
      return say("groupEvent.photo", { own, who });
    default:
      return say("groupEvent.other", { own, who });
  }
}

/** Who is in it, below its name; "" when it is no group. */
export function membersLine(conversation: Conversation): string {
  const group = groupOf(conversation);
  if (group === undefined) return "";
  if (group.incomplete) return say("group.fetching");
  const isMember = group.role !== Role.kNone;
  const names = group.firstMembers.map(nameOf);
  const others = group.members - (isMember ? 1 : 0);
  if (names.length === 0 && others > 0) return say("group.members", { count: group.members });
  if (others > names.length)
    return say("group.andMore", { names: listText(names, "unit"), count: group.members - names.length });
  return listText([...names, ...(isMember ? [say("group.you")] : [])], "unit");
}

/** Who is writing now; "" when nobody is. */
export function typingText(conversation: Conversation): string {
  const { typing } = conversation;
  if (typing.length === 0) return "";
  if (groupOf(conversation) === undefined) return say("common.typing");
  if (typing.length > 2) return say("group.manyTyping", { count: typing.length });
  return say("group.typing", { names: listText(typing.map(nameOf)), count: typing.length });
}

/** Why nothing can be written in it; "" when something can. */
export function closedText(conversation: Conversation): string {
  const group = groupOf(conversation);
  if (group === undefined) return "";
  if (group.incomplete) return say("composer.incomplete");
  if (group.role === Role.kNone) return say("composer.noMember");
  return group.permissions?.send === false && group.role !== Role.kAdmin ? say("composer.onlyAdmins") : "";
}

/** Something can be sent there. */
export const isOpenForWords = (conversation: Conversation): boolean =>
  directOf(conversation)?.blocked !== true && closedText(conversation) === "";

/** Whether one can say anything to it with an emoji: to what somebody has written, where one can write. */
export const canReact = (conversation: Conversation, message: Message): boolean =>
  isOpenForWords(conversation) && isSaid(message);

/** Who wrote it, where that is not plain: in a group, of what others have written. */
export const authorIn = (conversation: Conversation, { outgoing, sender, body }: Message): string =>
  outgoing || body.case === "deleted" || groupOf(conversation) === undefined ? "" : nameOf(sender);
