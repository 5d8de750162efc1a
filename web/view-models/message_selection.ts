// SPDX-License-Identifier: AGPL-3.0-or-later

// Several messages of a conversation that are chosen, to do something with all of them at once.
import { isNotice } from "./content_kinds";
import { textOf, type Message } from "./core";
import type { Changes, EntityStore, HeldMessages } from "./entity_store";
import { nameOf } from "./group_text";
import { isBefore } from "./message_items";
import { dateAndTimeText, millis } from "./time_text";
import type { TimelineViewModel } from "./timeline";
import { ViewModel } from "./view_model";

/** As many as the core takes at once. */
export const SELECTED_MAX = 100;

export interface MessageSelectionSnapshot {
  ids: ReadonlySet<string>;
  /** In their order. */
  messages: readonly Message[];
  /** Somebody wanted more than there can be. */
  full: boolean;
}

export class MessageSelectionViewModel extends ViewModel<MessageSelectionSnapshot> {
  private readonly held: HeldMessages;
  /** Where a range begins. */
  private anchor = "";

  /** `onEmpty`: what was chosen is no more. */
  constructor(
    store: EntityStore,
    private readonly timeline: Pick<TimelineViewModel, "read">,
    first: readonly Message[],
    private readonly onEmpty: () => void,
  ) {
    super({ ids: new Set(), messages: [], full: false });
    this.held = store.holdMessages();
    this.onDispose(() => store.release(this.held));
    this.onDispose(store.subscribe((changes) => this.take(changes)));
    this.toggle(first);
  }

  /** Chooses those of a row, or no more when all of them are; `range`: and all between the last one and them. */
  readonly toggle = (messages: readonly Message[], range = false): void => {
    const { ids, messages: before } = this.snapshot();
    const from = range ? this.place(this.anchor) : -1;
    const to = this.place(messages[0]?.id ?? "");
    this.anchor = messages.at(-1)?.id ?? "";
    if (from >= 0 && to >= 0) {
      const between = this.timeline.read.slice(Math.min(from, to), Math.max(from, to) + 1);
      const said = between.filter((each) => !isNotice(each));
      return this.put([...before, ...(from <= to ? said : said.reverse()), ...messages]);
    }
    const touched = new Set(messages.map(({ id }) => id));
    const isChosen = messages.every(({ id }) => ids.has(id));
    this.put([...before.filter(({ id }) => !touched.has(id)), ...(isChosen ? [] : messages)]);
  };

  /** To be put elsewhere: one as it is, of several who said it and when. */
  copied(): string {
    const written = this.snapshot().messages.filter((each) => textOf(each) !== "");
    const [only] = written;
    if (written.length === 1 && only !== undefined) return textOf(only);
    return written
      .map((each) => `[${dateAndTimeText(millis(each.orderUs))}] ${nameOf(each.sender)}: ${textOf(each)}`)
      .join("\n");
  }

  private place(id: string): number {
    return this.timeline.read.findIndex((each) => each.id === id);
  }

  private take({ messages, removed }: Changes): void {
    const { ids, messages: chosen } = this.snapshot();
    if (![...removed, ...messages.map(({ id }) => id)].some((id) => ids.has(id))) return;
    this.put(chosen.flatMap(({ id }) => (removed.has(id) ? [] : (this.held.get(id) ?? []))));
    if (this.snapshot().ids.size === 0) this.onEmpty();
  }

  private put(wanted: readonly Message[]): void {
    const versions = [...new Map(wanted.map((each) => [each.id, each])).values()];
    const messages = versions.slice(0, SELECTED_MAX).sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.held.reset(messages);
    this.update({
      ids: new Set(messages.map(({ id }) => id)),
      messages,
      full: versions.length > SELECTED_MAX,
    });
  }
}
