// SPDX-License-Identifier: AGPL-3.0-or-later

// The pace at which a page hears events: at once after a quiet moment, else all that have come every EVERY_MS, and on a
// slow machine so much more seldom that showing them takes at most half of the time. A backlog then changes what is
// shown some times a second, not with every transaction of the core, and the page has time for whoever uses it. A page
// that nobody sees hears at once: its timers may be a minute late.

const EVERY_MS = 100;
/** However long showing them takes: somebody waits for them. */
const EVERY_MS_MAX = 500;

export class EventPacer<Event> {
  private waiting: Event[] = [];
  private toldAt = Number.NEGATIVE_INFINITY;
  /** From one telling to the next. */
  private pauseMs = EVERY_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (events: readonly Event[]) => void,
    private readonly hidden: () => boolean = () => document.visibilityState === "hidden",
  ) {}

  push(events: readonly Event[]): void {
    this.waiting.push(...events);
    const wait = this.toldAt + this.pauseMs - performance.now();
    if (wait <= 0 || this.hidden()) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), wait);
  }

  /** Tells what there is now: before anything that came after it. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const events = this.waiting;
    this.waiting = [];
    if (events.length === 0) return;
    const began = performance.now();
    this.toldAt = began;
    this.pauseMs = EVERY_MS;
    this.tell(events);
    // What is told is shown in tasks of its own, before this one.
    setTimeout(() => {
      if (this.toldAt !== began) return;
      this.pauseMs = Math.min(EVERY_MS_MAX, Math.max(EVERY_MS, 2 * (performance.now() - began)));
      if (this.timer === undefined) return;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.flush(), began + this.pauseMs - performance.now());
    });
  }
}
