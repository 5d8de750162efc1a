// SPDX-License-Identifier: AGPL-3.0-or-later

// One open conversation: its head, its messages, what is being written, and when what came counts as read.
import type { Attention } from "./attention";
import type { AttachmentsViewModel } from "./attachments";
import { ChatSearchViewModel } from "./chat_search";
import { ComposerViewModel, draftOf, isSameDraft } from "./composer";
import type { Corrections } from "./corrections";
import type { exported } from "./export";
import {
  directOf,
  groupOf,
  madeOnce,
  mediaOf,
  textOf,
  type Conversation,
  type Core,
  type GroupProgress,
  type MediaLimits,
  type Message,
  type Reaction,
  type Receipt,
  type State,
} from "./core";
import type { EntityStore } from "./entity_store";
import type { LinkPreviewViewModel } from "./link_preview";
import type { MediaTools } from "./media_tools";
import { MentionCompletionViewModel } from "./mention_completion";
import type { MessageSelectionViewModel } from "./message_selection";
import { PinnedMessagesViewModel } from "./pinned_messages";
import { learnPartTexts } from "./language";
import { say } from "./say";
import type { VoiceRecorderViewModel } from "./voice_recorder";
import { TimelineViewModel } from "./timeline";
import { ViewModel } from "./view_model";

/** Between two calls that mark what was read: each is a transaction of the core, and a message to the partner. */
const MARK_PAUSE_MS = 250;

const isAnswerable = (message: Message): boolean => textOf(message) !== "" || mediaOf(message) !== undefined;

/** What a conversation needs of the app for files. */
export interface ConversationFiles {
  /** Rejects when its code can't be fetched. */
  tools: () => Promise<MediaTools>;
  limits: () => MediaLimits | undefined;
  state: () => State | undefined;
}

export interface ConversationSnapshot {
  conversation: Conversation;
  /** Files that somebody has chosen, and not sent yet. */
  attaching: AttachmentsViewModel | undefined;
  /** A voice message that is being recorded. */
  recording: VoiceRecorderViewModel | undefined;
  /** While this device's key is handed out to the members of a group. */
  progress: GroupProgress | undefined;
  /** From the first link on that somebody writes here: its preview. */
  linking: LinkPreviewViewModel | undefined;
  /** Messages that are being chosen. */
  selecting: MessageSelectionViewModel | undefined;
}

type ExportParameters = Parameters<typeof exported> extends [unknown, unknown, ...infer How] ? How : never;

const MAYBE_LINK = /[.][\p{L}\p{N}]|:\/\//u;

export class ConversationViewModel extends ViewModel<ConversationSnapshot> {
  readonly timeline: TimelineViewModel;
  readonly composer: ComposerViewModel;
  readonly search: ChatSearchViewModel;
  readonly pinned: PinnedMessagesViewModel;
  /** In a group: whom to name after an "@". */
  readonly mentioning: MentionCompletionViewModel | undefined;
  /** The last message on the screen; "" while none is. */
  private onScreen = "";
  /** What was last marked read. */
  private readTo = "";
  private marking = false;
  private loaded = false;
  private ended = false;
  private fetchingLinks = false;
  private corrected: Corrections | undefined;

  constructor(
    private readonly core: Core,
    conversation: Conversation,
    private readonly store: EntityStore,
    private readonly attention: Attention,
    private readonly files?: ConversationFiles,
  ) {
    const progressNow = store.progressOf(conversation.id);
    super({
      conversation,
      attaching: undefined,
      recording: undefined,
      progress: progressNow,
      linking: undefined,
      selecting: undefined,
    });
    const inGroup = groupOf(conversation) !== undefined;
    this.timeline = new TimelineViewModel(core, store, conversation.id);
    const onSent = (message: Message) => this.timeline.putOwn(message);
    const draft = draftOf(conversation, store.ownAccount);
    this.composer = new ComposerViewModel(core, conversation.id, draft, onSent, { inGroup });
    this.mentioning = inGroup ? new MentionCompletionViewModel(core, store, conversation.id, this.composer) : undefined;
    this.search = new ChatSearchViewModel(core, conversation.id, this.timeline);
    this.pinned = new PinnedMessagesViewModel(core, store, conversation.id);
    this.onDispose(() => this.pinned.dispose());
    this.timeline.setAttentive(attention.attentive);
    const own = () => store.conversation(conversation.id);
    this.onDispose(store.select(own, (changed) => this.takeConversation(changed)));
    const progress = () => store.progressOf(conversation.id);
    this.onDispose(store.select(progress, (changed) => this.update({ progress: changed })));
    this.onDispose(this.composer.subscribe(() => this.watchLinks()));
    this.onDispose(attention.subscribe((attentive) => this.attend(attentive)));
    this.onDispose(this.timeline.subscribe(() => this.markRead()));
    this.onDispose(() => (this.loaded = false));
    this.onDispose(() => (this.ended = true));
    this.onDispose(() => this.stopAttaching());
    this.onDispose(() => this.stopRecording(""));
    this.onDispose(() => this.stopSelecting());
    this.onDispose(() => this.search.dispose()); // it marks nothing in the timeline any more
    this.onDispose(() => this.timeline.dispose());
    this.onDispose(() => this.mentioning?.dispose());
    this.onDispose(() => this.composer.dispose());
    this.onDispose(() => this.snapshot().linking?.dispose());
  }

  get id(): string {
    return this.snapshot().conversation.id;
  }

  async load(): Promise<void> {
    void this.pinned.load();
    await this.timeline.load(this.snapshot().conversation.unread);
    this.loaded = true;
    void this.mentioning?.findAgain();
    this.watchLinks();
    this.core.call("watchPresence", { conversations: [this.id] }).catch(() => undefined);
    if (this.snapshot().conversation.markedUnread)
      this.core.call("setConversation", { conversation: this.id, markedUnread: false }).catch(() => undefined);
    this.markRead();
  }

  /**
   * What the view shows: whether it is at the end of the messages, and the last one on the screen, "" when they are
   * covered or hidden.
   */
  readonly setView = (pinned: boolean, onScreen: string): void => {
    this.timeline.setPinned(pinned);
    this.onScreen = onScreen;
    this.markRead();
  };

  /**
   * Whether a message can be answered to its author alone: one that another member of the group wrote whom this account
   * has not blocked.
   */
  readonly isForPrivateReply = (message: Message): boolean => {
    if (groupOf(this.snapshot().conversation) === undefined || message.outgoing || !isAnswerable(message)) return false;
    const author = message.sender?.accountId ?? "";
    const withAuthor = this.store.conversations.map(directOf).find((each) => each?.partner?.accountId === author);
    return withAuthor?.blocked !== true && this.store.contactOf(author, "")?.blocked !== true;
  };

  readonly reply = (id: string): void => {
    const message = this.timeline.message(id);
    if (message !== undefined) this.composer.quote(message);
  };

  /** Agrees to the partner's changed identity: what waits for that is sent. */
  readonly acceptIdentity = (): Promise<unknown> =>
    this.core.call("acceptIdentity", { conversation: this.id }).catch(() => undefined);

  /** Sends what could not be sent once more, in its place; what is being written stays as it is. */
  readonly sendAgain = ({ id }: Message): Promise<unknown> =>
    this.core.call("retryMessage", { id }).catch(this.composer.refuse);

  /** Deletes what could not be sent. */
  readonly deleteFailed = ({ id }: Message): Promise<unknown> =>
    this.core.call("deleteMessages", { ids: [id] }).catch(this.composer.refuse);

  /** What is done with messages that are there: fetched when somebody does it first. Rejects when it can't be. */
  readonly corrections = madeOnce(async (): Promise<Corrections> => {
    const [{ Corrections: Made }] = await Promise.all([import("./corrections"), learnPartTexts()]);
    const made = new Made(this.core, this.store, this, (selecting) => this.update({ selecting }));
    this.onDispose(() => made.dispose());
    return (this.corrected = made);
  });

  readonly stopSelecting = (): void => {
    this.snapshot().selecting?.dispose();
    this.update({ selecting: undefined });
  };

  /** Nobody may be here any longer. */
  readonly leave = (): void => {
    this.composer.leave();
    this.corrected?.leave();
  };

  /** Says this to a message with an emoji, instead of what was said before; the same once more takes it back. */
  readonly react = ({ id, reactions }: Message, emoji: string): Promise<unknown> =>
    this.core.call("react", { id, emoji: emoji === reactions?.own ? "" : emoji }).catch(this.composer.refuse);

  /** Who has said what to a message with an emoji, the newest first. Rejects with a CoreFailure. */
  readonly reactions = async ({ id }: Message): Promise<readonly Reaction[]> =>
    (await this.core.call("listReactions", { id })).reactions;

  /** Proposes files to be sent here, and `also` to others; as they are, with `asFiles`. */
  readonly attach = async (
    files: readonly File[],
    { asFiles = false, also = [] }: { asFiles?: boolean; also?: readonly Conversation[] } = {},
  ): Promise<void> => {
    if (files.length === 0 || this.files === undefined) return;
    this.composer.cancelEdit();
    const { tools, limits } = this.files;
    try {
      const fetched = Promise.all([tools(), import("./attachments"), learnPartTexts()]);
      const [{ media, sending }, { AttachmentsViewModel: Attachments }] = await fetched;
      if (this.ended) return;
      const before = this.snapshot().attaching;
      const attaching =
        before ??
        new Attachments({
          conversation: this.id,
          also,
          composer: this.composer,
          media,
          limits,
          send: (outgoing) => sending.send(outgoing),
          onClose: this.stopAttaching,
        });
      attaching.add(files, asFiles);
      if (before === undefined) this.update({ attaching });
    } catch (error) {
      console.debug(`kith: files can't be attached: ${String(error)}`);
      this.composer.say(say("unavailable.load"));
    }
  };

  /** All of it as a file. Rejects with a CoreFailure, or when it is given up. */
  readonly exported = async (...how: ExportParameters): Promise<Blob> => {
    const [{ exported }] = await Promise.all([import("./export"), learnPartTexts()]);
    return exported(this.core, this.snapshot().conversation, ...how);
  };

  /** A model of what messages are sent once more by, for the view that its class came with, which disposes of it. */
  readonly forwarding = <Model>(make: (core: Core, store: EntityStore) => Model): Model => make(this.core, this.store);

  readonly stopAttaching = (): void => {
    this.snapshot().attaching?.dispose();
    this.update({ attaching: undefined });
  };

  /** Begins to record a voice message; undefined when that can't be, which is said then. */
  readonly record = async (): Promise<VoiceRecorderViewModel | undefined> => {
    if (this.files === undefined || this.snapshot().recording !== undefined) return undefined;
    const { tools, limits } = this.files;
    try {
      const fetched = Promise.all([tools(), import("./voice_recorder"), learnPartTexts()]);
      const [{ media, sending, player }, { VoiceRecorderViewModel: Recorder }] = await fetched;
      if (this.ended || this.snapshot().recording !== undefined) return undefined;
      const recording = new Recorder({
        conversation: this.id,
        quoteMessageId: () => this.composer.take().quoteMessageId,
        media,
        limits,
        send: (outgoing) => sending.send([outgoing]),
        onClose: this.stopRecording,
      });
      this.composer.say("");
      this.update({ recording });
      player.pause(); // while somebody speaks
      void recording.start();
      return recording;
    } catch (error) {
      console.debug(`kith: nothing can be recorded: ${String(error)}`);
      this.composer.say(say("unavailable.load"));
      return undefined;
    }
  };

  private readonly stopRecording = (words: string): void => {
    this.snapshot().recording?.dispose();
    this.update({ recording: undefined });
    if (words !== "") this.composer.say(words);
  };

  private watchLinks(): void {
    const { text: written, editing } = this.composer.snapshot();
    const text = editing?.body.case === "media" ? "" : written; // only a text has a preview
    const { linking } = this.snapshot();
    if (linking !== undefined) linking.look(text);
    else if (MAYBE_LINK.test(text) && this.files?.state()?.linkFetching === true && !this.fetchingLinks)
      void this.fetchLinks(this.files);
  }

  private async fetchLinks(files: ConversationFiles): Promise<void> {
    this.fetchingLinks = true;
    const linking = await import("./link_preview")
      .then(({ linkPreviews }) => linkPreviews(this.core, this.store, files))
      .catch(() => undefined); // the message goes without
    this.fetchingLinks = false;
    if (linking === undefined || this.ended) return linking?.dispose();
    this.composer.links = linking;
    this.update({ linking });
    this.watchLinks();
  }

  /** A model of what is in this conversation, for the view that its class came with, which disposes of it. */
  readonly part = <Model, Rest extends unknown[]>(
    Model: new (core: Core, store: EntityStore, conversation: string, ...rest: Rest) => Model,
    ...rest: Rest
  ): Model => new Model(this.core, this.store, this.id, ...rest);

  /** Brings the file of a message here. */
  readonly fetchMedia = ({ id }: Message): Promise<unknown> =>
    this.core.call("fetchMedia", { id }).catch(this.composer.refuse);

  /** Gives up what is on its way, in either direction. */
  readonly cancelMedia = ({ id }: Message): Promise<unknown> =>
    this.core.call("fetchMedia", { id, cancel: true }).catch(this.composer.refuse);

  /** Whether the partner may write: what did not work is said where one writes. */
  readonly setBlocked = (blocked: boolean): Promise<unknown> =>
    this.core.call("setBlocked", { conversation: this.id, blocked }).catch(this.composer.refuse);

  /** Leaves the group: what did not work is said where one writes. */
  readonly leaveGroup = async (): Promise<void> => {
    try {
      this.store.putConversation(await this.core.call("leaveGroup", { conversation: this.id }));
    } catch (error) {
      this.composer.refuse(error);
    }
  };

  /** How far one's own message has come with each whom it is for. Rejects with a CoreFailure. */
  readonly receipts = async ({ id }: Message): Promise<readonly Receipt[]> =>
    (await this.core.call("listReceipts", { messageId: id })).receipts;

  private takeConversation(conversation: Conversation | undefined): void {
    if (conversation === undefined) return;
    const before = draftOf(this.snapshot().conversation, this.store.ownAccount);
    this.update({ conversation });
    const draft = draftOf(conversation, this.store.ownAccount);
    if (!isSameDraft(draft, before)) {
      this.composer.takeDraft(draft);
      void this.mentioning?.findAgain();
    }
    this.markRead();
  }

  private attend(attentive: boolean): void {
    this.timeline.setAttentive(attentive);
    if (attentive) {
      this.markRead();
    } else {
      this.composer.saveDraft();
      this.timeline.forgetUnreadLine();
    }
  }

  private markRead(): void {
    if (!this.marking) void this.markWhileUnread();
  }

  /** One call after the other: while a backlog comes in, what came since one call is the next one's. */
  private async markWhileUnread(): Promise<void> {
    this.marking = true;
    try {
      for (let id = this.nextToMark(); id !== undefined; id = this.nextToMark()) {
        await this.core.call("markRead", { conversation: this.id, upToMessageId: id });
        await new Promise((resolve) => setTimeout(resolve, MARK_PAUSE_MS));
      }
    } catch {
      this.readTo = "";
    }
    this.marking = false;
  }

  /** Only what was on the screen while somebody looked has been read. */
  private nextToMark(): string | undefined {
    if (!this.loaded || !this.attention.attentive || this.onScreen === "") return undefined;
    if (this.store.conversation(this.id)?.unread === 0) return undefined;
    const seen = this.timeline.incomingUpTo(this.onScreen);
    if (seen === undefined) return undefined;
    const mark = `${seen.message.id}/${seen.place}`; // one that comes in above it later is read, too
    if (mark === this.readTo) return undefined;
    this.readTo = mark;
    return seen.message.id;
  }
}
