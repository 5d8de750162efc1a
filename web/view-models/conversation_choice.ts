// SPDX-License-Identifier: AGPL-3.0-or-later

// Conversations of which some are chosen: those that something is to go to, or that are to be in a list.
import { matching } from "./conversation_list";
import { directOf, type Conversation } from "./core";
import type { EntityStore } from "./entity_store";
import { closedText } from "./group_text";
import { ViewModel } from "./view_model";

export interface ConversationChoiceSnapshot {
  query: string;
  /** Those that can be chosen, as far as the query fits: in the order of the list, what is archived last. */
  conversations: readonly Conversation[];
  chosen: readonly Conversation[];
}

/** One can write there. */
const isOpen = (conversation: Conversation): boolean =>
  directOf(conversation)?.blocked !== true && closedText(conversation) === "";

export class ConversationChoice extends ViewModel<ConversationChoiceSnapshot> {
  /**
   * `onChange`: another one is chosen. `may`: which can be. `chosen` are the ids of those that are at first.
   */
  constructor(
    private readonly store: EntityStore,
    readonly most: number,
    private readonly onChange: () => void,
    private readonly may: (conversation: Conversation) => boolean = isOpen,
    chosen: ReadonlySet<string> = new Set(),
  ) {
    super({ query: "", conversations: [], chosen: store.conversations.filter(({ id }) => chosen.has(id)) });
    this.onDispose(
      store.select(
        (of) => of.conversations,
        () => this.look(),
      ),
    );
    this.look();
  }

  readonly setQuery = (query: string): void => {
    this.update({ query });
    this.look();
  };

  /** No other can be chosen before one of them is no more. Where there can be one it takes the place of another. */
  get isFull(): boolean {
    return this.most > 1 && this.snapshot().chosen.length >= this.most;
  }

  /** Chooses a conversation, or takes that back. */
  readonly toggle = (conversation: Conversation): void => {
    const { chosen } = this.snapshot();
    const others = chosen.filter(({ id }) => id !== conversation.id);
    const isNew = others.length === chosen.length;
    if (isNew && this.isFull) return;
    this.update({ chosen: isNew ? [...(this.most > 1 ? others : []), conversation] : others, query: "" });
    this.look();
    this.onChange();
  };

  /** It went there. */
  readonly drop = (id: string): void =>
    this.update({ chosen: this.snapshot().chosen.filter((each) => each.id !== id) });

  private look(): void {
    const open = this.store.conversations.filter(this.may);
    const sorted = [...open.filter(({ archived }) => !archived), ...open.filter(({ archived }) => archived)];
    this.update({ conversations: matching(sorted, this.snapshot().query) });
  }
}
