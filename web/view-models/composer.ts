// SPDX-License-Identifier: AGPL-3.0-or-later

// What is being written in one conversation: the text, kept as a draft; the message it answers; and what the other side
// sees of it. While a message of one's own is edited, its text stands in the place of the draft, which is put aside.
import {
  CAPTION_BYTES_MAX,
  directOf,
  groupOf,
  mediaOf,
  TEXT_BYTES_MAX,
  textOf,
  type Conversation,
  type Core,
  type Message,
} from "./core";
import { failureText } from "./failure_text";
import { mentionsOf, movedMentions, sentMentions, type WrittenMention } from "./mentions";
import { quotedGroupText } from "./group_text";
import type { LinkPreviewViewModel, Made } from "./link_preview";
import { previewLine, quoteLine, type Line } from "./preview_text";
import { say } from "./say";
import { ViewModel } from "./view_model";

/** The message that is answered. */
export interface Quoted {
  id: string;
  isOwn: boolean;
  /** Who wrote it; "" for the partner. */
  author: string;
  /** Of a reply in private: what the group is called that it was written in; else "". */
  group: string;
  excerpt: Line;
  /** Of its picture; absent when it has none. */
  thumbnail?: Uint8Array;
}

const thumbnailOf = (thumbnail: Uint8Array | undefined): Pick<Quoted, "thumbnail"> =>
  thumbnail === undefined || thumbnail.length === 0 ? {} : { thumbnail };

export interface Draft {
  text: string;
  quoted: Quoted | undefined;
}

interface Written extends Draft {
  /** Members whom the text names, in its order. A draft that is kept has none: they are found again by their names. */
  mentions: readonly WrittenMention[];
}

export interface ComposerSnapshot extends Written {
  /** The message that gets this text in the place of its own. */
  editing: Message | undefined;
  error: string;
}

const DRAFT_PAUSE_MS = 400;
const TYPING_EVERY_MS = 3_000;

export const isSameDraft = (a: Draft, b: Draft): boolean => a.text === b.text && a.quoted?.id === b.quoted?.id;

/** What a conversation keeps of what was being written in it; `self`: one's own account. */
export function draftOf(conversation: Conversation, self: string): Draft {
  const { draft: text, draftQuote: quote } = conversation;
  if (quote === undefined) return { text, quoted: undefined };
  const { messageId: id, author } = quote;
  const inGroup = groupOf(conversation) !== undefined;
  const partner = directOf(conversation)?.partner?.accountId;
  const isOwn = inGroup ? author?.accountId === self : author?.accountId !== partner;
  const group = quote.group === undefined ? "" : quotedGroupText(quote.group);
  const name = inGroup ? (author?.name ?? "") : "";
  return {
    text,
    quoted: { id, isOwn, author: name, group, excerpt: quoteLine(quote), ...thumbnailOf(quote.thumbnail) },
  };
}

/** As it is sent: without the empty lines above and the room below; `cut` is what is left out of its beginning. */
export function trimmedOf(text: string): { trimmed: string; cut: number } {
  return { trimmed: text.replace(/^\s*\n|\s+$/g, ""), cut: /^\s*\n/.exec(text)?.[0].length ?? 0 };
}

export class ComposerViewModel extends ViewModel<ComposerSnapshot> {
  private savedDraft: Draft;
  /** What was being written before a message is edited. */
  private aside: Written | undefined;
  private save: () => Promise<void> = () => Promise.resolve();
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  private typingToldAt = Number.NEGATIVE_INFINITY;
  /** What goes with a text besides; undefined while nobody has written a link here. */
  links: Pick<LinkPreviewViewModel, "take"> | undefined;
  /** Messages leave one after the other, whatever each waits for. */
  private turn: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private noMoreWaiting: () => void = () => undefined;
  private readonly hurry = new Promise<void>((resolve) => (this.noMoreWaiting = resolve));

  constructor(
    private readonly core: Core,
    private readonly conversation: string,
    draft: Draft,
    private readonly onSent: (message: Message) => void,
    private readonly options: { inGroup: boolean } = { inGroup: false },
  ) {
    super({ ...draft, mentions: [], editing: undefined, error: "" });
    this.savedDraft = draft;
    this.onDispose(() => {
      this.leave();
      this.stopTyping();
    });
  }

  readonly setText = (text: string): void => {
    const { text: before, mentions } = this.snapshot();
    if (text === before) return;
    this.update({ text, mentions: movedMentions(mentions, before, text), error: "" });
    if (this.aside !== undefined) return; // nobody waits for what is changed
    this.saveSoon();
    if (text.trim() === "") this.stopTyping();
    else this.tellTyping();
  };

  /** Puts a member's name in the place of [begin, end), and a space after it. The answer: where one goes on. */
  readonly mention = (begin: number, end: number, { accountId, name }: { accountId: string; name: string }): number => {
    const { text } = this.snapshot();
    const rest = text.slice(end);
    const space = rest.startsWith(" ") ? "" : " ";
    this.setText(`${text.slice(0, begin)}@${name}${space}${rest}`);
    const written = { accountId, begin, end: begin + 1 + name.length };
    this.name([...this.snapshot().mentions, written]);
    return written.end + 1;
  };

  /** Whom the text names. */
  readonly name = (mentions: readonly WrittenMention[]): void =>
    this.update({ mentions: [...mentions].sort((a, b) => a.begin - b.begin) });

  /** What is being written here, and may be behind a message that is edited. */
  get draft(): Draft {
    return this.aside ?? this.snapshot();
  }

  /** Goes on with what was begun elsewhere. */
  readonly goOnWith = ({ text, quoted }: Draft): void => {
    this.cancelEdit();
    this.setText(text);
    if (quoted?.id === this.snapshot().quoted?.id) return;
    this.update({ quoted });
    this.saveSoon();
  };

  /** Goes on with what was begun in another conversation, whose draft, as it was there, may have come here before. */
  takeOver({ text, quoted }: Draft, draft: string): void {
    const there = this.draft;
    const isMoved = there.text === draft || text.startsWith(there.text);
    const both = isMoved ? text : [there.text, text].filter((part) => part !== "").join("\n");
    this.goOnWith({ text: both, quoted: quoted ?? there.quoted });
  }

  /** `group`: what the group is called whose message is answered in private. */
  readonly quote = (message: Message, group = ""): void => {
    this.cancelEdit();
    const { id, outgoing: isOwn, sender } = message;
    const author = this.options.inGroup ? (sender?.name ?? "") : "";
    this.update({
      quoted: {
        id,
        isOwn,
        author,
        group,
        excerpt: previewLine(message, ""),
        ...thumbnailOf(mediaOf(message)?.thumbnail),
      },
    });
    this.saveSoon();
  };

  readonly cancelQuote = (): void => {
    this.update({ quoted: undefined });
    this.saveSoon();
  };

  /** Another text of a message is written in the place of the draft; `save` instead of sending it. */
  readonly edit = (message: Message, save: () => Promise<void>): void => {
    this.cancelEdit();
    this.saveDraft();
    this.stopTyping();
    const { text, quoted, mentions } = this.snapshot();
    this.aside = { text, quoted, mentions };
    this.save = save;
    this.update({
      text: textOf(message),
      quoted: undefined,
      mentions: mentionsOf(message).map(({ begin, end, who }) => ({ begin, end, accountId: who.accountId })),
      editing: message,
      error: "",
    });
  };

  /** The message stays as it is, and the draft is there again. */
  readonly cancelEdit = (): void => {
    const { aside } = this;
    this.aside = undefined;
    if (aside !== undefined) this.update({ ...aside, editing: undefined, error: "" });
  };

  /** Only what is under a file can be taken away: a message has something in it. */
  get mayBeSent(): boolean {
    const { text, editing } = this.snapshot();
    return text.trim() !== "" || (editing !== undefined && mediaOf(editing) !== undefined);
  }

  /** Sends the text. It comes back when that fails and nothing else was written meanwhile. */
  readonly send = async (): Promise<void> => {
    const { text, quoted, mentions, editing } = this.snapshot();
    const { trimmed, cut } = trimmedOf(text);
    if (!this.mayBeSent) return;
    const most = editing === undefined || mediaOf(editing) === undefined ? TEXT_BYTES_MAX : CAPTION_BYTES_MAX;
    if (new TextEncoder().encode(trimmed).length > most) {
      return this.update({ error: say("composer.tooLong") });
    }
    if (editing !== undefined) return this.save();
    const named = sentMentions(mentions, text, cut);
    const ready = this.previewOf(trimmed);
    this.update({ text: "", quoted: undefined, mentions: [], error: "" });
    this.typingToldAt = Number.NEGATIVE_INFINITY;
    try {
      const preview = await ready;
      const { message } = await this.core.call("sendMessage", {
        conversation: this.conversation,
        text: trimmed,
        quoteMessageId: quoted?.id ?? "",
        ...(named.length === 0 ? {} : { mentions: named }),
        ...(preview === undefined ? {} : { preview }),
      });
      if (message !== undefined) this.onSent(message);
      this.saveDraft();
    } catch (error) {
      if (this.aside?.text === "") this.aside = { text, quoted, mentions };
      const restored = this.draft === this.snapshot() && this.draft.text === "" ? { text, quoted, mentions } : {};
      this.update({ ...restored, error: failureText(error) });
    }
  };

  /** What goes with the text, when it is its turn: until then it is kept as the draft. `before`: what went with it. */
  async previewOf(text: string, before?: Made): Promise<Made | undefined> {
    ++this.waiting;
    const ready = Promise.all([
      this.links === undefined ? before : this.links.take(text, this.hurry, before),
      this.turn,
    ]);
    this.turn = ready;
    const [preview] = await ready;
    --this.waiting;
    return preview;
  }

  /** Nobody may be here any longer: what waits is sent as it is, and what is written is kept. */
  readonly leave = (): void => {
    this.noMoreWaiting();
    this.saveDraft();
  };

  /** Gives away what is written, to stand under a file: nothing is being written then. */
  readonly take = (): { text: string; mentions: ReturnType<typeof sentMentions>; quoteMessageId: string } => {
    this.cancelEdit();
    const { text, quoted, mentions } = this.snapshot();
    const { trimmed, cut } = trimmedOf(text);
    this.update({ text: "", quoted: undefined, mentions: [], error: "" });
    this.saveDraft();
    this.stopTyping();
    return {
      text: trimmed,
      mentions: sentMentions(mentions, text, cut),
      quoteMessageId: quoted?.id ?? "",
    };
  };

  /** Says why something about this conversation could not be done. */
  readonly refuse = (error: unknown): void => this.say(failureText(error));
  readonly say = (error: string): void => this.update({ error });

  /** The draft as the core has it now: written in another tab, when nothing is being written here. */
  readonly takeDraft = (draft: Draft): void => {
    if (isSameDraft(draft, this.savedDraft) || !isSameDraft(this.draft, this.savedDraft)) return;
    this.savedDraft = draft;
    if (this.aside === undefined) this.update({ ...draft, mentions: [] });
    else this.aside = { ...draft, mentions: [] };
  };

  readonly saveDraft = (): void => {
    clearTimeout(this.draftTimer);
    const { text, quoted } = this.draft;
    if (this.waiting > 0 && text === "") return;
    if (isSameDraft({ text, quoted }, this.savedDraft)) return;
    this.savedDraft = { text, quoted };
    this.core
      .call("setDraft", { conversation: this.conversation, text, quoteMessageId: quoted?.id ?? "" })
      .catch(() => undefined);
  };

  readonly stopTyping = (): void => {
    if (this.typingToldAt === Number.NEGATIVE_INFINITY) return;
    this.typingToldAt = Number.NEGATIVE_INFINITY;
    this.core.call("setTyping", { conversation: this.conversation, typing: false }).catch(() => undefined);
  };

  private saveSoon(): void {
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.saveDraft(), DRAFT_PAUSE_MS);
  }

  private tellTyping(): void {
    const now = Date.now();
    if (now - this.typingToldAt < TYPING_EVERY_MS) return;
    this.typingToldAt = now;
    this.core.call("setTyping", { conversation: this.conversation, typing: true }).catch(() => undefined);
  }
}
