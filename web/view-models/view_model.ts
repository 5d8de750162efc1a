// SPDX-License-Identifier: AGPL-3.0-or-later

// What every view-model is: an immutable snapshot that a view renders, and actions that replace it.

export abstract class ViewModel<Snapshot> {
  private readonly listeners = new Set<() => void>();
  private current: Snapshot;
  private readonly endings: (() => void)[] = [];
  private disposed = false;

  protected constructor(initial: Snapshot) {
    this.current = initial;
  }

  /** The same object until something changes. */
  readonly snapshot = (): Snapshot => this.current;

  /** Calls the listener after each change; the answer ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Ends what the view-model holds on to. It takes no more changes then. */
  dispose(): void {
    this.disposed = true;
    for (const end of this.endings.splice(0)) end();
    this.listeners.clear();
  }

  protected update(changes: Partial<Snapshot>): void {
    this.become({ ...this.current, ...changes });
  }

  protected become(snapshot: Snapshot): void {
    this.current = snapshot;
    for (const listener of [...this.listeners]) listener();
  }

  /** At once if it has ended. */
  protected onDispose(end: () => void): void {
    if (this.disposed) end();
    else this.endings.push(end);
  }
}
