// The list of conversations: newest first, with what each shows in its row.
import type { Conversation, Core, Event } from "./core";
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
    this.onDispose(core.onEvents((events) => events.forEach((event) => this.take(event))));
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
    const others = this.snapshot().conversations.filter((each) => each.id !== conversation.id);
    this.replace([...others, conversation].sort(inListOrder), this.snapshot().loaded);
  };

  private take(event: Event): void {
    const { case: kind, value } = event.kind;
    switch (kind) {
      case "conversationChanged": return this.put(value);
      case "typingChanged": return this.change(value.conversation, (each) => ({ ...each, typing: value.typing }));
      case "presenceChanged": {
        const presence = value.presence;
        return this.change(value.conversation, (each) => (presence === undefined ? each : { ...each, presence }));
      }
      case "contactsChanged":
      case "resync": void this.load().catch(() => undefined);
    }
  }

  private change(id: string, to: (conversation: Conversation) => Conversation): void {
    const { conversations, loaded } = this.snapshot();
    if (conversations.some((each) => each.id === id)) {
      this.replace(conversations.map((each) => (each.id === id ? to(each) : each)), loaded);
    }
  }

  private replace(conversations: readonly Conversation[], loaded: boolean): void {
    this.update({ conversations, loaded, unread: conversations.reduce((sum, each) => sum + each.unread, 0) });
  }
}

/** Those whose title or number has every word of the query. */
export function matching(conversations: readonly Conversation[], query: string): readonly Conversation[] {
  const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(query).split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return conversations;
  const number = query.replace(/[^\d+]/g, "");
  return conversations.filter((each) => {
    const title = fold(each.title);
    return words.every((word) => title.includes(word)) || (number.length >= 3 && each.phone.includes(number));
  });
}
