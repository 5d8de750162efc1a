// SPDX-License-Identifier: AGPL-3.0-or-later

// Whose photo is which: of everybody with whom there is a conversation, and one's own, by account; of groups by their
// conversation. Whoever shows somebody asks here, wherever they are shown.
import { avatarIdOf, directOf, groupOf, type State } from "./core";
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
  private byAvatar = new Map<string, string>();
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

  /** What it is called among the photos, by `avatarIdOf`; "" when there is none here. */
  readonly photoOf = (avatar: string): string => this.byAvatar.get(avatar) ?? "";

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  private look(): void {
    const found = new Map<string, string>();
    for (const each of this.store.conversations) {
      const photo = (directOf(each)?.partner ?? groupOf(each))?.photo ?? "";
      if (photo !== "") found.set(avatarIdOf(each), photo);
    }
    if (this.own !== undefined && this.own.photo !== "") found.set(this.own.accountId, this.own.photo);
    const before = this.byAvatar;
    if (found.size === before.size && [...found].every(([avatar, photo]) => before.get(avatar) === photo)) return;
    this.byAvatar = found;
    for (const listener of [...this.listeners]) listener();
  }
}
