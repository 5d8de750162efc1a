// SPDX-License-Identifier: AGPL-3.0-or-later

// The list of conversations: newest first, with what each shows in its row.
import { partnerHandle, titleOf, type Conversation } from "./core";
import type { EntityStore } from "./entity_store";
import { ViewModel } from "./view_model";

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

/** Those whose title or number has every word of the query. */
export function matching(conversations: readonly Conversation[], query: string): readonly Conversation[] {
  const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0) return conversations;
  const number = query.replace(/[^\d+]/g, "");
  return conversations.filter((each) => {
    const title = fold(titleOf(each));
    return words.every((word) => title.includes(word)) || (number.length >= 3 && partnerHandle(each).includes(number));
  });
}
