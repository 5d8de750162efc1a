// SPDX-License-Identifier: AGPL-3.0-or-later

// What is at the top of a conversation: the messages that somebody has pinned there, the last pinned first, and which
// of them is shown. As the core has it, read again when one of them changes, and when the time of one is over.
import type { Core, Message } from "./core";
import type { Changes, EntityStore } from "./entity_store";
import { millis } from "./time_text";
import { ViewModel } from "./view_model";

export interface PinnedMessagesSnapshot {
  messages: readonly Message[];
  /** Which of them is shown. */
  at: number;
}

/** The longest that a timer of a browser waits. */
const TIMER_MS_MAX = 2 ** 31 - 1;

export class PinnedMessagesViewModel extends ViewModel<PinnedMessagesSnapshot> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private reading = 0;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly conversation: string,
  ) {
    super({ messages: [], at: 0 });
    this.onDispose(store.subscribe((changes) => this.take(changes)));
    this.onDispose(() => clearTimeout(this.timer));
    this.onDispose(() => ++this.reading);
  }

  /** The one that is shown has been looked at: the one before it is next. */
  readonly next = (): void => {
    const { messages, at } = this.snapshot();
    this.update({ at: messages.length === 0 ? 0 : (at + 1) % messages.length });
  };

  readonly load = async (): Promise<void> => {
    const reading = ++this.reading;
    try {
      const { messages } = await this.core.call("listPinned", { conversation: this.conversation });
      if (reading === this.reading) this.show(messages);
    } catch {
      // The core is gone, or the conversation: what was there stands until one comes again.
    }
  };

  private show(messages: readonly Message[]): void {
    const { messages: before, at } = this.snapshot();
    const isSame = messages.length === before.length && messages.every(({ id }, place) => id === before[place]?.id);
    this.update({ messages, at: isSame ? at : 0 });
    clearTimeout(this.timer);
    const ends = messages.map(({ pin }) => millis(pin?.untilUs ?? 0n) - Date.now());
    if (ends.length > 0)
      this.timer = setTimeout(() => void this.load(), Math.min(Math.max(Math.min(...ends), 0) + 1000, TIMER_MS_MAX));
  }

  private take({ messages, removed }: Changes): void {
    const shown = new Set(this.snapshot().messages.map(({ id }) => id));
    const concerns = ({ id, conversation, pin }: Message) =>
      shown.has(id) || (conversation === this.conversation && pin !== undefined);
    if (messages.some(concerns) || [...removed].some((id) => shown.has(id))) void this.load();
  }
}
