// SPDX-License-Identifier: AGPL-3.0-or-later

// What the page knows of the core's data: conversations, people and messages, each once, by id. It is the only one that
// hears the core's events:
// it takes those that come together all at once, and then tells of them once. Whoever is told finds everything as it is
// after them.
//
//   core ──events──► EntityStore ──Changes──► view-models ──► ui
//                        ▲ selectors: conversation(id), conversations, contactOf(…), message(id), …
//
// Bounds: all conversations and contacts are here, as the core lists them; of the messages only those that a view-model
// holds.
import type {
  Contact,
  Conversation,
  Core,
  Event,
  GroupProgress,
  List,
  MediaProgress,
  Message,
  Settings,
  State,
  PresenceChanged,
  TypingChanged,
} from "./core";
import { inOrderOfNames } from "./intl_text";
import { spoken } from "./say";

/** What one batch of events, or one reading, has changed. */
export interface Changes {
  readonly conversations: ReadonlySet<string>;
  /**
   * Messages that came, or were written here, in their order of events; and those with the ones that are different now.
   */
  readonly added: readonly Message[];
  readonly messages: readonly Message[];
  /** Ids of messages that are no more. */
  readonly removed: ReadonlySet<string>;
  /** The address book, or what is known of the people in it. */
  readonly contacts: boolean;
  readonly state: State | undefined;
  readonly settings: Settings | undefined;
  /** One's own devices: there is one more, or one less, or one is called otherwise. */
  readonly devices: boolean;
  /** Events were lost: what was read from the core, and is not in the store, is to be read again. */
  readonly resync: boolean;
}

/** Gives a part what it makes its view-model of. */
export type WithCore = <Made>(make: (core: Core, store: EntityStore) => Made) => Made;

const NO_CHANGES: Changes = {
  conversations: new Set(),
  added: [],
  messages: [],
  removed: new Set(),
  contacts: false,
  state: undefined,
  settings: undefined,
  devices: false,
  resync: false,
};

/** Messages that somebody shows: as long as they are held, they are their latest versions. */
export class HeldMessages {
  private byId = new Map<string, Message>();

  has(id: string): boolean {
    return this.byId.has(id);
  }

  get(id: string): Message | undefined {
    return this.byId.get(id);
  }

  /** In place of those held before. */
  reset(messages: readonly Message[]): void {
    this.byId = new Map(messages.map((each) => [each.id, each]));
  }

  remove(id: string): void {
    this.byId.delete(id);
  }

  renew(message: Message): void {
    if (this.byId.has(message.id)) this.byId.set(message.id, message);
  }
}

/** Those that are pinned first, then by when something was last there. */
export function inListOrder(a: Conversation, b: Conversation): number {
  if (a.pinned !== b.pinned) return a.pinned ? -1 : 1;
  if (a.activityUs !== b.activityUs) return a.activityUs > b.activityUs ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

function withTyping(conversation: Conversation, { who, typing }: TypingChanged): Conversation {
  const others = conversation.typing.filter(({ accountId }) => accountId !== who?.accountId);
  return { ...conversation, typing: typing && who !== undefined ? [...others, who] : others };
}

function withPresence(conversation: Conversation, { presence }: PresenceChanged): Conversation {
  const { peer } = conversation;
  return peer.case === "direct"
    ? { ...conversation, peer: { ...peer, value: { ...peer.value, presence } } }
    : conversation;
}

export class EntityStore {
  private readonly listeners = new Set<(changes: Changes) => void>();
  private readonly byId = new Map<string, Conversation>();
  private readonly held = new Set<HeldMessages>();
  private readonly progress = new Map<string, GroupProgress>();
  private own = "";
  private ordered: readonly Conversation[] = [];
  private people: readonly Contact[] = [];
  private ownLists: readonly List[] = [];
  private conversationsRead = false;
  private contactsRead = false;
  private listsWanted = false;
  private readonly endEvents: () => void;
  private readonly endSpoken: () => void;

  constructor(private readonly core: Core) {
    this.endEvents = core.onEvents((events) => this.take(events));
    this.endSpoken = spoken.subscribe(() => {
      this.people = inOrderOfNames(this.people);
      this.tell(NO_CHANGES);
    });
  }

  dispose(): void {
    this.endEvents();
    this.endSpoken();
    this.listeners.clear();
  }

  /** Calls the listener after each batch; the answer ends that. */
  subscribe(listener: (changes: Changes) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Calls the listener with what the selector gives, whenever that is something else; the answer ends that. */
  select<Value>(selector: (store: EntityStore) => Value, listener: (value: Value) => void): () => void {
    let before = selector(this);
    return this.subscribe(() => {
      const value = selector(this);
      if (Object.is(value, before)) return;
      before = value;
      listener(value);
    });
  }

  /** Those that are pinned first, then the newest; the same array until one changes. */
  get conversations(): readonly Conversation[] {
    return this.ordered;
  }

  get conversationsLoaded(): boolean {
    return this.conversationsRead;
  }

  /** The same object until it changes. */
  conversation(id: string): Conversation | undefined {
    return this.byId.get(id);
  }

  /** How far this device's key has come with the members of a group; undefined while none is handed out. */
  progressOf(id: string): GroupProgress | undefined {
    return this.progress.get(id);
  }

  /** The account of this device; "" until the state was read. */
  get ownAccount(): string {
    return this.own;
  }

  /** Takes the state that a call has answered with. */
  putState({ accountId }: State): void {
    this.own = accountId;
  }

  /** By name; the same array until the address book changes. */
  get contacts(): readonly Contact[] {
    return this.people;
  }

  get contactsLoaded(): boolean {
    return this.contactsRead;
  }

  /** The entry for an account, or for a handle when no account is known to have it. */
  contactOf(account: string, handle: string): Contact | undefined {
    const isTheirs = ({ accountId, handle: own }: Contact) =>
      (account !== "" && accountId === account) || (handle !== "" && own?.text === handle);
    return this.people.find(isTheirs);
  }

  /** Lists of conversations that the person has made, the oldest first; the same array until one changes. */
  get lists(): readonly List[] {
    return this.ownLists;
  }

  /** The latest version of a message that is held. */
  message(id: string): Message | undefined {
    for (const each of this.held) if (each.has(id)) return each.get(id);
    return undefined;
  }

  holdMessages(): HeldMessages {
    const held = new HeldMessages();
    this.held.add(held);
    return held;
  }

  release(held: HeldMessages): void {
    this.held.delete(held);
  }

  /** Rejects with a CoreFailure. */
  async loadConversations(): Promise<void> {
    const { conversations } = await this.core.call("listConversations");
    const ids = new Set([...this.byId.keys(), ...conversations.map(({ id }) => id)]);
    this.byId.clear();
    for (const each of conversations) this.byId.set(each.id, each);
    this.conversationsRead = true;
    this.order();
    this.tell({ ...NO_CHANGES, conversations: ids });
  }

  /** Rejects with a CoreFailure. */
  async loadContacts(): Promise<void> {
    const { contacts } = await this.core.call("listContacts");
    this.people = inOrderOfNames(contacts);
    this.contactsRead = true;
    this.tell(NO_CHANGES);
  }

  /** Rejects with a CoreFailure. */
  async loadLists(): Promise<void> {
    this.listsWanted = true;
    this.ownLists = (await this.core.call("listLists")).lists;
    this.tell(NO_CHANGES);
  }

  /** This device is of no account any more: what it knew is nothing to whoever is next. */
  forget(): void {
    const ids = new Set(this.byId.keys());
    this.byId.clear();
    this.progress.clear();
    this.own = "";
    this.people = [];
    this.ownLists = [];
    this.conversationsRead = false;
    this.contactsRead = false;
    this.listsWanted = false;
    this.order();
    this.tell({ ...NO_CHANGES, conversations: ids });
  }

  /** Takes a conversation that a call has answered with. */
  putConversation(conversation: Conversation): void {
    this.byId.set(conversation.id, conversation);
    this.order();
    this.tell({ ...NO_CHANGES, conversations: new Set([conversation.id]) });
  }

  private take(events: readonly Event[]): void {
    const conversations = new Set<string>();
    const messages: Message[] = [];
    const added: Message[] = [];
    const removed = new Set<string>();
    const change = (id: string, to: (conversation: Conversation) => Conversation) => {
      const known = this.byId.get(id);
      if (known === undefined) return;
      this.byId.set(id, to(known));
      conversations.add(id);
    };
    const lists = events.some(({ kind }) => kind.case === "listsChanged");
    const changes = { ...NO_CHANGES, conversations, messages, added, removed };
    for (const { kind } of events) {
      switch (kind.case) {
        case "messageAdded":
        case "messageChanged":
          messages.push(kind.value);
          if (kind.case === "messageAdded") added.push(kind.value);
          for (const each of this.held) each.renew(kind.value);
          break;
        case "messageRemoved":
          removed.add(kind.value.id);
          for (const each of this.held) each.remove(kind.value.id);
          break;
        case "conversationChanged":
          this.byId.set(kind.value.id, kind.value);
          conversations.add(kind.value.id);
          break;
        case "conversationRemoved":
          this.byId.delete(kind.value.conversation);
          conversations.add(kind.value.conversation);
          break;
        case "typingChanged":
          change(kind.value.conversation, (each) => withTyping(each, kind.value));
          break;
        case "presenceChanged":
          change(kind.value.conversation, (each) => withPresence(each, kind.value));
          break;
        case "contactsChanged":
          changes.contacts = true;
          break;
        case "stateChanged":
          this.putState(kind.value);
          changes.state = kind.value;
          break;
        case "settingsChanged":
          changes.settings = kind.value;
          break;
        case "devicesChanged":
          changes.devices = true;
          break;
        case "mediaProgress":
          messages.push(...this.withProgress(kind.value));
          break;
        case "groupProgress":
          this.takeProgress(kind.value);
          conversations.add(kind.value.conversation);
          break;
        case "resync":
          this.progress.clear(); // the last one of it may be among those that were lost
          changes.resync = true;
      }
    }
    if (conversations.size > 0) this.order();
    if (changes.contacts || changes.resync) this.readAgain();
    if (this.listsWanted && (lists || changes.resync)) void this.loadLists().catch(() => undefined);
    this.tell(changes);
  }

  /** How far a file is, is of its message. */
  private withProgress({ id, done }: MediaProgress): Message[] {
    const held = this.message(id);
    if (held?.body.case !== "media") return [];
    const moved: Message = { ...held, body: { case: "media", value: { ...held.body.value, done } } };
    for (const each of this.held) each.renew(moved);
    return [moved];
  }

  private takeProgress(progress: GroupProgress): void {
    if (progress.done < progress.total) this.progress.set(progress.conversation, progress);
    else this.progress.delete(progress.conversation);
  }

  /** Names of conversations are those of the address book. */
  private readAgain(): void {
    if (this.conversationsRead) void this.loadConversations().catch(() => undefined);
    if (this.contactsRead) void this.loadContacts().catch(() => undefined);
  }

  private order(): void {
    this.ordered = [...this.byId.values()].sort(inListOrder);
  }

  private tell(changes: Changes): void {
    for (const listener of [...this.listeners]) listener(changes);
  }
}
