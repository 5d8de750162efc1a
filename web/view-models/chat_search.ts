// SPDX-License-Identifier: AGPL-3.0-or-later

// Search within one conversation: every message that has the words is marked, and one after the other is brought into
// view, the newest first.
import type { Core, Message, SearchExcerpt } from "./core";
import { failureText } from "./failure_text";
import { say } from "./say";
import { ViewModel } from "./view_model";

export interface ChatSearchSnapshot {
  open: boolean;
  query: string;
  /** The messages that were found, the newest first; undefined while there is no answer to this query yet. */
  hits: readonly string[] | undefined;
  /** The place among them of the one in view. */
  at: number;
  /** There may be more than `hits`. */
  more: boolean;
  error: string;
}

/** Where what was found is shown. */
export interface FoundShown {
  /** What was found in each message, as it is written there; none ends that. */
  mark(found: ReadonlyMap<string, readonly string[]>): void;
  jumpTo(id: string, found: readonly string[]): Promise<boolean>;
}

const PAUSE_MS = 150;
/** As many as the core gives at once. */
const MOST = 500;
const CLOSED: ChatSearchSnapshot = { open: false, query: "", hits: undefined, at: 0, more: false, error: "" };
const NOTHING: ReadonlyMap<string, readonly string[]> = new Map();

/** What of a message was looked for, as it is written there. */
export const foundIn = (excerpt: SearchExcerpt | undefined): readonly string[] =>
  excerpt?.pieces.filter(({ matched }) => matched).map(({ text }) => text) ?? [];

export class ChatSearchViewModel extends ViewModel<ChatSearchSnapshot> {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private round = 0;
  private found = NOTHING;
  private jumping = false;

  constructor(
    private readonly core: Core,
    private readonly conversation: string,
    private readonly shown: FoundShown,
  ) {
    super(CLOSED);
    this.onDispose(() => this.close());
  }

  readonly open = (): void => this.update({ open: true });

  readonly close = (): void => {
    if (!this.snapshot().open) return;
    this.forget();
    this.update(CLOSED);
  };

  readonly setQuery = (query: string): void => {
    this.forget();
    const { round } = this;
    this.update({ ...CLOSED, open: true, query });
    if (query.trim() !== "") this.timer = setTimeout(() => void this.ask(query.trim(), round), PAUSE_MS);
  };

  /** Brings the next older hit into view. */
  readonly older = (): void => this.go(1);
  /** Brings the next newer one into view. */
  readonly newer = (): void => this.go(-1);

  private forget(): void {
    clearTimeout(this.timer);
    ++this.round;
    if (this.found.size > 0) this.shown.mark(NOTHING);
    this.found = NOTHING;
  }

  private async ask(query: string, round: number): Promise<void> {
    try {
      const { messages, excerpts } = await this.core.call("search", {
        query,
        conversation: this.conversation,
        limit: MOST,
      });
      if (round !== this.round) return;
      const hits = messages.map(({ id }: Message) => id);
      this.found = new Map(hits.map((id, at) => [id, foundIn(excerpts[at])]));
      this.shown.mark(this.found);
      this.update({ hits, at: 0, more: hits.length === MOST, error: "" });
      void this.bring();
    } catch (error) {
      if (round === this.round) this.update({ hits: [], error: failureText(error) });
    }
  }

  private go(step: 1 | -1): void {
    const { hits = [], at } = this.snapshot();
    const next = at + step;
    if (next < 0 || next >= hits.length) return;
    this.update({ at: next, error: "" });
    void this.bring();
  }

  /** One jump after the other, each to where one wants to be by then: what was passed over meanwhile is left out. */
  private async bring(): Promise<void> {
    if (this.jumping) return;
    this.jumping = true;
    let isThere: boolean;
    do {
      const { hits, at } = this.snapshot();
      const id = hits?.[at];
      if (id === undefined) break;
      const error = await this.errorOfJump(id);
      const now = this.snapshot();
      isThere = now.hits === hits && now.at === at;
      if (isThere && error !== "") this.update({ error });
    } while (!isThere);
    this.jumping = false;
  }

  /** "" when the message is in view. */
  private async errorOfJump(id: string): Promise<string> {
    try {
      return (await this.shown.jumpTo(id, this.found.get(id) ?? [])) ? "" : say("app.noMessage");
    } catch (error) {
      return failureText(error);
    }
  }
}
