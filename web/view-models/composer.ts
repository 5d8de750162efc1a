// SPDX-License-Identifier: AGPL-3.0-or-later

// What is being written in one conversation: the text, kept as a draft; the message it answers; and what the other side
// sees of it.
import { directOf, TEXT_BYTES_MAX, type Conversation, type Core, type Message } from "./core";
import { failureText } from "./failure_text";
import { lineOf, previewText } from "./preview_text";
import { say } from "./say";
import { ViewModel } from "./view_model";

/** The message that is answered. */
export interface Quoted {
  id: string;
  isOwn: boolean;
  excerpt: string;
}

export interface Draft {
  text: string;
  quoted: Quoted | undefined;
}

export interface ComposerSnapshot extends Draft {
  error: string;
}

const DRAFT_PAUSE_MS = 400;
const TYPING_EVERY_MS = 3_000;

export const isSameDraft = (a: Draft, b: Draft): boolean => a.text === b.text && a.quoted?.id === b.quoted?.id;

/** What a conversation keeps of what was being written in it. */
export function draftOf(conversation: Conversation): Draft {
  const { draft: text, draftQuote: quote } = conversation;
  const partner = directOf(conversation)?.partner?.accountId;
  if (quote === undefined) return { text, quoted: undefined };
  const { messageId: id, author, excerpt } = quote;
  return { text, quoted: { id, isOwn: author?.accountId !== partner, excerpt: lineOf(excerpt) } };
}

export class ComposerViewModel extends ViewModel<ComposerSnapshot> {
  private savedDraft: Draft;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  private typingToldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly core: Core,
    private readonly conversation: string,
    draft: Draft,
    private readonly onSent: (message: Message) => void,
  ) {
    super({ ...draft, error: "" });
    this.savedDraft = draft;
    this.onDispose(() => {
      this.saveDraft();
      this.stopTyping();
    });
  }

  readonly setText = (text: string): void => {
    if (text === this.snapshot().text) return;
    this.update({ text, error: "" });
    this.saveSoon();
    if (text.trim() === "") this.stopTyping();
    else this.tellTyping();
  };

  /** Goes on with what was begun elsewhere. */
  readonly goOnWith = ({ text, quoted }: Draft): void => {
    this.setText(text);
    if (quoted?.id === this.snapshot().quoted?.id) return;
    this.update({ quoted });
    this.saveSoon();
  };

  readonly quote = (message: Message): void => {
    this.update({ quoted: { id: message.id, isOwn: message.outgoing, excerpt: previewText(message) } });
    this.saveSoon();
  };

  readonly cancelQuote = (): void => {
    this.update({ quoted: undefined });
    this.saveSoon();
  };

  /** Sends the text. It comes back when that fails and nothing else was written meanwhile. */
  readonly send = async (): Promise<void> => {
    const { text, quoted } = this.snapshot();
    const trimmed = text.replace(/^\s*\n|\s+$/g, "");
    if (trimmed.trim() === "") return;
    if (new TextEncoder().encode(trimmed).length > TEXT_BYTES_MAX) {
      return this.update({ error: say("composer.tooLong") });
    }
    this.update({ text: "", quoted: undefined, error: "" });
    this.typingToldAt = Number.NEGATIVE_INFINITY;
    try {
      const { message } = await this.core.call("sendMessage", {
        conversation: this.conversation,
        text: trimmed,
        quoteMessageId: quoted?.id ?? "",
      });
      if (message !== undefined) this.onSent(message);
      this.saveDraft();
    } catch (error) {
      const restored = this.snapshot().text === "" ? { text, quoted } : {};
      this.update({ ...restored, error: failureText(error) });
    }
  };

  /** Says why something about this conversation could not be done. */
  readonly refuse = (error: unknown): void => this.update({ error: failureText(error) });

  /** The draft as the core has it now: written in another tab, when nothing is being written here. */
  readonly takeDraft = (draft: Draft): void => {
    if (isSameDraft(draft, this.savedDraft) || !isSameDraft(this.snapshot(), this.savedDraft)) return;
    this.savedDraft = draft;
    this.update(draft);
  };

  readonly saveDraft = (): void => {
    clearTimeout(this.draftTimer);
    const { text, quoted } = this.snapshot();
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
