// SPDX-License-Identifier: AGPL-3.0-or-later

interface Entry<Made> {
  making: Promise<Made>;
  /** undefined until it is made. */
  made: Made | undefined;
  held: number;
}

interface Options<Made> {
  /** Does not reject. */
  make: (id: string) => Promise<Made>;
  /** The address that is given back to the browser in the end; "" of what could not be made. */
  addressOf: (made: Made) => string;
  /** Of those that nobody holds any more, so many are kept. */
  idleMax: number;
}

/**
 * What elements show by an address (URL.createObjectURL), made once for all who hold it, and kept for a while when
 * nobody does. What could not be made is tried again by the next who holds it.
 */
export class HeldAddresses<Made> {
  private readonly entries = new Map<string, Entry<Made>>();
  /** Those that nobody holds, in the order in which they were left, the longest ago first. */
  private readonly idle = new Set<string>();

  constructor(private readonly options: Options<Made>) {}

  /** Until `release` is called as often. */
  hold(id: string): Promise<Made> {
    const known = this.entries.get(id);
    const entry = known === undefined || this.hasFailed(known) ? this.begin(id, known?.held ?? 0) : known;
    ++entry.held;
    this.idle.delete(id);
    return entry.making;
  }

  release(id: string): void {
    const entry = this.entries.get(id);
    if (entry === undefined || --entry.held > 0) return;
    if (this.hasFailed(entry)) return void this.entries.delete(id);
    this.idle.add(id);
    const [longest] = this.idle;
    if (longest !== undefined && this.idle.size > this.options.idleMax) this.drop(longest);
  }

  /** What is made by now; else undefined. */
  ready(id: string): Made | undefined {
    return this.entries.get(id)?.made;
  }

  private begin(id: string, held: number): Entry<Made> {
    const entry: Entry<Made> = { making: this.options.make(id), made: undefined, held };
    this.entries.set(id, entry);
    void entry.making.then((made) => (entry.made = made));
    return entry;
  }

  private hasFailed({ made }: Entry<Made>): boolean {
    return made !== undefined && this.options.addressOf(made) === "";
  }

  private drop(id: string): void {
    const entry = this.entries.get(id);
    this.entries.delete(id);
    this.idle.delete(id);
    void entry?.making.then((made) => {
      const address = this.options.addressOf(made);
      if (address !== "") URL.revokeObjectURL(address);
    });
  }
}
