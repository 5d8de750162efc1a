// SPDX-License-Identifier: AGPL-3.0-or-later

// What a part of the screen does that may fail: it is busy meanwhile, and says what went wrong, or what was done.
import { failureText } from "./failure_text";
import { ViewModel } from "./view_model";

export interface Acting {
  busy: boolean;
  /** Words for people; "" for none. */
  error: string;
  notice: string;
}

export const AT_REST: Acting = { busy: false, error: "", notice: "" };

/** What was done, in words; nothing when that is seen. */
type Outcome = string | void;

export abstract class ActingViewModel<Snapshot extends Acting> extends ViewModel<Snapshot> {
  /** How often what was said has been left: what was begun before is not said there any more. */
  private left = 0;
  private running = 0;

  /** `tellElsewhere` says what comes of something whose page is no more shown. */
  protected constructor(
    initial: Snapshot,
    private readonly tellElsewhere: (words: string) => void = () => undefined,
  ) {
    super(initial);
  }

  /** The page that says it is left: it says nothing of it when it is opened again. */
  readonly forgetSaid = (): void => {
    ++this.left;
    this.say({ error: "", notice: "" });
  };

  /** What was typed can't be. */
  protected refuse(error: string): false {
    this.say({ error, notice: "" });
    return false;
  }

  /** True when it is done. `words` says why it is not. */
  protected async act(
    change: () => Promise<Outcome>,
    words: (error: unknown) => string = failureText,
  ): Promise<boolean> {
    const { left } = this;
    ++this.running;
    this.say({ busy: true, error: "", notice: "" });
    const end = (said: { error: string } | { notice: string }) => {
      const busy = --this.running > 0;
      if (left === this.left) return this.say({ busy, ...said });
      this.say({ busy });
      const [text = ""] = Object.values(said);
      if (text !== "") this.tellElsewhere(text);
    };
    try {
      const notice = await change();
      end({ notice: notice ?? "" });
      return true;
    } catch (error) {
      end({ error: words(error) });
      return false;
    }
  }

  /** What a page shows: why that can't be had is said there, if it still is what is shown. */
  protected async read(reading: () => Promise<void>): Promise<void> {
    const { left } = this;
    try {
      await reading();
    } catch (error) {
      if (left === this.left) this.say({ error: failureText(error) });
    }
  }

  private say(changes: Partial<Acting>): void {
    this.update(changes as Partial<Snapshot>);
  }
}
