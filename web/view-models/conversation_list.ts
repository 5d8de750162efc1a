// SPDX-License-Identifier: AGPL-3.0-or-later

// The list of conversations: those that are pinned first, then the newest, with what each shows in its row; all of
// them, or those that a filter lets through. What is archived is a list of its own.
import { isMuted, isQuiet, isUnread } from "./arrangement";
import { directOf, groupOf, titleOf, type Conversation, type List } from "./core";
import type { EntityStore } from "./entity_store";
import { handleKind, isInHandle, looksLikeHandle } from "./handle";
import { ViewModel } from "./view_model";
import { fold, wordsOf } from "./words";

/** One of these, or the id of a list that the person has made. */
export type Filter = string;
export const FILTERS = ["all", "unread", "people", "groups"] as const;

export interface ConversationListSnapshot {
  loaded: boolean;
  /** All but those that are archived. */
  conversations: readonly Conversation[];
  archived: readonly Conversation[];
  /** Of this visit: nothing keeps it. */
  filter: Filter;
  /** Of `conversations` those that the filter lets through; the same array where that is all. */
  shown: readonly Conversation[];
  /** Which the person has made, the oldest first. */
  lists: readonly List[];
  /** How many of `conversations` somebody has to look at still. */
  unreadConversations: number;
  /** Unread messages where somebody is told of them: nowhere that is muted or archived. What is marked has one. */
  unread: number;
}

/** The longest that a timer of a browser waits. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class ConversationListViewModel extends ViewModel<ConversationListSnapshot> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The conversation that is open; "" for none. */
  private open = "";
  /** The same, if it was unread under the filter of what is: it stays there, though it has been read. */
  private staying = "";

  constructor(private readonly store: EntityStore) {
    super({
      loaded: false,
      conversations: [],
      archived: [],
      filter: "all",
      shown: [],
      lists: [],
      unreadConversations: 0,
      unread: 0,
    });
    this.onDispose(
      store.select(
        ({ conversations }) => conversations,
        () => this.show(),
      ),
    );
    this.onDispose(
      store.select(
        ({ lists }) => lists,
        (lists) => this.takeLists(lists),
      ),
    );
    this.onDispose(() => clearTimeout(this.timer));
  }

  find(id: string): Conversation | undefined {
    return this.store.conversation(id);
  }

  readonly choose = (filter: Filter): void => {
    if (filter !== this.snapshot().filter) this.showThrough(filter);
  };

  /** Which conversation is open now; "" for none. */
  readonly isOpen = (id: string): void => {
    if (id === this.open) return;
    this.open = id;
    if (this.snapshot().filter === "unread") this.showThrough("unread");
  };

  private takeLists(lists: readonly List[]): void {
    this.update({ lists });
    const { filter } = this.snapshot();
    const isThere = FILTERS.some((each) => each === filter) || lists.some(({ id }) => id === filter);
    if (!isThere) this.showThrough("all");
  }

  private showThrough(filter: Filter): void {
    this.update({ filter, shown: this.letThrough(this.snapshot().conversations, filter) });
  }

  private letThrough(conversations: readonly Conversation[], filter: Filter): readonly Conversation[] {
    const open = this.store.conversation(this.open);
    if (filter !== "unread") this.staying = "";
    else if (open !== undefined && isUnread(open)) this.staying = this.open;
    else if (this.staying !== this.open) this.staying = "";
    switch (filter) {
      case "all":
        return conversations;
      case "unread":
        return conversations.filter((each) => isUnread(each) || each.id === this.staying);
      case "people":
        return conversations.filter((each) => groupOf(each) === undefined);
      case "groups":
        return conversations.filter((each) => groupOf(each) !== undefined);
      default:
        return conversations.filter(({ lists }) => lists.includes(filter));
    }
  }

  private show(): void {
    const now = Date.now();
    const all = this.store.conversations;
    const conversations = all.filter(({ archived }) => !archived);
    const filter = this.store.conversationsLoaded ? this.snapshot().filter : "all"; // whoever is next has chosen none
    this.update({
      loaded: this.store.conversationsLoaded,
      conversations,
      archived: all.filter(({ archived }) => archived),
      filter,
      shown: this.letThrough(conversations, filter),
      unreadConversations: conversations.filter(isUnread).length,
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
