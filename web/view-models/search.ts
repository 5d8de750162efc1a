// SPDX-License-Identifier: AGPL-3.0-or-later

// Full-text search of the messages on this device.
import type { Core, Message, SearchExcerpt } from "./core";
import type { Changes, EntityStore, HeldMessages } from "./entity_store";
import { failureText } from "./failure_text";
import { ViewModel } from "./view_model";

export interface SearchSnapshot {
  query: string;
  /** undefined while there is no answer to this query yet. */
  messages: readonly Message[] | undefined;
  /** Of each message what is shown of it, the matches marked. */
  excerpts: readonly SearchExcerpt[];
  error: string;
  /** The field is wanted: it takes the focus, and says so. */
  wanted: boolean;
}

const PAUSE_MS = 150;
const MOST = 100;
const EMPTY: SearchSnapshot = { query: "", messages: undefined, excerpts: [], error: "", wanted: false };

export class SearchViewModel extends ViewModel<SearchSnapshot> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;

  private readonly held: HeldMessages;

  constructor(
    private readonly core: Core,
    store: EntityStore,
  ) {
    super(EMPTY);
    this.held = store.holdMessages();
    this.onDispose(() => store.release(this.held));
    this.onDispose(store.subscribe((changes) => this.take(changes)));
    this.onDispose(() => clearTimeout(this.timer));
  }

  readonly setQuery = (query: string): void => {
    clearTimeout(this.timer);
    const round = ++this.round;
    if (query.trim() === "") return this.update({ ...EMPTY, query });
    this.update({ query, error: "" });
    this.timer = setTimeout(() => void this.ask(query.trim(), round), PAUSE_MS);
  };

  readonly clear = (): void => this.setQuery("");
  readonly want = (): void => this.update({ wanted: true });
  readonly fieldHasFocus = (): void => this.update({ wanted: false });

  /** What was found is shown as it is now. */
  private take({ messages }: Changes): void {
    if (!messages.some(({ id }) => this.held.has(id))) return;
    this.update({ messages: this.snapshot().messages?.map((each) => this.held.get(each.id) ?? each) });
  }

  private async ask(query: string, round: number): Promise<void> {
    try {
      const { messages, excerpts } = await this.core.call("search", { query, limit: MOST });
      if (round !== this.round) return;
      this.held.reset(messages);
      this.update({ messages, excerpts, error: "" });
    } catch (error) {
      if (round === this.round) this.update({ messages: [], excerpts: [], error: failureText(error) });
    }
  }
}
