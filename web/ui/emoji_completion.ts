// SPDX-License-Identifier: AGPL-3.0-or-later

// Which emoji a name after a colon means; a whole name is one at its closing colon.
import { CompletionViewModel, TYPED_MAX } from "../view-models/completion";
import type { ComposerViewModel } from "../view-models/composer";
import { NOT_BEHIND } from "../view-models/mentions";
import { habits, inTone, keepHabits, taken, type Emoji } from "./emoji_data";
import { loadEmojiNames, type Named } from "./emoji_names";

const TYPED = new RegExp(`${NOT_BEHIND}:(\\p{L}{2}[\\p{L}\\p{N}_+\\-]{0,${TYPED_MAX - 2}})$`, "u");
const WHOLE = new RegExp(`${NOT_BEHIND}:([\\p{L}\\p{N}_+\\-]{1,${TYPED_MAX}}):$`, "u");

export class EmojiCompletion extends CompletionViewModel<Named> {
  protected readonly typed = TYPED;

  constructor(
    composer: ComposerViewModel,
    /** Types something in the place of [begin, end). */
    private readonly type: (begin: number, end: number, text: string) => void,
  ) {
    super(composer);
  }

  protected async find(words: string): Promise<readonly Named[]> {
    try {
      return (await loadEmojiNames()).search(words);
    } catch {
      return []; // what is typed stays text
    }
  }

  protected put(begin: number, end: number, { emoji }: Named): number {
    return this.putEmoji(begin, end, emoji);
  }

  /** A colon was typed before `at`. */
  readonly complete = async (at: number): Promise<void> => {
    const { text } = this.composer.snapshot();
    const whole = WHOLE.exec(text.slice(Math.max(0, at - TYPED_MAX - 3), at));
    if (whole === null) return;
    const emoji = await loadEmojiNames().then(
      (names) => names.named(whole[1] ?? ""),
      () => undefined,
    );
    if (emoji !== undefined && this.composer.snapshot().text === text) this.putEmoji(at - whole[0].length, at, emoji);
  };

  private putEmoji(begin: number, end: number, emoji: Emoji): number {
    const kept = habits();
    const shown = inTone(emoji, kept.tone);
    keepHabits(taken(kept, shown));
    this.type(begin, end, shown);
    return begin + shown.length;
  }
}
