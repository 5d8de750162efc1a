// SPDX-License-Identifier: AGPL-3.0-or-later

// The photos and videos of a conversation, one at a time, in the order of its messages. Read from the newest on, as far
// as the one that is looked at, and further back when that is reached.
import { MediaKind, type Core, type Message } from "./core";
import type { Changes, EntityStore, HeldMessages } from "./entity_store";
import { isBefore } from "./message_items";
import { ViewModel } from "./view_model";

export interface ViewerSnapshot {
  /** The one that is shown; undefined until it is read. */
  message: Message | undefined;
  /** The ones beside it: they can be made ready. */
  previous: Message | undefined;
  next: Message | undefined;
  /** Its place from 1 on among all, the oldest first; 0 while that is not known. */
  place: number;
  count: number;
}

const KINDS = [MediaKind.kPhoto, MediaKind.kVideo, MediaKind.kAnimation];
const READ_AT_ONCE = 200;
/** Before this many from the oldest that is read, more are. */
const NEAR = 3;

/** What can be viewed once is nothing to come across. */
const isToBeSeen = ({ body }: Message): boolean =>
  body.case === "media" && !body.value.viewOnce && KINDS.includes(body.value.kind);

export class ViewerViewModel extends ViewModel<ViewerSnapshot> {
  /** The oldest first. */
  private messages: Message[] = [];
  private shownId = "";
  private more = true;
  private reading = false;
  /** Everything from the newest on is read. */
  private joined = false;
  private ended = false;
  private readonly held: HeldMessages;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    readonly conversation: string,
    readonly openedAt: string,
    private readonly onGone: () => void,
  ) {
    super({ message: undefined, previous: undefined, next: undefined, place: 0, count: 0 });
    this.held = store.holdMessages();
    this.onDispose(() => (this.ended = true));
    this.onDispose(() => store.release(this.held));
    this.onDispose(store.subscribe((changes) => this.take(changes)));
  }

  async load(): Promise<void> {
    try {
      const message = await this.core.call("getMessage", { id: this.openedAt });
      if (message.conversation !== this.conversation || !isToBeSeen(message)) return this.leave();
      this.shownId = message.id;
      this.put([message]);
      await this.readToCurrent(message);
    } catch (error) {
      console.debug(`kith: pictures can't be read: ${String(error)}`);
      if (this.shownId === "") this.leave();
    }
  }

  /** Whoever has closed this one may look at another. */
  private leave(): void {
    if (!this.ended) this.onGone();
  }

  readonly step = (by: 1 | -1): void => {
    const next = this.messages[this.at() + by];
    if (next !== undefined) this.show(next.id);
  };

  readonly fetch = ({ id }: Message): Promise<unknown> => this.core.call("fetchMedia", { id }).catch(() => undefined);
  readonly cancel = ({ id }: Message): Promise<unknown> =>
    this.core.call("fetchMedia", { id, cancel: true }).catch(() => undefined);

  readonly show = (id: string): void => {
    this.shownId = id;
    this.publish();
    if (this.at() < NEAR) void this.readOlder().catch(() => undefined);
  };

  private at(): number {
    return this.messages.findIndex(({ id }) => id === this.shownId);
  }

  private async readToCurrent(message: Message): Promise<void> {
    let before: Message | undefined;
    const newer: Message[] = [];
    for (;;) {
      const { messages, more } = await this.page(before);
      newer.push(...messages);
      this.more = more;
      before = messages.at(-1);
      if (before === undefined || !more || isBefore(before, message) || before.id === message.id) break;
    }
    this.joined = true;
    this.put(newer);
    if (this.at() < NEAR) await this.readOlder();
  }

  private async readOlder(): Promise<void> {
    const [oldest] = this.messages;
    if (!this.joined || !this.more || this.reading || oldest === undefined) return;
    this.reading = true;
    try {
      const { messages, more } = await this.page(oldest);
      this.more = more;
      this.put(messages);
    } finally {
      this.reading = false;
    }
  }

  private page(before: Message | undefined) {
    const from = before === undefined ? {} : { beforeOrderUs: before.orderUs, beforeId: before.id };
    return this.core.call("listMedia", { conversation: this.conversation, kinds: KINDS, limit: READ_AT_ONCE, ...from });
  }

  private put(some: readonly Message[]): void {
    const versions = new Map([...this.messages, ...some].filter(isToBeSeen).map((each) => [each.id, each]));
    this.messages = [...versions.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1));
    this.held.reset(this.messages);
    this.publish();
  }

  private take({ messages, added, removed }: Changes): void {
    const shown = this.messages[this.at()];
    if (shown === undefined) return;
    const isGone = ({ id }: Message) => removed.has(id) || !isToBeSeen(this.held.get(id) ?? shown);
    const left = this.messages.filter((each) => !isGone(each));
    const news = added.filter((each) => each.conversation === this.conversation && isToBeSeen(each));
    const isChanged = left.length < this.messages.length || messages.some(({ id }) => this.held.has(id));
    if (!isChanged && news.length === 0) return;
    if (isGone(shown)) {
      const next = left.find((each) => isBefore(shown, each)) ?? left.at(-1);
      if (next === undefined) return this.leave();
      this.shownId = next.id;
    }
    this.messages = left.map((each) => this.held.get(each.id) ?? each);
    this.put(news);
  }

  private publish(): void {
    const at = this.at();
    this.update({
      message: this.messages[at],
      previous: this.messages[at - 1],
      next: this.messages[at + 1],
      place: this.joined && !this.more ? at + 1 : 0,
      count: this.messages.length,
    });
  }
}
