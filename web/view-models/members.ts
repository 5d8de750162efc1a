// SPDX-License-Identifier: AGPL-3.0-or-later

// Members of a group by what somebody types, and when they are to be read again.
import type { Member } from "./core";
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

/** When they may be others, or called otherwise: not for everybody who types, nor as keys are handed out. */
export function whenMembersChange(store: EntityStore, conversation: string, listener: () => void): () => void {
  const peer = () => store.conversation(conversation)?.peer;
  let before = peer();
  return store.subscribe(({ contacts, resync }) => {
    const now = peer();
    if (now === before && !contacts && !resync) return;
    before = now;
    listener();
  });
}
