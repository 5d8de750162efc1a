// SPDX-License-Identifier: AGPL-3.0-or-later

// The pace at which a page hears events: at once after a quiet moment, else all that have come every EVERY_MS. A backlog then changes what is shown
// some times a second, not with every transaction of the core. A page that nobody sees hears at once: its timers may be a minute late.

const EVERY_MS = 100;

export class EventPacer<Event> {
  private waiting: Event[] = [];
  private toldAt = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (events: readonly Event[]) => void,
    private readonly hidden: () => boolean = () => document.visibilityState === "hidden",
  ) {}

  push(events: readonly Event[]): void {
    this.waiting.push(...events);
    const wait = this.toldAt + EVERY_MS - performance.now();
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
    this.tell(events);
    this.toldAt = performance.now();
  }
}
