// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages of one conversation: what is read of them, what is shown, where the line of unread ones is, and what is
// to be brought into view. The arithmetic is in message_window.ts and unread_line.ts; here are the readings, one after
// the other.
import { failureOf, type Core, type Message } from "./core";
import type { Changes, EntityStore, HeldMessages } from "./entity_store";
import { failureText } from "./failure_text";
import { itemsOf, type Item } from "./message_items";
import {
  around,
  atEnd,
  isAtNewest,
  isAtOldest,
  NOTHING_READ,
  ofAround,
  ofNewest,
  openedAt,
  placeOf,
  restored,
  shownOf,
  widerAbove,
  widerBelow,
  withChanged,
  withNewer,
  withOlder,
  withoutMessages,
  type MessageWindow,
  type Page,
} from "./message_window";
import { spoken } from "./say";
import { timeZone } from "./time_zone";
import { lineAbove, NO_LINE, withUnseen, type UnreadLine } from "./unread_line";
import { ViewModel } from "./view_model";

/** A message's id; or one of the two places that are none. */
export type JumpTarget = string;
export const UNREAD_LINE: JumpTarget = "unread";
export const END: JumpTarget = "end";

export interface Jump {
  /** A message, the line "unread", or the end. */
  to: JumpTarget;
  /** Grows with each wish. */
  round: number;
  highlight: boolean;
  /** What was found in the message, as it is written there. */
  found: readonly string[];
}

export interface TimelineSnapshot {
  loaded: boolean;
  items: readonly Item[];
  /** There are older messages than the window shows. */
  olderThere: boolean;
  /** The window ends with the newest message. */
  atNewest: boolean;
  /** What to bring into view. */
  jump: Jump | undefined;
  /** What a search has found, in which messages: it is marked where it stands. */
  marks: ReadonlyMap<string, readonly string[]>;
  error: string;
}

/**
 * Messages read from the device: at first, further in one direction, on each side of one that is jumped to, and at
 * most.
 */
const READ_FIRST = 60;
const READ_AT_ONCE = 100;
const READ_AROUND = 50;
const READ_MAX = 500;

type Cursor =
  { beforeOrderUs: bigint; beforeId: string } | { afterOrderUs: bigint; afterId: string } | Record<never, never>;

export class TimelineViewModel extends ViewModel<TimelineSnapshot> {
  private window: MessageWindow = NOTHING_READ;
  private readonly held: HeldMessages;
  private line: UnreadLine = NO_LINE;
  private pinned = true;
  private attentive = false;
  private reading: Promise<void> = Promise.resolve();
  private jumps = 0;
  /** What is about to be deleted. */
  private hidden: ReadonlySet<string> = new Set();
  /** Messages in which something was found: it may be where they are folded away. */
  private readonly whole = new Set<string>();

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly conversation: string,
  ) {
    super({
      loaded: false,
      items: [],
      olderThere: false,
      atNewest: true,
      jump: undefined,
      marks: new Map(),
      error: "",
    });
    this.held = store.holdMessages();
    this.onDispose(() => store.release(this.held));
    this.onDispose(store.subscribe((changes) => this.take(changes)));
    const anew = () => void (this.snapshot().loaded && this.publish());
    this.onDispose(timeZone.subscribe(anew));
    this.onDispose(spoken.subscribe(anew));
  }

  /** Reads the newest messages; `unread` of them get the line "unread" above. */
  async load(unread: number): Promise<void> {
    const limit = Math.min(READ_MAX, Math.max(READ_FIRST, unread + READ_FIRST / 2));
    if (!(await this.hasRead(() => this.readOlder(limit)))) return this.update({ loaded: true });
    this.line = lineAbove(this.window.messages, unread);
    this.window = openedAt(this.window, this.line.from);
    this.publish({ loaded: true, jump: this.line.from === "" ? undefined : this.jumpTarget(UNREAD_LINE) });
  }

  /** Widens the window at its older end, reading on when the device has more. */
  readonly showOlder = async (): Promise<void> => {
    const { first, olderThere } = this.window;
    if (first === 0 && olderThere && !(await this.hasRead(() => this.readOlder(READ_AT_ONCE)))) return;
    this.show(widerAbove(this.window));
  };

  /** Widens the window at its newer end, reading on when the device has more. */
  readonly showNewer = async (): Promise<void> => {
    const { last, messages, newerThere } = this.window;
    if (last === messages.length && newerThere && !(await this.hasRead(() => this.readNewer()))) return;
    this.show(widerBelow(this.window));
  };

  readonly showNewest = async (): Promise<void> => {
    if (this.window.newerThere && !(await this.hasRead(() => this.readNewest(READ_FIRST)))) return;
    this.show(atEnd(this.window), { jump: this.jumpTarget(END) });
  };

  /**
   * Brings a message into view, at what was `found` in it, reading what is around it when needed. False when this
   * device does not have it.
   */
  readonly jumpTo = async (id: string, found: readonly string[] = []): Promise<boolean> => {
    try {
      if (this.message(id) === undefined) {
        const target = await this.core.call("getMessage", { id });
        if (target.conversation !== this.conversation) return false;
        await this.reads(() => this.readAround(target));
      }
    } catch (error) {
      if (failureOf(error).code !== 0) return false;
      throw error;
    }
    if (placeOf(this.window, id) < 0) return false;
    if (found.length > 0) this.whole.add(id);
    this.show(around(this.window, id), { jump: this.jumpTarget(id, found) });
    return true;
  };

  readonly mark = (marks: ReadonlyMap<string, readonly string[]>): void => {
    for (const id of marks.keys()) this.whole.add(id);
    this.publish({ marks });
  };

  /** The view is, or is no longer, at the end. */
  readonly setPinned = (pinned: boolean): void => {
    this.pinned = pinned;
    this.noteLineRead();
  };

  /** Whether somebody looks: what comes meanwhile is not new to them. */
  setAttentive(attentive: boolean): void {
    this.attentive = attentive;
    this.noteLineRead();
  }

  /**
   * The last incoming message that is not below one; and where it stands, which changes when something comes in above
   * it.
   */
  incomingUpTo(id: string): { message: Message; place: number } | undefined {
    const { messages } = this.window;
    const last = messages.findLastIndex((each) => each.id === id);
    const place = messages.findLastIndex((each, at) => at <= last && !each.outgoing);
    const message = messages[place];
    return message === undefined ? undefined : { message, place };
  }

  message(id: string): Message | undefined {
    return this.held.get(id);
  }

  /** What is read, in its order. */
  get read(): readonly Message[] {
    return this.window.messages;
  }

  /** Leaves messages out of what is shown, in place of those before. */
  hide(ids: ReadonlySet<string>): void {
    this.hidden = ids;
    this.publish();
  }

  /** Takes a message that a call has answered with: one's own, just written. */
  readonly putOwn = (message: Message): void => {
    this.show(withChanged(this.window, [message], this.pinned));
    this.line = NO_LINE;
    void this.showNewest();
  };

  /** The line "unread" has been seen: the next message that comes unseen gets a new one. */
  forgetUnreadLine(): void {
    if (this.line.from === "") return;
    this.line = NO_LINE;
    this.publish();
  }

  private get isPinned(): boolean {
    return this.pinned && isAtNewest(this.window);
  }

  private noteLineRead(): void {
    if (this.attentive && this.isPinned) this.line = { ...this.line, wasRead: true };
  }

  /** A backlog brings hundreds of messages at once: they are put in together, and shown once. */
  private take({ messages, added, removed, resync }: Changes): void {
    if (!this.snapshot().loaded) return; // it is in the page that is being read
    if (resync) void this.readAgain();
    if (removed.size > 0) this.show(withoutMessages(this.window, removed));
    const changed = messages.filter(({ id, conversation }) => conversation === this.conversation && !removed.has(id));
    if (changed.length === 0) return;
    if (!this.attentive || !this.isPinned)
      this.line = withUnseen(
        this.line,
        added.filter((each) => this.isNews(each)),
      );
    this.show(withChanged(this.window, changed, this.pinned));
  }

  private isNews({ id, conversation, outgoing }: Message): boolean {
    return conversation === this.conversation && !outgoing && !this.held.has(id);
  }

  /** One reading after the other: each begins with what the one before has left. */
  private reads(read: () => Promise<void>): Promise<void> {
    const done = this.reading.then(read);
    this.reading = done.catch(() => undefined);
    return done;
  }

  /** False, and said, when it failed. */
  private async hasRead(read: () => Promise<void>): Promise<boolean> {
    try {
      await this.reads(read);
      return true;
    } catch (error) {
      this.update({ error: failureText(error) });
      return false;
    }
  }

  private async readOlder(limit: number): Promise<void> {
    const oldest = this.window.messages[0];
    const page = await this.page(
      limit,
      oldest === undefined ? {} : { beforeOrderUs: oldest.orderUs, beforeId: oldest.id },
    );
    this.window = withOlder(this.window, page);
  }

  private async readNewer(): Promise<void> {
    const newest = this.window.messages.at(-1);
    if (newest === undefined) return;
    const page = await this.page(READ_AT_ONCE, { afterOrderUs: newest.orderUs, afterId: newest.id });
    this.window = withNewer(this.window, page);
  }

  private async readAround(target: Message): Promise<void> {
    const [older, newer] = await Promise.all([
      this.page(READ_AROUND, { beforeOrderUs: target.orderUs, beforeId: target.id }),
      this.page(READ_AROUND, { afterOrderUs: target.orderUs, afterId: target.id }),
    ]);
    this.window = ofAround(older, target, newer);
  }

  private async readNewest(limit: number): Promise<void> {
    this.window = ofNewest(await this.page(limit, {}));
  }

  private page(limit: number, from: Cursor): Promise<Page> {
    return this.core.call("listMessages", { conversation: this.conversation, limit, ...from });
  }

  /** After a gap in the events: as much as before, as it is now. */
  private async readAgain(): Promise<void> {
    const before = this.window;
    const anchor = before.newerThere ? before.messages[before.first] : undefined;
    const limit = Math.min(READ_MAX, Math.max(READ_FIRST, before.messages.length));
    if (!(await this.hasRead(() => (anchor === undefined ? this.readNewest(limit) : this.readAround(anchor))))) return;
    this.show(restored(this.window, before, this.pinned));
  }

  private jumpTarget(to: JumpTarget, found: readonly string[] = []): Jump {
    return { to, round: ++this.jumps, highlight: to !== UNREAD_LINE && to !== END, found };
  }

  private show(window: MessageWindow, changes: Partial<TimelineSnapshot> = {}): void {
    this.window = window;
    this.publish(changes);
  }

  private publish(changes: Partial<TimelineSnapshot> = {}): void {
    this.held.reset(this.window.messages);
    this.update({
      items: itemsOf(
        shownOf(this.window).filter(({ id }) => !this.hidden.has(id)),
        {
          unreadFrom: this.line.from,
          unreadCount: this.line.count,
          whole: this.whole,
        },
      ),
      olderThere: !isAtOldest(this.window),
      atNewest: isAtNewest(this.window),
      error: "",
      ...changes,
    });
  }
}
