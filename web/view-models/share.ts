// SPDX-License-Identifier: AGPL-3.0-or-later

// What another program has shared with this one: whom it is for. Files go on to the sheet in which one sees them
// first, a text for one conversation to where one writes in that, a text for several stays here until it is sent.
// Nothing leaves by itself. Fetched when something is shared.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { ConversationChoice } from "./conversation_choice";
import { FORWARD_CONVERSATIONS_MAX, TEXT_BYTES_MAX, type Core } from "./core";
import type { ConversationViewModel } from "./conversation";
import type { EntityStore } from "./entity_store";
import { say, type TextId } from "./say";

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

export class ShareViewModel extends ActingViewModel<ShareSnapshot> {
  /** As many as messages are forwarded to at once: what is passed on in masses is mostly untrue. */
  readonly choice: ConversationChoice;
  private files: readonly File[] = [];
  private readonly name: string;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly host: ShareHost,
  ) {
    super({ ...AT_REST, loaded: false, trouble: "", text: "", files: [] });
    this.name = host.snapshot().shared;
    this.choice = new ConversationChoice(store, FORWARD_CONVERSATIONS_MAX, this.forgetSaid);
    this.onDispose(() => this.choice.dispose());
    void this.load();
  }

  readonly setText = (text: string): void => this.update({ text, error: "" });

  /** A text for several: it is sent as it stands here. Anything else is seen once more first. */
  get sendsHere(): boolean {
    return this.snapshot().files.length === 0 && this.choice.snapshot().chosen.length > 1;
  }

  /** With those who are chosen: to where it can be sent, or, of a text for several, sent. */
  readonly goOn = async (): Promise<void> => {
    const { text, busy } = this.snapshot();
    const { chosen } = this.choice.snapshot();
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
      for (const { id } of this.choice.snapshot().chosen) {
        await this.core.call("sendMessage", { conversation: id, text });
        this.choice.drop(id);
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
}
