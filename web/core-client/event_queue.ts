// SPDX-License-Identifier: AGPL-3.0-or-later

// The events on their way to a page: in order, and bounded (UI-1). A page that does not keep up loses what is waiting
// and is told so by a Resync in its place: then it reads the state again.

/** Sent and not yet taken by the page. */
const WINDOW = 1024;
/** Waiting for the window. */
const WAITING_MAX = 4096;

export class EventQueue {
  private outstanding = 0;
  private waiting: Uint8Array[] = [];

  constructor(
    private readonly post: (events: Uint8Array[]) => void,
    private readonly resync: Uint8Array,
    private readonly window = WINDOW,
    private readonly waitingMax = WAITING_MAX,
  ) {}

  push(events: readonly Uint8Array[]): void {
    this.waiting.push(...events);
    this.send();
    if (this.waiting.length > this.waitingMax) this.waiting = [this.resync];
  }

  /** The page has handled `count` more events. */
  taken(count: number): void {
    this.outstanding = Math.max(0, this.outstanding - count);
    this.send();
  }

  private send(): void {
    const events = this.waiting.splice(0, this.window - this.outstanding);
    if (events.length === 0) return;
    this.outstanding += events.length;
    this.post(events);
  }
}
