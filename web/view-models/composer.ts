// SPDX-License-Identifier: AGPL-3.0-or-later

// What is being written in one conversation: the text, kept as a draft; the message it answers; and what the other side sees of it.
import { TEXT_BYTES_MAX, type Core, type Message } from "./core";
import { failureText } from "./failure_text";
import { say } from "./say";
import { ViewModel } from "./view_model";

export interface ComposerSnapshot {
  text: string;
  quoted: Message | undefined;
  error: string;
}

const DRAFT_PAUSE_MS = 400;
const TYPING_EVERY_MS = 3_000;

export class ComposerViewModel extends ViewModel<ComposerSnapshot> {
  private savedDraft: string;
  private draftTimer: ReturnType<typeof setTimeout> | undefined;
  private typingToldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly core: Core,
    private readonly conversation: string,
    draft: string,
    private readonly onSent: (message: Message) => void,
  ) {
    super({ text: draft, quoted: undefined, error: "" });
    this.savedDraft = draft;
    this.onDispose(() => {
      this.saveDraft();
      this.stopTyping();
    });
  }

  readonly setText = (text: string): void => {
    if (text === this.snapshot().text) return;
    this.update({ text, error: "" });
    clearTimeout(this.draftTimer);
    this.draftTimer = setTimeout(() => this.saveDraft(), DRAFT_PAUSE_MS);
    if (text.trim() === "") this.stopTyping();
    else this.tellTyping();
  };

  readonly quote = (message: Message): void => this.update({ quoted: message });
  readonly cancelQuote = (): void => this.update({ quoted: undefined });

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

  /** Sends a text that is not what is being written. */
  readonly sendOnce = async (text: string, quoteMessageId: string): Promise<void> => {
    try {
      const { message } = await this.core.call("sendMessage", {
        conversation: this.conversation,
        text,
        quoteMessageId,
      });
      if (message !== undefined) this.onSent(message);
    } catch (error) {
      this.update({ error: failureText(error) });
    }
  };

  /** The draft as the core has it now: written in another tab, when nothing is being written here. */
  readonly takeDraft = (draft: string): void => {
    const unchangedHere = this.snapshot().text === this.savedDraft;
    if (draft === this.savedDraft || !unchangedHere) return;
    this.savedDraft = draft;
    this.update({ text: draft });
  };

  readonly saveDraft = (): void => {
    clearTimeout(this.draftTimer);
    const { text } = this.snapshot();
    if (text === this.savedDraft) return;
    this.savedDraft = text;
    this.core.call("setDraft", { conversation: this.conversation, text }).catch(() => undefined);
  };

  readonly stopTyping = (): void => {
    if (this.typingToldAt === Number.NEGATIVE_INFINITY) return;
    this.typingToldAt = Number.NEGATIVE_INFINITY;
    this.core.call("setTyping", { conversation: this.conversation, typing: false }).catch(() => undefined);
  };

  private tellTyping(): void {
    const now = Date.now();
    if (now - this.typingToldAt < TYPING_EVERY_MS) return;
    this.typingToldAt = now;
    this.core.call("setTyping", { conversation: this.conversation, typing: true }).catch(() => undefined);
  }
}
