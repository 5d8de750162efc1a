// SPDX-License-Identifier: AGPL-3.0-or-later

// The messages of one conversation as far as they are read, and the window of them that is shown.
//
//   oldest on the device … | read so far: messages[0 .. n) | … newest on the device
//                               first <= window < last
//
// `messages` has no gap. It reaches to the newest message, but after a jump far back, or when much came while somebody was reading further up: then
// `newerThere`, until somebody has scrolled or gone to the end. The window slides over it, so that the number of rows in the page stays bounded
// however long a conversation is. Making rows is what costs the page's thread most: a window begins small and widens step by step, each in a task
// of its own.
import { failureOf, type Core, type Event, type Message } from "./core";
import { failureText } from "./failure_text";
import { isBefore, isNotice, itemsOf, withMessages, type Item } from "./message_items";
import { timeZone } from "./time_zone";
import { ViewModel } from "./view_model";

/** A message's id; or one of the two places that are none. */
export type JumpTarget = string;
export const UNREAD_LINE: JumpTarget = "unread";
export const END: JumpTarget = "end";

export interface TimelineSnapshot {
  loaded: boolean;
  items: readonly Item[];
  /** There are older messages than the window shows. */
  olderThere: boolean;
  /** The window ends with the newest message. */
  atNewest: boolean;
  /** What to bring into view: a message, the line "unread", or the end. `round` grows with each wish. */
  jump: { to: JumpTarget; round: number; highlight: boolean } | undefined;
  error: string;
}

/** Messages in a window that begins anew, and by how many it widens. */
const WINDOW = 40;
const STEP = 30;
const WINDOW_MAX = 240;
/** At the end, where what comes widens it, it begins anew beyond this. */
const FOLLOWING_MAX = 100;
/** Messages above the line "unread" when a conversation is opened there. */
const ABOVE_UNREAD = 10;
/** Messages that are kept while more come; beyond, the half that is farther from the view goes, and is read again when somebody scrolls there. */
const KEPT_MAX = 1000;
/** Messages read from the device: at first, further in one direction, on each side of one that is jumped to, and at most. */
const READ_FIRST = 60;
const READ_AT_ONCE = 100;
const READ_AROUND = 50;
const READ_MAX = 500;

type Cursor =
  { beforeOrderUs: bigint; beforeId: string } | { afterOrderUs: bigint; afterId: string } | Record<never, never>;

export class TimelineViewModel extends ViewModel<TimelineSnapshot> {
  private messages: readonly Message[] = [];
  private olderThere = false;
  private newerThere = false;
  private first = 0;
  private last = 0;
  private pinned = true;
  private attentive = false;
  private unreadFrom = "";
  private unreadCount = 0;
  /** Somebody has been at the end since the line was drawn. */
  private lineWasRead = false;
  private reading: Promise<void> = Promise.resolve();
  private jumps = 0;

  constructor(
    private readonly core: Core,
    private readonly conversation: string,
  ) {
    super({ loaded: false, items: [], olderThere: false, atNewest: true, jump: undefined, error: "" });
    this.onDispose(core.onEvents((events) => this.take(events)));
    this.onDispose(timeZone.subscribe(() => this.snapshot().loaded && this.publish()));
  }

  /** Reads the newest messages; `unread` of them get the line "unread" above. */
  async load(unread: number): Promise<void> {
    const limit = Math.min(READ_MAX, Math.max(READ_FIRST, unread + READ_FIRST / 2));
    if (!(await this.hasRead(() => this.readOlder(limit)))) return this.update({ loaded: true });
    this.markUnread(unread);
    const marker = this.messages.findIndex((each) => each.id === this.unreadFrom);
    this.first = Math.max(
      0,
      Math.min(this.messages.length - WINDOW, marker < 0 ? this.messages.length : marker - ABOVE_UNREAD),
    );
    this.last = Math.min(this.messages.length, this.first + WINDOW);
    this.publish({ loaded: true, jump: marker < 0 ? undefined : this.jumpTarget(UNREAD_LINE) });
  }

  /** Widens the window at its older end, reading on when the device has more. */
  readonly showOlder = async (): Promise<void> => {
    if (this.first === 0 && this.olderThere && !(await this.hasRead(() => this.readOlder(READ_AT_ONCE)))) return;
    this.first = Math.max(0, this.first - STEP);
    this.last = Math.min(this.last, this.first + WINDOW_MAX);
    this.publish();
  };

  /** Widens the window at its newer end, reading on when the device has more. */
  readonly showNewer = async (): Promise<void> => {
    if (
      this.last === this.messages.length &&
      this.newerThere &&
      !(await this.hasRead(() => this.readNewer(READ_AT_ONCE)))
    )
      return;
    this.last = Math.min(this.messages.length, this.last + STEP);
    this.first = Math.max(this.first, this.last - WINDOW_MAX);
    this.publish();
  };

  readonly showNewest = async (): Promise<void> => {
    if (this.newerThere && !(await this.hasRead(() => this.readNewest(READ_FIRST)))) return;
    this.last = this.messages.length;
    this.first = Math.max(0, this.last - WINDOW);
    this.publish({ jump: this.jumpTarget(END) });
  };

  /** Brings a message into view, reading what is around it when needed. False when this device does not have it. */
  readonly jumpTo = async (id: string): Promise<boolean> => {
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
    const at = this.messages.findIndex((each) => each.id === id);
    if (at < 0) return false;
    if (at < this.first || at >= this.last) {
      this.first = Math.max(0, at - WINDOW / 2);
      this.last = Math.min(this.messages.length, at + WINDOW / 2);
    }
    this.publish({ jump: this.jumpTarget(id) });
    return true;
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

  private noteLineRead(): void {
    if (this.attentive && this.isPinned) this.lineWasRead = true;
  }

  private get isPinned(): boolean {
    return this.pinned && this.atNewest;
  }

  /** The last incoming message that is not below one; and where it stands, which changes when something comes in above it. */
  incomingUpTo(id: string): { message: Message; place: number } | undefined {
    const last = this.messages.findLastIndex((each) => each.id === id);
    const place = this.messages.findLastIndex((each, at) => at <= last && !each.outgoing);
    const message = this.messages[place];
    return message === undefined ? undefined : { message, place };
  }

  private get atNewest(): boolean {
    return this.last === this.messages.length && !this.newerThere;
  }

  message(id: string): Message | undefined {
    return this.messages.find((each) => each.id === id);
  }

  /** Takes a message that a call has answered with: one's own, just written. */
  readonly putOwn = (message: Message): void => {
    this.put([message]);
    this.unreadFrom = "";
    void this.showNewest();
  };

  /** A backlog brings hundreds of messages at once: they are put in together, and shown once. */
  private take(events: readonly Event[]): void {
    if (!this.snapshot().loaded) return; // it is in the page that is being read
    const changed: Message[] = [];
    const added: Message[] = [];
    for (const { kind } of events) {
      if (kind.case === "resync") void this.readAgain();
      if (
        (kind.case !== "messageAdded" && kind.case !== "messageChanged") ||
        kind.value.conversation !== this.conversation
      )
        continue;
      changed.push(kind.value);
      if (kind.case === "messageAdded" && !kind.value.outgoing) added.push(kind.value);
    }
    if (changed.length === 0) return;
    const known = new Set(this.messages.map((each) => each.id));
    const news = added.filter((each) => !known.has(each.id));
    if (!this.attentive || !this.isPinned) this.markUnseen(news.filter((each) => !isNotice(each)));
    this.put(changed);
  }

  private markUnseen(messages: readonly Message[]): void {
    const first = messages[0];
    if (first === undefined) return;
    if (this.unreadFrom === "" || this.lineWasRead) {
      this.unreadFrom = first.id;
      this.lineWasRead = false;
      this.unreadCount = 0;
    }
    this.unreadCount += messages.length;
  }

  /** The line "unread" has been seen: the next message that comes unseen gets a new one. */
  forgetUnreadLine(): void {
    if (this.unreadFrom === "") return;
    this.unreadFrom = "";
    this.publish();
  }

  private put(changed: readonly Message[]): void {
    const oldest = this.messages[0];
    const newest = this.messages.at(-1);
    const known = new Set(this.messages.map((each) => each.id));
    const isWithin = (each: Message) =>
      !(this.olderThere && oldest !== undefined && isBefore(each, oldest)) &&
      !(this.newerThere && newest !== undefined && isBefore(newest, each));
    const { atNewest } = this;
    this.messages = withMessages(
      this.messages,
      changed.filter((each) => known.has(each.id) || isWithin(each)),
    );
    if (atNewest && this.pinned) {
      this.last = this.messages.length;
      if (this.last - this.first > FOLLOWING_MAX) this.first = this.last - WINDOW;
      this.forgetOldest();
    } else {
      for (let at = 0; at < this.last; ++at) if (!known.has((this.messages[at] as Message).id)) ++this.last;
      if (atNewest)
        this.last = Math.min(
          this.messages.length,
          Math.max(this.last, Math.min(this.last + STEP, this.first + WINDOW_MAX)),
        );
      this.forgetNewest();
    }
    this.publish();
  }

  private forgetNewest(): void {
    if (this.messages.length <= this.last + KEPT_MAX) return;
    this.messages = this.messages.slice(0, this.last + KEPT_MAX / 2);
    this.newerThere = true;
  }

  private forgetOldest(): void {
    if (this.messages.length <= KEPT_MAX) return;
    const forgotten = Math.min(this.first, this.messages.length - KEPT_MAX / 2);
    this.messages = this.messages.slice(forgotten);
    this.olderThere ||= forgotten > 0;
    this.first -= forgotten;
    this.last -= forgotten;
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
    const oldest = this.messages[0];
    const page = await this.page(
      limit,
      oldest === undefined ? {} : { beforeOrderUs: oldest.orderUs, beforeId: oldest.id },
    );
    const known = new Set(this.messages.map((each) => each.id));
    const older = page.messages.filter((each) => !known.has(each.id));
    this.messages = [...older, ...this.messages];
    this.olderThere = page.more;
    this.first += older.length;
    this.last += older.length;
  }

  private async readNewer(limit: number): Promise<void> {
    const newest = this.messages.at(-1);
    if (newest === undefined) return;
    const page = await this.page(limit, { afterOrderUs: newest.orderUs, afterId: newest.id });
    this.messages = withMessages(this.messages, page.messages);
    this.newerThere = page.more;
  }

  /** In place of what was read before. */
  private async readAround(target: Message): Promise<void> {
    const [older, newer] = await Promise.all([
      this.page(READ_AROUND, { beforeOrderUs: target.orderUs, beforeId: target.id }),
      this.page(READ_AROUND, { afterOrderUs: target.orderUs, afterId: target.id }),
    ]);
    this.messages = [...older.messages, target, ...newer.messages];
    this.olderThere = older.more;
    this.newerThere = newer.more;
    this.first = 0;
    this.last = 0; // the caller chooses
  }

  private page(limit: number, from: Cursor): Promise<{ messages: Message[]; more: boolean }> {
    return this.core.call("listMessages", { conversation: this.conversation, limit, ...from });
  }

  private async readNewest(limit: number): Promise<void> {
    const page = await this.page(limit, {});
    this.messages = page.messages;
    this.olderThere = page.more;
    this.newerThere = false;
  }

  /** After a gap in the events: as much as before, as it is now. */
  private async readAgain(): Promise<void> {
    const { atNewest } = this;
    const anchor = this.messages[this.first];
    const around = this.newerThere ? anchor : undefined;
    const limit = Math.min(READ_MAX, Math.max(READ_FIRST, this.messages.length));
    if (!(await this.hasRead(() => (around === undefined ? this.readNewest(limit) : this.readAround(around))))) return;
    const at = this.messages.findIndex((each) => each.id === anchor?.id);
    this.first = at < 0 || (atNewest && this.pinned) ? Math.max(0, this.messages.length - WINDOW) : at;
    this.last = atNewest ? this.messages.length : Math.min(this.messages.length, this.first + WINDOW_MAX);
    this.publish();
  }

  private markUnread(unread: number): void {
    this.lineWasRead = false;
    this.unreadFrom = "";
    let left = unread;
    for (let at = this.messages.length - 1; at >= 0 && left > 0; --at) {
      const message = this.messages[at] as Message;
      if (message.outgoing || isNotice(message)) continue;
      --left;
      this.unreadFrom = message.id;
    }
    this.unreadCount = unread; // also when those read so far are fewer
  }

  private jumpTarget(to: JumpTarget): TimelineSnapshot["jump"] {
    return { to, round: ++this.jumps, highlight: to !== UNREAD_LINE && to !== END };
  }

  private publish(changes: Partial<TimelineSnapshot> = {}): void {
    this.update({
      items: itemsOf(this.messages.slice(this.first, this.last), {
        unreadFrom: this.unreadFrom,
        unreadCount: this.unreadCount,
      }),
      olderThere: this.first > 0 || this.olderThere,
      atNewest: this.atNewest,
      error: "",
      ...changes,
    });
  }
}
