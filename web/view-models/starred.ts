// SPDX-License-Identifier: AGPL-3.0-or-later

// Messages that are starred, of a conversation or of all, the newest first: read as far as it is scrolled.
import type { Conversation, Core, Message } from "./core";
import type { Changes, EntityStore, HeldMessages } from "./entity_store";
import { failureText } from "./failure_text";
import { isBefore } from "./message_items";
import { ViewModel } from "./view_model";

export interface StarredSnapshot {
  messages: readonly Message[];
  loaded: boolean;
  /** There are older ones. */
  more: boolean;
  error: string;
}

const READ_AT_ONCE = 50;

export class StarredViewModel extends ViewModel<StarredSnapshot> {
  private readonly held: HeldMessages;
  private reading = false;

  /** `conversation`: "" for all. */
  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    readonly conversation: string,
  ) {
    super({ messages: [], loaded: false, more: false, error: "" });
    this.held = store.holdMessages();
    this.onDispose(() => store.release(this.held));
    this.onDispose(store.subscribe((changes) => this.take(changes)));
  }

  readonly readMore = async (): Promise<void> => {
    const { messages, loaded, more } = this.snapshot();
    if (this.reading || (loaded && !more)) return;
    this.reading = true;
    try {
      const oldest = messages.at(-1);
      const from = oldest === undefined ? {} : { beforeOrderUs: oldest.orderUs, beforeId: oldest.id };
      const page = await this.core.call("listStarred", {
        conversation: this.conversation,
        limit: READ_AT_ONCE,
        ...from,
      });
      // What has come or gone meanwhile is in the snapshot of now.
      this.put([...this.snapshot().messages, ...page.messages], { loaded: true, more: page.more, error: "" });
    } catch (error) {
      this.update({ loaded: true, more: false, error: failureText(error) });
    }
    this.reading = false;
  };

  readonly unstar = async ({ id }: Message): Promise<void> => {
    try {
      await this.core.call("starMessages", { ids: [id], starred: false });
      this.update({ error: "" });
    } catch (error) {
      this.update({ error: failureText(error) });
    }
  };

  /** Where it is. */
  conversationOf(message: Message): Conversation | undefined {
    return this.store.conversation(message.conversation);
  }

  private take({ messages, removed, resync }: Changes): void {
    const { loaded, more, messages: shown } = this.snapshot();
    if (!loaded) return;
    if (resync) {
      this.held.reset([]);
      this.update({ messages: [], loaded: false, more: false });
      return void this.readMore();
    }
    const oldest = shown.at(-1);
    const isRead = (each: Message) => !more || (oldest !== undefined && !isBefore(each, oldest));
    const isOurs = (each: Message) => this.conversation === "" || each.conversation === this.conversation;
    const touched = messages.filter((each) => this.held.has(each.id) || (each.starred && isOurs(each) && isRead(each)));
    if (removed.size === 0 && touched.length === 0) return;
    this.put(
      [...shown, ...touched].filter(({ id }) => !removed.has(id)),
      {},
    );
  }

  /** The last version of each. */
  private put(messages: readonly Message[], changes: Partial<StarredSnapshot>): void {
    const versions = [...new Map(messages.map((each) => [each.id, each])).values()];
    const ordered = versions.filter(({ starred }) => starred).sort((a, b) => (isBefore(a, b) ? 1 : -1));
    this.held.reset(ordered);
    this.update({ messages: ordered, ...changes });
  }
}
