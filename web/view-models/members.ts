// SPDX-License-Identifier: AGPL-3.0-or-later

// Members of a group by what somebody types, and when they are to be read again.
import { groupOf, type Conversation, type Member } from "./core";
import type { EntityStore } from "./entity_store";
import { isInHandle } from "./handle";
import { fold, wordsOf } from "./words";

/** Those with a word of the name that begins as each word of the query does, or with the query in a handle. */
export function matchingMembers(members: readonly Member[], query: string): readonly Member[] {
  const words = wordsOf(query);
  if (words.length === 0) return members;
  return members.filter(({ person }) => {
    const name = wordsOf(person?.name ?? "");
    return (
      words.every((word) => name.some((each) => each.startsWith(word))) ||
      (person?.handles ?? []).some(({ text }) => isInHandle(query, text))
    );
  });
}

/** Whether a name goes on as it is typed: "ben smi" is the beginning of "Ben Smith", spaces and all. */
export const beginsAs = (name: string, typed: string): boolean => fold(name).startsWith(fold(typed));

/**
 * When they may be others, or called otherwise: not for every message, nor for everybody who types. What a member is
 * called by their profile is told as a change of the conversation in which nothing else is another.
 */
export function whenMembersChange(store: EntityStore, conversation: string, listener: () => void): () => void {
  let before = store.conversation(conversation);
  return store.subscribe(({ contacts, resync }) => {
    const now = store.conversation(conversation);
    const isOther =
      now?.peer !== before?.peer && (whoIsInIt(now) !== whoIsInIt(before) || restOf(now) === restOf(before));
    before = now;
    if (isOther || contacts || resync) listener();
  });
}

function whoIsInIt(conversation: Conversation | undefined): string {
  const group = conversation && groupOf(conversation);
  if (group === undefined) return "";
  const { revision, role, firstMembers } = group;
  return JSON.stringify([String(revision), role, firstMembers.map(({ accountId, name }) => [accountId, name])]);
}

/** What changes as one writes and reads in it. */
function restOf(conversation: Conversation | undefined): string {
  if (conversation === undefined) return "";
  const { lastMessage, unread, draft, draftQuote, typing, activityUs, archived, pinned, mutedUntilUs, markedUnread } =
    conversation;
  const last = [lastMessage?.id, lastMessage?.tick, lastMessage?.failure, lastMessage?.body.case];
  const marks = [String(activityUs), archived, pinned, String(mutedUntilUs), markedUnread];
  const writing = [draft, draftQuote?.messageId, typing.map(({ accountId }) => accountId)];
  return JSON.stringify([last, unread, writing, marks]);
}
