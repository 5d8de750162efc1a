// SPDX-License-Identifier: AGPL-3.0-or-later

// The list of conversations: those that are pinned first, then the newest, with what each shows in its row. What is
// archived is a list of its own.
import { isMuted, isQuiet } from "./arrangement";
import { directOf, titleOf, type Conversation } from "./core";
import type { EntityStore } from "./entity_store";
import { handleKind, isInHandle, looksLikeHandle } from "./handle";
import { ViewModel } from "./view_model";
import { fold, wordsOf } from "./words";

export interface ConversationListSnapshot {
  loaded: boolean;
  /** All but those that are archived. */
  conversations: readonly Conversation[];
  archived: readonly Conversation[];
  /** Unread messages where somebody is told of them: nowhere that is muted or archived. What is marked has one. */
  unread: number;
}

/** The longest that a timer of a browser waits. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class ConversationListViewModel extends ViewModel<ConversationListSnapshot> {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly store: EntityStore) {
    super({ loaded: false, conversations: [], archived: [], unread: 0 });
    this.onDispose(
      store.select(
        ({ conversations }) => conversations,
        () => this.show(),
      ),
    );
    this.onDispose(() => clearTimeout(this.timer));
  }

  find(id: string): Conversation | undefined {
    return this.store.conversation(id);
  }

  private show(): void {
    const now = Date.now();
    const all = this.store.conversations;
    this.update({
      loaded: this.store.conversationsLoaded,
      conversations: all.filter(({ archived }) => !archived),
      archived: all.filter(({ archived }) => archived),
      unread: all.reduce(
        (sum, each) => sum + (isQuiet(each, now) ? 0 : Math.max(each.unread, each.markedUnread ? 1 : 0)),
        0,
      ),
    });
    this.wakeWhenUnmuted(all, now);
  }

  /** What is muted for a while counts again when that is over. */
  private wakeWhenUnmuted(all: readonly Conversation[], now: number): void {
    clearTimeout(this.timer);
    const ends = all.filter((each) => isMuted(each, now)).map(({ mutedUntilUs }) => Number(mutedUntilUs / 1000n) + 1);
    if (ends.length === 0) return;
    this.timer = setTimeout(() => this.show(), Math.min(Math.min(...ends) - now, TIMER_MS_MAX));
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
