// SPDX-License-Identifier: AGPL-3.0-or-later

// The list of conversations: newest first, with what each shows in its row.
import { phoneOf, titleOf, type Conversation, type Core, type Event } from "./core";
import { ViewModel } from "./view_model";

export interface ConversationListSnapshot {
  loaded: boolean;
  conversations: readonly Conversation[];
  /** Unread messages in all of them. */
  unread: number;
}

export function inListOrder(a: Conversation, b: Conversation): number {
  if (a.activityUs !== b.activityUs) return a.activityUs > b.activityUs ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

export class ConversationListViewModel extends ViewModel<ConversationListSnapshot> {
  constructor(private readonly core: Core) {
    super({ loaded: false, conversations: [], unread: 0 });
    this.onDispose(core.onEvents((events) => this.take(events)));
  }

  /** Reads the list anew. */
  readonly load = async (): Promise<void> => {
    const { conversations } = await this.core.call("listConversations");
    this.replace([...conversations].sort(inListOrder), true);
  };

  find(id: string): Conversation | undefined {
    return this.snapshot().conversations.find((each) => each.id === id);
  }

  /** Puts in a conversation that a call has answered with. */
  readonly put = (conversation: Conversation): void => {
    this.putAll(new Map([[conversation.id, conversation]]));
  };

  /** A backlog brings hundreds of changes at once: they are shown once. */
  private take(events: readonly Event[]): void {
    const changed = new Map<string, Conversation>();
    const change = (id: string, to: (conversation: Conversation) => Conversation) => {
      const known = changed.get(id) ?? this.find(id);
      if (known !== undefined) changed.set(id, to(known));
    };
    for (const { kind } of events) {
      switch (kind.case) {
        case "conversationChanged":
          changed.set(kind.value.id, kind.value);
          break;
        case "typingChanged": {
          const { conversation, who, typing } = kind.value;
          change(conversation, (each) => {
            const others = each.typing.filter(({ accountId }) => accountId !== who?.accountId);
            return { ...each, typing: typing && who !== undefined ? [...others, who] : others };
          });
          break;
        }
        case "presenceChanged": {
          const { conversation, presence } = kind.value;
          change(conversation, (each) =>
            each.peer.case === "direct"
              ? { ...each, peer: { case: "direct", value: { ...each.peer.value, presence } } }
              : each,
          );
          break;
        }
        case "contactsChanged":
        case "resync":
          void this.load().catch(() => undefined);
      }
    }
    this.putAll(changed);
  }

  private putAll(changed: ReadonlyMap<string, Conversation>): void {
    if (changed.size === 0) return;
    const others = this.snapshot().conversations.filter((each) => !changed.has(each.id));
    this.replace([...others, ...changed.values()].sort(inListOrder), this.snapshot().loaded);
  }

  private replace(conversations: readonly Conversation[], loaded: boolean): void {
    this.update({ conversations, loaded, unread: conversations.reduce((sum, each) => sum + each.unread, 0) });
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
    return words.every((word) => title.includes(word)) || (number.length >= 3 && phoneOf(each).includes(number));
  });
}
