// SPDX-License-Identifier: AGPL-3.0-or-later

// What a person makes of a conversation, on all devices of the account alike: pinned above the others, muted for a
// while or for good, archived, marked as unread, cleared, deleted. The core has it (docs/decisions/0029); one that is
// archived stays so when a message comes.
import type { Conversation, Core } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { say } from "./say";

const HOUR_MS = 3_600_000;
/** The end of the year 9999, which is the last that the core knows. */
const FOREVER_US = 253_402_300_799_999_999n;

/** For how long somebody can be muted; "always" until it is taken back. */
export type MuteFor = "hours" | "week" | "always";
const MUTE_MS = { hours: 8 * HOUR_MS, week: 7 * 24 * HOUR_MS };

export const isMuted = ({ mutedUntilUs }: Conversation, nowMs: number): boolean => mutedUntilUs > BigInt(nowMs) * 1000n;
/** Nothing is told of it: no notification, no sound, and the page's title does not count it. */
export const isQuiet = (conversation: Conversation, nowMs: number): boolean =>
  conversation.archived || isMuted(conversation, nowMs);

/** Somebody has to look at it still. */
export const isUnread = ({ unread, markedUnread }: Conversation): boolean => unread > 0 || markedUnread;

/** Says what was done, or why not; with a way to take it back. */
export type TellDone = (words: string, undo?: () => void) => void;

export class Arrangement {
  constructor(
    private readonly core: Core,
    private readonly store: Pick<EntityStore, "putConversation">,
    private readonly tell: TellDone,
  ) {}

  readonly pin = ({ id }: Conversation): Promise<boolean> => this.set({ conversation: id, pinned: true });
  readonly unpin = ({ id }: Conversation): Promise<boolean> => this.set({ conversation: id, pinned: false });

  readonly mute = ({ id }: Conversation, how: MuteFor): Promise<boolean> => {
    const mutedUntilUs = how === "always" ? FOREVER_US : BigInt(Date.now() + MUTE_MS[how]) * 1000n;
    return this.set({ conversation: id, mutedUntilUs });
  };
  readonly markUnread = ({ id }: Conversation): Promise<boolean> => this.set({ conversation: id, markedUnread: true });
  /** As if somebody had read all of it. */
  readonly markRead = ({ id }: Conversation): Promise<unknown> =>
    this.core.call("markRead", { conversation: id }).catch((error: unknown) => this.tell(failureText(error)));

  readonly unmute = ({ id }: Conversation): Promise<boolean> => this.set({ conversation: id, mutedUntilUs: 0n });

  /** It is no longer pinned then, which is taken back too. */
  readonly archive = async ({ id: conversation, pinned }: Conversation): Promise<void> => {
    const undo = () => void this.set({ conversation, archived: false, ...(pinned ? { pinned } : {}) });
    if (await this.set({ conversation, archived: true })) this.tell(say("arrange.archived"), undo);
  };
  readonly unarchive = async ({ id: conversation }: Conversation): Promise<void> => {
    const undo = () => void this.set({ conversation, archived: true });
    if (await this.set({ conversation, archived: false })) this.tell(say("arrange.unarchived"), undo);
  };

  /** Others keep what was said in it. */
  readonly clear = async ({ id: conversation }: Conversation, keepStarred: boolean): Promise<void> => {
    try {
      this.store.putConversation(await this.core.call("clearConversation", { conversation, keepStarred }));
      this.tell(say("arrange.cleared"));
    } catch (error) {
      this.tell(failureText(error));
    }
  };
  /** The core says that it is gone. */
  readonly remove = async ({ id: conversation }: Conversation): Promise<void> => {
    try {
      await this.core.call("deleteConversation", { conversation });
      this.tell(say("arrange.deleted"));
    } catch (error) {
      this.tell(failureText(error));
    }
  };

  private async set(change: {
    conversation: string;
    archived?: boolean;
    pinned?: boolean;
    mutedUntilUs?: bigint;
    markedUnread?: boolean;
  }): Promise<boolean> {
    try {
      this.store.putConversation(await this.core.call("setConversation", change));
      return true;
    } catch (error) {
      this.tell(failureText(error));
      return false;
    }
  }
}
