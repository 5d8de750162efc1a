// SPDX-License-Identifier: AGPL-3.0-or-later

// Full-text search of the messages on this device.
import type { Core, Message, SearchExcerpt } from "./core";
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

  constructor(private readonly core: Core) {
    super(EMPTY);
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

  private async ask(query: string, round: number): Promise<void> {
    try {
      const { messages, excerpts } = await this.core.call("search", { query, limit: MOST });
      if (round === this.round) this.update({ messages, excerpts, error: "" });
    } catch (error) {
      if (round === this.round) this.update({ messages: [], excerpts: [], error: failureText(error) });
    }
  }
}
