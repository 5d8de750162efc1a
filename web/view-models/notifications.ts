// SPDX-License-Identifier: AGPL-3.0-or-later

// What tells somebody who is not looking at this page that a message came: a notification for each conversation, and a
// sound.
//
//   message ──► nobody looks? ──► wait a moment ──► still unread? ──► notification, one for each conversation, and one
//   sound
//
// The moment gives another tab of this profile the time to say that it was read there. What is read, here or there,
// takes its notification away. Nothing is told of a conversation that is muted or archived, but for a message in a
// muted group that names oneself.
import { isMuted } from "./arrangement";
import type { Attention } from "./attention";
import { isNotice } from "./content_kinds";
import { titleOf, type Message } from "./core";
import type { EntityStore } from "./entity_store";
import { authorIn } from "./group_text";
import { isMentioned } from "./mentions";
import { previewText } from "./preview_text";
import { say } from "./say";
import { ViewModel } from "./view_model";

export type Permission = "granted" | "denied" | "undecided" | "unsupported";

export interface NotificationPreferences {
  /** Wanted on this device; only with the browser's permission there are any. */
  shown: boolean;
  sound: boolean;
  /** Notifications have who wrote and what; else only that somebody wrote. */
  preview: boolean;
  /** Whether they are wanted has been answered. */
  asked: boolean;
}

export const USUAL_PREFERENCES: NotificationPreferences = { shown: true, sound: true, preview: true, asked: false };

/** The browser's side of it. */
export interface NotificationPort {
  permission(): Permission;
  /** Asks the person; only in answer to a click of theirs. */
  ask(): Promise<Permission>;
  /** In the place of the one before with the same tag. */
  show(notification: { tag: string; title: string; body: string }, onClick: () => void): void;
  close(tag: string): void;
  sound(): void;
  load(): Partial<NotificationPreferences>;
  save(preferences: NotificationPreferences): void;
}

export interface NotificationsSnapshot extends NotificationPreferences {
  permission: Permission;
}

const MOMENT_MS = 400;

export class NotificationsViewModel extends ViewModel<NotificationsSnapshot> {
  /** The last message of each conversation that somebody is to be told of, and those already told of. */
  private readonly waiting = new Map<string, Message>();
  private readonly told = new Map<string, Message>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: Pick<EntityStore, "conversation" | "subscribe" | "ownAccount">,
    private readonly attention: Attention,
    private readonly port: NotificationPort,
    private readonly onOpen: (conversation: string) => void,
  ) {
    super({ ...USUAL_PREFERENCES, ...port.load(), permission: port.permission() });
    this.onDispose(
      store.subscribe(({ added, messages }) => {
        this.take(added);
        for (const each of messages) if (each.body.case === "deleted") this.forget(each);
        this.clearRead();
      }),
    );
    this.onDispose(() => clearTimeout(this.timer));
  }

  /** For the moment at which it makes sense: somebody has a conversation, and has not answered yet. */
  get mayAsk(): boolean {
    const { permission, shown, asked } = this.snapshot();
    return permission === "undecided" && shown && !asked;
  }

  readonly turnOn = async (): Promise<void> => {
    this.update({ permission: await this.port.ask() });
    this.prefer({ shown: true, asked: true });
  };

  readonly notNow = (): void => this.prefer({ asked: true });
  readonly setSound = (sound: boolean): void => this.prefer({ sound });
  readonly setPreview = (preview: boolean): void => this.prefer({ preview });

  readonly setShown = (shown: boolean): void => {
    if (shown && this.snapshot().permission === "undecided") return void this.turnOn();
    this.prefer({ shown, asked: true });
  };

  private prefer(change: Partial<NotificationPreferences>): void {
    this.update(change);
    const { shown, sound, preview, asked } = this.snapshot();
    this.port.save({ shown, sound, preview, asked });
  }

  private take(added: readonly Message[]): void {
    if (this.attention.attentive) return;
    for (const message of added) {
      if (message.outgoing || isNotice(message)) continue;
      const before = this.waiting.get(message.conversation);
      if (before === undefined || !this.isMutedExceptFor(before) || this.namesMe(message))
        this.waiting.set(message.conversation, message);
    }
    if (this.waiting.size > 0) this.timer ??= setTimeout(() => this.tell(), MOMENT_MS);
  }

  private tell(): void {
    this.timer = undefined;
    const { shown, sound, permission } = this.snapshot();
    const unread = [...this.waiting].filter(([, message]) => this.isToBeTold(message));
    this.waiting.clear();
    if (unread.length === 0 || this.attention.attentive) return;
    if (sound) this.port.sound();
    if (!shown || permission !== "granted") return;
    for (const [id, message] of unread) {
      this.told.set(id, message);
      this.port.show({ tag: id, ...this.words(id, message) }, () => this.onOpen(id));
    }
  }

  private words(id: string, message: Message): { title: string; body: string } {
    const conversation = this.store.conversation(id);
    if (!this.snapshot().preview || conversation === undefined)
      return { title: "Kith", body: say("notifications.youHaveANewMessage") };
    const { unread } = conversation;
    const title = titleOf(conversation);
    const author = authorIn(conversation, message);
    const text = previewText(message, this.store.ownAccount);
    return {
      title: unread > 1 ? say("notifications.titleWithUnread", { title, unread }) : title,
      body: author === "" ? text : say("notifications.authorAndText", { author, text }),
    };
  }

  private namesMe(message: Message): boolean {
    return isMentioned(message, this.store.ownAccount);
  }

  /** What comes in its conversation is not told of, but it is: it names oneself. */
  private isMutedExceptFor(message: Message): boolean {
    const conversation = this.store.conversation(message.conversation);
    return conversation !== undefined && isMuted(conversation, Date.now()) && this.namesMe(message);
  }

  /** Somebody is to be told of it: it may be that it is read by now. */
  private isToBeTold(message: Message): boolean {
    const conversation = this.store.conversation(message.conversation);
    if (conversation === undefined || conversation.unread === 0 || conversation.archived) return false;
    return !isMuted(conversation, Date.now()) || this.namesMe(message);
  }

  /** Nobody is told of what was deleted. */
  private forget({ id, conversation }: Message): void {
    if (this.waiting.get(conversation)?.id === id) this.waiting.delete(conversation);
    if (this.told.get(conversation)?.id !== id) return;
    this.told.delete(conversation);
    this.port.close(conversation);
  }

  private clearRead(): void {
    for (const [id, message] of this.told) {
      if (this.isToBeTold(message)) continue;
      this.told.delete(id);
      this.port.close(id);
    }
  }
}
