// SPDX-License-Identifier: AGPL-3.0-or-later

// Completion: what may be meant by what is typed before the cursor; what is chosen of it takes its place.
import type { ComposerViewModel } from "./composer";
import { ViewModel } from "./view_model";

export interface CompletionSnapshot<Item> {
  /** What may be meant; none: nothing is shown. */
  found: readonly Item[];
  /** Which of it Enter takes. */
  active: number;
}

export const NO_COMPLETION: CompletionSnapshot<never> = { found: [], active: 0 };
const SHOWN_MAX = 8;
/** What is typed is no longer. */
export const TYPED_MAX = 64;
/** What is looked at before the cursor: that, its sign, and what stands before it. */
const LOOKED_AT_MAX = TYPED_MAX + 3;

export abstract class CompletionViewModel<Item> extends ViewModel<CompletionSnapshot<Item>> {
  /** From the sign to the cursor; the words in it as its first group. */
  protected abstract readonly typed: RegExp;
  /** Where what is typed stands: from the sign to the cursor. */
  private place = { begin: 0, end: 0 };
  /** Where somebody wanted nothing. */
  private declined = -1;
  private round = 0;
  /** What was last looked at: a key that changes the text moves the cursor as well. */
  private looked: { at: number; text: string } | undefined;

  constructor(protected readonly composer: ComposerViewModel) {
    super(NO_COMPLETION);
    this.onDispose(() => ++this.round);
  }

  /** What the words may mean; `begin`: where the sign before them stands. */
  protected abstract find(words: string, begin: number): Promise<readonly Item[]>;
  /** Puts it in the place of [begin, end). The answer: where the cursor goes. */
  protected abstract put(begin: number, end: number, item: Item): number;

  /** The cursor stands at `at` of the text; -1 when it has selected something, or is elsewhere. */
  readonly look = async (at: number): Promise<void> => {
    const { text } = this.composer.snapshot();
    if (this.looked?.at === at && this.looked.text === text) return;
    this.looked = { at, text };
    const round = ++this.round;
    const typed = at < 0 ? null : this.typed.exec(text.slice(Math.max(0, at - LOOKED_AT_MAX), at));
    if (typed === null) {
      this.declined = -1;
      return this.hide();
    }
    const begin = at - typed[0].length;
    if (begin === this.declined) return this.hide();
    const found = await this.find(typed[1] ?? "", begin);
    if (round !== this.round) return;
    if (found.length === 0) return this.hide();
    this.place = { begin, end: at };
    this.become({ found: found.slice(0, SHOWN_MAX), active: 0 });
  };

  /** The one below, or above, and around. */
  readonly move = (by: 1 | -1): void => {
    const { found, active } = this.snapshot();
    this.update({ active: (active + by + found.length) % found.length });
  };

  /** Puts it where it was typed. The answer: where the cursor goes. */
  readonly choose = (item = this.snapshot().found[this.snapshot().active]): number => {
    const { begin, end } = this.place;
    this.hide();
    ++this.round;
    return item === undefined ? end : this.put(begin, end, item);
  };

  /** Nothing is meant by what is typed there. */
  readonly decline = (): void => {
    this.declined = this.place.begin;
    this.hide();
  };

  /** The field is left. */
  readonly close = (): void => {
    this.looked = undefined;
    this.hide();
  };

  private hide(): void {
    if (this.snapshot().found.length > 0) this.become(NO_COMPLETION);
  }
}
