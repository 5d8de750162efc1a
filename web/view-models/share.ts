// SPDX-License-Identifier: AGPL-3.0-or-later

// What another program has shared with this one: whom it is for. Files go on to the sheet in which one sees them
// first, a text for one conversation to where one writes in that, a text for several stays here until it is sent.
// Nothing leaves by itself. Fetched when something is shared.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { matching } from "./conversation_list";
import { directOf, TEXT_BYTES_MAX, type Conversation, type Core } from "./core";
import type { ConversationViewModel } from "./conversation";
import type { EntityStore } from "./entity_store";
import { closedText } from "./group_text";
import { say, type TextId } from "./say";

/** As many conversations as one thing goes to at once: what is passed on in masses is mostly untrue. */
export const SHARED_WITH_MAX = 5;

export interface Shared {
  text: string;
  files: readonly File[];
  /** Why its files are not there: too many, too large, or no room on this device; "" for nothing. */
  trouble: "" | "many" | "large" | "noRoom";
}

/** What was shared, by the name that it is kept under. */
export interface SharedPort {
  /** undefined: it is not there, or not any more. */
  read(name: string): Promise<Shared | undefined>;
  drop(name: string): Promise<void>;
  dropAll(): Promise<void>;
}

export interface ShareSnapshot extends Acting {
  loaded: boolean;
  /** What is wrong with what was shared, in words; "" for nothing. */
  trouble: string;
  text: string;
  files: readonly { name: string; size: number }[];
  query: string;
  /** Whom one can write to, as far as the query fits: in the order of the list, what is archived last. */
  conversations: readonly Conversation[];
  chosen: readonly Conversation[];
}

/** What it needs of the app. */
export interface ShareHost {
  /** `shared`: the name under which it is kept; "" for what did not come through. */
  snapshot: () => { shared: string; open: ConversationViewModel | undefined };
  /** undefined: nothing is shared with this app. */
  sharedPort: () => Promise<SharedPort | undefined>;
  openConversation: (id: string) => Promise<void>;
  /** Takes its place away: it is sent, or not wanted. */
  showLeft: (panel: "list") => void;
}

const TROUBLES: Record<Shared["trouble"], TextId | ""> = {
  "": "",
  many: "share.many",
  large: "share.large",
  noRoom: "share.noRoom",
};

const isOpen = (conversation: Conversation): boolean =>
  directOf(conversation)?.blocked !== true && closedText(conversation) === "";

export class ShareViewModel extends ActingViewModel<ShareSnapshot> {
  private files: readonly File[] = [];
  private readonly name: string;

  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly host: ShareHost,
  ) {
    const nothing = { loaded: false, trouble: "", text: "", files: [], query: "", conversations: [], chosen: [] };
    super({ ...AT_REST, ...nothing });
    this.name = host.snapshot().shared;
    this.onDispose(
      store.select(
        (of) => of.conversations,
        () => this.look(),
      ),
    );
    this.look();
    void this.load();
  }

  readonly setQuery = (query: string): void => {
    this.update({ query });
    this.look();
  };

  readonly setText = (text: string): void => this.update({ text, error: "" });

  get isFull(): boolean {
    return this.snapshot().chosen.length >= SHARED_WITH_MAX;
  }

  /** Chooses a conversation, or takes that back. */
  readonly toggle = (conversation: Conversation): void => {
    const { chosen } = this.snapshot();
    const others = chosen.filter(({ id }) => id !== conversation.id);
    if (others.length === chosen.length && this.isFull) return;
    this.update({ chosen: others.length < chosen.length ? others : [...chosen, conversation], query: "", error: "" });
    this.look();
  };

  /** A text for several: it is sent as it stands here. Anything else is seen once more first. */
  get sendsHere(): boolean {
    const { files, chosen } = this.snapshot();
    return files.length === 0 && chosen.length > 1;
  }

  /** With those who are chosen: to where it can be sent, or, of a text for several, sent. */
  readonly goOn = async (): Promise<void> => {
    const { chosen, text, busy } = this.snapshot();
    if (busy || chosen.length === 0) return;
    if (this.sendsHere) return void (await this.send());
    const [first, ...others] = chosen;
    const { files } = this;
    if (first === undefined) return;
    this.host.showLeft("list");
    await this.host.openConversation(first.id);
    const opened = this.host.snapshot().open;
    if (opened?.id !== first.id) return;
    const { text: draft, quoted } = opened.composer.draft;
    opened.composer.goOnWith({ text: [draft, text].filter((words) => words !== "").join("\n"), quoted });
    await opened.attach(files, { also: others });
    this.drop();
  };

  /** It is not wanted: nothing of it is kept. */
  readonly leave = (): void => {
    this.drop();
    this.host.showLeft("list");
  };

  private async send(): Promise<void> {
    const text = this.snapshot().text.trim();
    if (text === "") return void this.refuse(say("share.empty"));
    if (new TextEncoder().encode(text).length > TEXT_BYTES_MAX) return void this.refuse(say("composer.tooLong"));
    const sent = await this.act(async () => {
      // Those to whom it went are chosen no more: what is left can be tried again.
      for (const { id } of this.snapshot().chosen) {
        await this.core.call("sendMessage", { conversation: id, text });
        this.update({ chosen: this.snapshot().chosen.filter((each) => each.id !== id) });
      }
    });
    if (sent) this.leave();
  }

  private drop(): void {
    const dropping = async () => (await this.host.sharedPort())?.drop(this.name);
    if (this.name !== "") dropping().catch(() => undefined);
  }

  private async load(): Promise<void> {
    const reading = async () => (await this.host.sharedPort())?.read(this.name);
    const read = this.name === "" ? undefined : await reading().catch(() => undefined);
    if (read === undefined || (read.text === "" && read.files.length === 0 && read.trouble === ""))
      return this.update({ loaded: true, trouble: say("share.gone") });
    const trouble = TROUBLES[read.trouble];
    this.files = read.files;
    this.update({
      loaded: true,
      text: read.text,
      files: read.files.map(({ name, size }) => ({ name, size })),
      trouble: trouble === "" ? "" : say(trouble),
    });
  }

  private look(): void {
    const open = this.store.conversations.filter(isOpen);
    const sorted = [...open.filter(({ archived }) => !archived), ...open.filter(({ archived }) => archived)];
    this.update({ conversations: matching(sorted, this.snapshot().query) });
  }
}
