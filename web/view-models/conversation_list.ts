// SPDX-License-Identifier: AGPL-3.0-or-later

// The list of conversations: newest first, with what each shows in its row.
import { directOf, titleOf, type Conversation } from "./core";
import type { EntityStore } from "./entity_store";
import { handleKind, isInHandle, looksLikeHandle } from "./handle";
import { ViewModel } from "./view_model";
import { fold, wordsOf } from "./words";

export interface ConversationListSnapshot {
  loaded: boolean;
  conversations: readonly Conversation[];
  /** Unread messages in all of them. */
  unread: number;
}

export class ConversationListViewModel extends ViewModel<ConversationListSnapshot> {
  constructor(private readonly store: EntityStore) {
    super({ loaded: false, conversations: [], unread: 0 });
    this.onDispose(
      store.select(
        ({ conversations }) => conversations,
        (conversations) => this.show(conversations),
      ),
    );
  }

  find(id: string): Conversation | undefined {
    return this.store.conversation(id);
  }

  private show(conversations: readonly Conversation[]): void {
    const unread = conversations.reduce((sum, each) => sum + each.unread, 0);
    this.update({ conversations, loaded: this.store.conversationsLoaded, unread });
  }
}

/** Those with every word of the query in the title, or with the query in a handle of the partner. */
export function matching(conversations: readonly Conversation[], query: string): readonly Conversation[] {
  const words = wordsOf(query);
  if (words.length === 0) return conversations;
  return conversations.filter((each) => {
    const title = fold(titleOf(each));
    return words.every((word) => title.includes(word)) || handlesOf(each).some((text) => isInHandle(query, text));
  });
}

/**
 * Whether a handle is typed that is of none of those that were found by it: a number is whole when nobody has more of
 * it, anything else may be the beginning of another's.
 */
export function isNewHandle(found: readonly Conversation[], typed: string): boolean {
  if (!looksLikeHandle(typed)) return false;
  if (handleKind(typed) === "phone") return found.length === 0;
  const handle = typed.trim().toLowerCase();
  return !found.some((each) => handlesOf(each).some((text) => text.toLowerCase() === handle));
}

const handlesOf = (conversation: Conversation): readonly string[] =>
  directOf(conversation)?.partner?.handles.map(({ text }) => text) ?? [];
