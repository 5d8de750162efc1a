// SPDX-License-Identifier: AGPL-3.0-or-later

// What is done with messages that are there: they are edited, starred, pinned, chosen, and deleted, for
// oneself or for everybody. Fetched when somebody does it first.
//
//   deleteForMe ──► not shown ──► asked of the core      when the time to take it back is over, or nobody is here
//                       │
//                       └──► shown again                 when it is taken back, or could not be done
import { trimmedOf, type ComposerViewModel } from "./composer";
import {
  DELETE_SECONDS,
  EDIT_SECONDS,
  groupOf,
  isSaid,
  MediaKind,
  mediaOf,
  MediaState,
  Role,
  textOf,
  writtenOf,
  type Conversation,
  type Core,
  type Message,
  type Version,
} from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { isOpenForWords } from "./group_text";
import { sentMentions } from "./mentions";
import { MessageSelectionViewModel } from "./message_selection";
import { say } from "./say";
import { millis } from "./time_text";
import type { TimelineViewModel } from "./timeline";

const isYounger = (message: Message, seconds: number): boolean => Date.now() < millis(message.orderUs) + seconds * 1000;

const WITHOUT_WORDS: readonly MediaKind[] = [MediaKind.kVoice, MediaKind.kSticker];

/** It can be given another text: one's own, of a text or under a file, for a while. */
export function mayEdit(conversation: Conversation, message: Message): boolean {
  if (!message.outgoing || !isSaid(message) || !isOpenForWords(conversation)) return false;
  const media = mediaOf(message);
  const hasWords = media === undefined || !(media.viewOnce || WITHOUT_WORDS.includes(media.kind));
  return hasWords && isYounger(message, EDIT_SECONDS);
}

/** All of them can be deleted for everybody: one's own, and by an admin those of others, for a while. */
export function mayDeleteForEveryone(conversation: Conversation, messages: readonly Message[]): boolean {
  if (conversation.peer.case === "self" || !isOpenForWords(conversation)) return false;
  const isAdmin = groupOf(conversation)?.role === Role.kAdmin;
  return messages.every((each) => isSaid(each) && (each.outgoing || isAdmin) && isYounger(each, DELETE_SECONDS));
}

/** It can be found again among those that are starred: what is viewed once is not seen again. */
export const mayStar = (message: Message): boolean => isSaid(message) && mediaOf(message)?.viewOnce !== true;

/** For so long a message can be pinned. */
export const PIN_DAYS = [1, 7, 30] as const;

/** It can stand at the top of its conversation, or no longer. */
export const mayPin = (conversation: Conversation, message: Message): boolean =>
  mayStar(message) && isOpenForWords(conversation);

const NOWHERE: readonly MediaState[] = [MediaState.kGone, MediaState.kBroken];

/** It can be sent to others as well. */
export function mayForward(message: Message): boolean {
  const media = mediaOf(message);
  return isSaid(message) && (media === undefined || !(media.viewOnce || NOWHERE.includes(media.state)));
}

/** Says something for a while, in which it can be taken back; `onOver` when that is over, either way. */
export type TellForAWhile = (words: string, undo?: () => void, onOver?: () => void) => void;

/** The conversation that they are of. */
interface Host {
  readonly timeline: Pick<TimelineViewModel, "hide" | "message" | "read" | "subscribe">;
  readonly composer: Pick<ComposerViewModel, "cancelEdit" | "edit" | "previewOf" | "refuse" | "snapshot">;
  snapshot(): { conversation: Conversation; selecting: MessageSelectionViewModel | undefined };
  stopSelecting(): void;
}

function isAsBefore(message: Message, text: string, named: ReturnType<typeof sentMentions>): boolean {
  const before = writtenOf(message)?.mentions.map(({ who, start, length }) => [who?.accountId, start, length]) ?? [];
  const after = named.map(({ accountId, start, length }) => [accountId, start, length]);
  return text === textOf(message) && JSON.stringify(after) === JSON.stringify(before);
}

/** The preview of a link that is in the text still. */
function previewIn({ body }: Message, text: string) {
  const preview = body.case === "text" ? body.value.preview : undefined;
  return preview !== undefined && text.includes(preview.url.replace(/^https?:\/\//, "")) ? preview : undefined;
}

export class Corrections {
  /** Asks for what is about to be deleted. */
  private pending: (() => void) | undefined;
  private readonly hidden = new Set<string>();
  private readonly end: () => void;

  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly host: Host,
    private readonly show: (selecting: MessageSelectionViewModel) => void,
  ) {
    this.end = host.timeline.subscribe(() => this.watchEdited());
  }

  dispose(): void {
    this.end();
    this.leave();
  }

  /** Its text stands where one writes, until it is saved there. */
  readonly edit = (message: Message): void => {
    let saving = false;
    this.host.composer.edit(message, async () => {
      if (saving) return;
      saving = true;
      await this.save(message);
      saving = false;
    });
  };

  /** The last message of one's own that can be edited is; false when there is none. */
  readonly editLast = (): boolean => {
    const { conversation } = this.host.snapshot();
    const last = this.host.timeline.read.findLast((each) => mayEdit(conversation, each));
    if (last !== undefined) this.edit(last);
    return last !== undefined;
  };

  /** Begins to choose messages, with these. */
  readonly select = (messages: readonly Message[]): void => {
    const { timeline, stopSelecting } = this.host;
    stopSelecting();
    this.show(new MessageSelectionViewModel(this.store, timeline, messages, stopSelecting));
  };

  /** At the top of the conversation, for everybody in it; no days: not any more. */
  readonly pin = ({ id }: Message, days = 0): Promise<unknown> =>
    this.core.call("pinMessage", { id, seconds: days * 24 * 3600 }).catch(this.host.composer.refuse);

  readonly star = (messages: readonly Message[], starred: boolean): Promise<unknown> =>
    this.core.call("starMessages", { ids: messages.map(({ id }) => id), starred }).catch(this.host.composer.refuse);

  readonly deleteForEveryone = (messages: readonly Message[]): Promise<unknown> =>
    this.core
      .call("deleteMessages", { ids: messages.map(({ id }) => id), forEveryone: true })
      .catch(this.host.composer.refuse);

  /** Deletes them on all devices of the account, unless somebody takes that back in time. */
  readonly deleteForMe = (messages: readonly Message[], tell: TellForAWhile): void => {
    this.leave();
    const ids = messages.map(({ id }) => id);
    const end = (): boolean => {
      if (this.pending !== send) return false;
      this.pending = undefined;
      return true;
    };
    const send = () => {
      if (!end()) return;
      this.core.call("deleteMessages", { ids }).then(
        () => undefined, // they are removed by now
        (error: unknown) => {
          this.hide(ids, false);
          tell(failureText(error));
        },
      );
    };
    this.pending = send;
    this.hide(ids, true);
    const undo = () => {
      if (end()) this.hide(ids, false);
    };
    tell(say("deletion.deleted", { count: ids.length }), undo, send);
  };

  /** What an edited message said, the newest first. Rejects with a CoreFailure. */
  readonly versions = async ({ id }: Message): Promise<readonly Version[]> =>
    (await this.core.call("listVersions", { id })).versions;

  /** Nobody is here any more who could take something back. */
  leave(): void {
    this.pending?.();
  }

  /** What can't be saved stays where it is written. */
  private async save(message: Message): Promise<void> {
    const { composer } = this.host;
    const { text: written, mentions } = composer.snapshot();
    const { trimmed: text, cut } = trimmedOf(written);
    const named = sentMentions(mentions, written, cut);
    if (isAsBefore(message, text, named)) return composer.cancelEdit();
    try {
      const preview = await composer.previewOf(text, previewIn(message, text));
      const changes = { text, mentions: named, ...(preview === undefined ? {} : { preview }) };
      await this.core.call("editMessage", { id: message.id, ...changes });
      if (composer.snapshot().editing === message) composer.cancelEdit();
    } catch (error) {
      composer.refuse(error);
    }
  }

  /** What is edited may be deleted meanwhile. */
  private watchEdited(): void {
    const { editing } = this.host.composer.snapshot();
    if (editing === undefined) return;
    const now = this.host.timeline.message(editing.id);
    if (now === undefined || !isSaid(now)) this.host.composer.cancelEdit();
  }

  private hide(ids: readonly string[], hidden: boolean): void {
    for (const id of ids)
      if (hidden) this.hidden.add(id);
      else this.hidden.delete(id);
    this.host.timeline.hide(new Set(this.hidden));
  }
}
