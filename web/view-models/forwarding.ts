// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that are sent once more, to other conversations: which, and to whom. Fetched when somebody does so first.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { ConversationChoice } from "./conversation_choice";
import { FORWARD_CONVERSATIONS_MAX, FORWARDS_FAR, type Conversation, type Core, type Message } from "./core";
import type { EntityStore } from "./entity_store";

export class ForwardingViewModel extends ActingViewModel<Acting> {
  /** What has come far goes to one at a time. */
  readonly isFar: boolean;
  readonly choice: ConversationChoice;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    readonly messages: readonly Message[],
  ) {
    super(AT_REST);
    this.isFar = messages.some(({ forwards }) => forwards >= FORWARDS_FAR);
    this.choice = new ConversationChoice(store, this.isFar ? 1 : FORWARD_CONVERSATIONS_MAX, this.forgetSaid);
    this.onDispose(() => this.choice.dispose());
  }

  /** To whom they went; to nobody when that can't be, which is said. */
  readonly send = async (): Promise<readonly Conversation[]> => {
    const { chosen } = this.choice.snapshot();
    if (this.snapshot().busy || chosen.length === 0) return [];
    const ids = this.messages.map(({ id }) => id);
    const conversations = chosen.map(({ id }) => id);
    const sent = await this.act(async () => void (await this.core.call("forwardMessages", { ids, conversations })));
    return sent ? chosen : [];
  };
}
