// SPDX-License-Identifier: AGPL-3.0-or-later

// Whose photo is which: of everybody with whom there is a conversation, and one's own, by account. Whoever shows
// somebody asks here, wherever they are shown.
import { directOf, type State } from "./core";
import type { EntityStore } from "./entity_store";

/** Photos as addresses that elements show. */
export interface PhotoPictures {
  /** Until `release` is called as often; "" when it can't be shown. */
  hold(photo: string): Promise<string>;
  release(photo: string): void;
  /** Its address, if somebody holds it and it is there; else "". */
  ready(photo: string): string;
}

export const noPictures: PhotoPictures = {
  hold: () => Promise.resolve(""),
  release: () => undefined,
  ready: () => "",
};

export class Photos {
  private byAccount = new Map<string, string>();
  private own: Pick<State, "accountId" | "photo"> | undefined;
  private readonly listeners = new Set<() => void>();

  /** `readState`: of the core, which tells of it when it is another. */
  constructor(
    private readonly store: Pick<EntityStore, "subscribe" | "conversations">,
    readState: () => Promise<Pick<State, "accountId" | "photo">>,
    readonly pictures: PhotoPictures,
  ) {
    store.subscribe(({ conversations, state }) => {
      if (state !== undefined) this.own = state;
      if (conversations.size > 0 || state !== undefined) this.look();
    });
    readState().then(
      (state) => {
        this.own ??= state;
        this.look();
      },
      () => undefined, // the app says that there is no core
    );
  }

  /** What it is called among the photos; "" when the account has none here. */
  readonly photoOf = (account: string): string => this.byAccount.get(account) ?? "";

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private look(): void {
    const partners = this.store.conversations.map((each) => directOf(each)?.partner);
    const found = new Map<string, string>();
    for (const each of [...partners, this.own])
      if (each !== undefined && each.photo !== "") found.set(each.accountId, each.photo);
    const before = this.byAccount;
    if (found.size === before.size && [...found].every(([account, photo]) => before.get(account) === photo)) return;
    this.byAccount = found;
    for (const listener of [...this.listeners]) listener();
  }
}
