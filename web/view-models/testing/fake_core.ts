// SPDX-License-Identifier: AGPL-3.0-or-later

// A core for tests of view-models: it keeps conversations and messages in memory, records calls, and says what the test
// makes it say.
import { create, type MessageInitShape } from "@bufbuild/protobuf";

import {
  CoreFailure,
  ConversationSchema,
  DeletedSchema,
  DoneSchema,
  EventSchema,
  ListConversationsResponseSchema,
  ListListsResponseSchema,
  ListMediaResponseSchema,
  ListMessagesResponseSchema,
  ListPinnedResponseSchema,
  ListSchema,
  ListStarredResponseSchema,
  ListStorageResponseSchema,
  ListVersionsResponseSchema,
  MediaSchema,
  MessageSchema,
  PinSchema,
  SendMessageResponseSchema,
  StateSchema,
  TextSchema,
  Failure_Code,
  Group_Role,
  Media_State,
  Message_Tick,
  State_Connection,
  type Conversation,
  type Event,
  type List,
  type Message,
  type MethodName,
  type MethodParams,
  type MethodResult,
  type State,
} from "../../core-client/schema";
import type { Attention } from "../attention";
import type { Core } from "../core";
import { isBefore } from "../message_items";
import type { NotificationPort } from "../notifications";
import { FakeFiles } from "./fake_files";

type EventKind = Exclude<MessageInitShape<typeof EventSchema>, Event>["kind"];
type Answer = (params: never) => unknown;

export const ANA = "a".repeat(32);
export const BEN = "b".repeat(32);
export const CEM = "c".repeat(32);
export const KITCHEN = "d".repeat(32);
/** 24 November 2026, noon, here. */
export const NOON = new Date(2026, 10, 24, 12).getTime();

/** For pages, which know no schema. */
export const NO_SUCH_ACCOUNT = Failure_Code.kNoSuchAccount;
export const TOO_MANY_PINNED = Failure_Code.kTooManyPinned;
export const TOO_MANY_LISTS = Failure_Code.kTooManyLists;

export const micros = (ms: number): bigint => BigInt(ms) * 1000n;

let numbered = 0;
export function message(
  fields: MessageInitShape<typeof MessageSchema> & { atMs?: number; text?: string } = {},
): Message {
  const { atMs = NOON, text = "hello", ...rest } = fields as { atMs?: number; text?: string } & Record<string, unknown>;
  const outgoing = (rest as { outgoing?: boolean }).outgoing ?? false;
  return create(MessageSchema, {
    id: (++numbered).toString(16).padStart(32, "0"),
    conversation: BEN,
    sender: outgoing ? { accountId: ANA, name: "Ana" } : { accountId: BEN, name: "Ben" },
    body: { case: "text", value: { text } },
    orderUs: micros(atMs),
    sentAtUs: micros(atMs),
    tick: outgoing ? Message_Tick.kSent : Message_Tick.kNone,
    ...rest,
  });
}

export function conversation(
  fields: Exclude<MessageInitShape<typeof ConversationSchema>, Conversation> & { phone?: string; direct?: object } = {},
): Conversation {
  const { phone = "+491700000002", direct = {}, ...rest } = fields;
  const name = rest.title ?? "Ben";
  return create(ConversationSchema, {
    id: BEN,
    title: name,
    activityUs: micros(NOON),
    peer: {
      case: "direct",
      value: { partner: { accountId: rest.id ?? BEN, name, handles: [{ text: phone }] }, ...direct },
    },
    ...rest,
  });
}

/** The group of Ana, Ben and Cem: whoever runs the test is Ana, its admin. */
export function groupConversation(
  fields: Exclude<MessageInitShape<typeof ConversationSchema>, Conversation> & { group?: object } = {},
): Conversation {
  const { group = {}, ...rest } = fields;
  return create(ConversationSchema, {
    id: KITCHEN,
    title: "Kitchen",
    activityUs: micros(NOON),
    peer: {
      case: "group",
      value: {
        groupId: KITCHEN,
        members: 3,
        role: Group_Role.kAdmin,
        permissions: { send: true, editInfo: true, addMembers: true },
        firstMembers: [
          { accountId: BEN, name: "Ben" },
          { accountId: CEM, name: "Cem" },
        ],
        ...group,
      },
    },
    ...rest,
  });
}

/** A list of conversations; which are in it they say. */
export function list(fields: Exclude<MessageInitShape<typeof ListSchema>, List> = {}): List {
  return create(ListSchema, { id: "1".repeat(32), name: "Family", ...fields });
}

export function state(fields: Exclude<MessageInitShape<typeof StateSchema>, State> = {}): State {
  return create(StateSchema, {
    registered: true,
    accountId: ANA,
    handles: [{ text: "+491700000001" }],
    name: "Ana",
    connection: State_Connection.kOnline,
    firstDevice: true,
    ...fields,
  });
}

export class FakeCore implements Core {
  /** How often somebody wanted the server at once. */
  tries = 0;
  readonly calls: { name: MethodName; params: Record<string, unknown> }[] = [];
  conversations: Conversation[] = [];
  lists: List[] = [];
  messages: Message[] = [];
  readonly files = new FakeFiles();
  private readonly listeners = new Set<(events: readonly Event[]) => void>();
  private readonly answers = new Map<MethodName, Answer>();

  /** What the method answers from now on; a CoreFailure that is thrown is the failure. */
  on<Name extends MethodName>(name: Name, answer: (params: MethodParams<Name>) => unknown): void {
    this.answers.set(name, answer as Answer);
  }

  failing(name: MethodName, code: Failure_Code, detail = "", retryAfterMs = 0): void {
    this.on(name, () => {
      throw new CoreFailure(code, detail, retryAfterMs);
    });
  }

  async call<Name extends MethodName>(
    name: Name,
    params: MethodParams<Name> = {} as MethodParams<Name>,
  ): Promise<MethodResult<Name>> {
    this.calls.push({ name, params: params as Record<string, unknown> });
    const answer = this.answers.get(name);
    return (
      answer === undefined ? this.usual(name, params as Record<string, unknown>) : await answer(params as never)
    ) as MethodResult<Name>;
  }

  tryNow(): void {
    ++this.tries;
  }

  onEvents(listener: (events: readonly Event[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(...kinds: EventKind[]): void {
    const events = kinds.map((kind) =>
      create(EventSchema, { kind } as Exclude<MessageInitShape<typeof EventSchema>, Event>),
    );
    for (const listener of [...this.listeners]) listener(events);
  }

  /** Messages come together: they are stored, and told. */
  receive(...added: Message[]): void {
    this.messages.push(...added);
    this.emit(...added.map((value) => ({ case: "messageAdded", value }) as const));
  }

  called(name: MethodName): Record<string, unknown>[] {
    return this.calls.filter((each) => each.name === name).map((each) => each.params);
  }

  private usual(name: MethodName, params: Record<string, unknown>): unknown {
    switch (name) {
      case "getState":
      case "connect":
        return state();
      case "listConversations":
        return create(ListConversationsResponseSchema, { conversations: this.conversations });
      case "listMessages":
        return this.page(params);
      case "listMedia":
        return this.mediaPage(params as MethodParams<"listMedia">);
      case "listStorage":
        return create(ListStorageResponseSchema, {});
      case "listStarred":
        return this.starredPage(params as MethodParams<"listStarred">);
      case "listVersions":
        return this.versionsOf(params.id);
      case "listPinned": {
        const here = this.messages.filter(({ conversation, pin }) => conversation === params.conversation && pin);
        return create(ListPinnedResponseSchema, { messages: here.reverse() });
      }
      case "pinMessage": {
        const seconds = params.seconds as number;
        const untilUs = micros(Date.now() + seconds * 1000);
        this.change([params.id as string], () => ({ pin: seconds === 0 ? undefined : create(PinSchema, { untilUs }) }));
        return create(DoneSchema);
      }
      case "starMessages":
        this.change(params.ids as string[], () => ({ starred: params.starred as boolean }));
        return create(DoneSchema);
      case "editMessage": {
        const id = params.id as string;
        this.change([id], ({ body }) => ({ editedUs: micros(Date.now()), body: withText(body, params) }));
        return this.find(id);
      }
      case "deleteMessages":
        this.delete(params as MethodParams<"deleteMessages">);
        return create(DoneSchema);
      case "clearConversation":
        return this.clear(params as MethodParams<"clearConversation">);
      case "deleteConversation":
        return this.forgetConversation(params.conversation as string);
      case "listLists":
        return create(ListListsResponseSchema, { lists: this.lists });
      case "setList":
        return this.setList(params as MethodParams<"setList">);
      case "setListed":
        return this.setListed(params as MethodParams<"setListed">);
      case "getMessage":
        return this.find(params.id);
      case "sendMessage": {
        const written = message({
          outgoing: true,
          text: params.text as string,
          tick: Message_Tick.kPending,
          atMs: Date.now(),
          ...(params.conversation === undefined ? {} : { conversation: params.conversation as string }),
          ...this.attached(params),
        });
        this.messages.push(written);
        return create(SendMessageResponseSchema, { message: written });
      }
      default:
        return create(DoneSchema);
    }
  }

  private find(id: unknown): Message {
    const found = this.messages.find((each) => each.id === id);
    if (found === undefined) throw new CoreFailure(Failure_Code.kNoSuchMessage, "id");
    return found;
  }

  private versionsOf(id: unknown): unknown {
    const { body, orderUs } = this.find(id);
    const versions = body.case === "text" ? [{ atUs: orderUs, text: body.value }] : [];
    return create(ListVersionsResponseSchema, { versions });
  }

  /** What changes of messages is told. */
  private change(ids: readonly string[], to: (message: Message) => Partial<Message>): void {
    this.messages = this.messages.map((each) => (ids.includes(each.id) ? { ...each, ...to(each) } : each));
    this.emit(...ids.map((id) => ({ case: "messageChanged", value: this.find(id) }) as const));
  }

  private delete({ ids = [], forEveryone = false }: MethodParams<"deleteMessages">): void {
    const body = { case: "deleted", value: create(DeletedSchema, { by: { accountId: ANA, name: "Ana" } }) } as const;
    if (forEveryone) return this.change(ids, () => ({ body, editedUs: 0n, starred: false }));
    const removed = ids.map((id) => this.find(id));
    this.messages = this.messages.filter(({ id }) => !ids.includes(id));
    this.emit(
      ...removed.map(({ id, conversation }) => ({ case: "messageRemoved", value: { id, conversation } }) as const),
    );
  }

  private clear({ conversation: of, keepStarred = false }: MethodParams<"clearConversation">): Conversation {
    const here = this.messages.filter(({ conversation, starred }) => conversation === of && !(keepStarred && starred));
    if (here.length > 0) this.delete({ ids: here.map(({ id }) => id) });
    const lastMessage = this.messages.findLast(({ conversation }) => conversation === of);
    const known = this.conversations.find(({ id }) => id === of);
    const cleared = { ...(known ?? conversation()), lastMessage, unread: 0 };
    this.conversations = this.conversations.map((each) => (each.id === of ? cleared : each));
    return cleared;
  }

  private setList({ id = "", name = "", remove = false }: MethodParams<"setList">): List {
    const known = this.lists.some((each) => each.id === id);
    if (remove && !known) throw new CoreFailure(Failure_Code.kNoSuchList, "id");
    const changed = list({ id, name });
    if (remove) {
      const conversations = this.conversations.filter(({ lists }) => lists.includes(id)).map((each) => each.id);
      this.setListed({ list: id, conversations, listed: false });
      this.lists = this.lists.filter((each) => each.id !== id);
    } else {
      this.lists = known ? this.lists.map((each) => (each.id === id ? changed : each)) : [...this.lists, changed];
    }
    this.emit({ case: "listsChanged", value: {} });
    return changed;
  }

  private setListed({ list: id = "", conversations = [], listed = false }: MethodParams<"setListed">): unknown {
    if (!this.lists.some((each) => each.id === id)) throw new CoreFailure(Failure_Code.kNoSuchList, "list");
    if (!conversations.every((each) => this.conversations.some((known) => known.id === each)))
      throw new CoreFailure(Failure_Code.kNoSuchConversation, "conversations");
    const put = (each: Conversation): Conversation => ({
      ...each,
      lists: [...each.lists.filter((other) => other !== id), ...(listed ? [id] : [])],
    });
    this.conversations = this.conversations.map((each) => (conversations.includes(each.id) ? put(each) : each));
    const changed = this.conversations.filter(({ id: each }) => conversations.includes(each));
    this.emit(...changed.map((value) => ({ case: "conversationChanged", value }) as const));
    this.emit({ case: "listsChanged", value: {} });
    return create(DoneSchema);
  }

  private forgetConversation(id: string): unknown {
    this.clear({ conversation: id });
    this.conversations = this.conversations.filter((each) => each.id !== id);
    this.emit({ case: "conversationRemoved", value: { conversation: id } });
    return create(DoneSchema);
  }

  /** The newest first. */
  private starredPage({ conversation: of = "", limit = 50, beforeId, beforeOrderUs }: MethodParams<"listStarred">) {
    const before = { orderUs: beforeOrderUs ?? 0n, id: beforeId ?? "" };
    const all = this.messages
      .filter(({ conversation, starred }) => starred && (of === "" || conversation === of))
      .filter((each) => before.id === "" || isBefore(each, before))
      .sort((a, b) => (isBefore(a, b) ? 1 : -1));
    return create(ListStarredResponseSchema, { messages: all.slice(0, limit), more: all.length > limit });
  }

  /** The newest first. */
  private mediaPage({ conversation: of, kinds = [], limit = 50, beforeId, beforeOrderUs }: MethodParams<"listMedia">) {
    const before = { orderUs: beforeOrderUs ?? 0n, id: beforeId ?? "" };
    const all = this.messages
      .filter(
        ({ conversation, body }) => conversation === of && body.case === "media" && kinds.includes(body.value.kind),
      )
      .filter((each) => before.id === "" || isBefore(each, before))
      .sort((a, b) => (isBefore(a, b) ? 1 : -1));
    return create(ListMediaResponseSchema, { messages: all.slice(0, limit), more: all.length > limit });
  }

  /** What a message with a file has beside: on its way to the server, it is here. */
  private attached({ attachment, text, messageId }: MethodParams<"sendMessage">): {
    id?: string;
    body?: Message["body"];
  } {
    if (attachment?.about === undefined || attachment.file?.fileId === undefined) return {};
    const id = messageId ?? "";
    this.files.keep(id, attachment.file.fileId);
    const { size } = attachment.file;
    const media = create(MediaSchema, {
      ...attachment.about,
      caption: { text },
      size,
      state: Media_State.kSending,
    } as never);
    return { id, body: { case: "media", value: media } };
  }

  private page(params: Record<string, unknown>): unknown {
    const limit = (params.limit as number | undefined) ?? 50;
    const before = { orderUs: params.beforeOrderUs as bigint, id: params.beforeId as string };
    const all = this.messages
      .filter((each) => each.conversation === params.conversation)
      .sort((a, b) => (isBefore(a, b) ? -1 : 1));
    if (params.afterId !== undefined) {
      const after = { orderUs: params.afterOrderUs as bigint, id: params.afterId as string };
      const newer = all.filter((each) => isBefore(after, each));
      return create(ListMessagesResponseSchema, { messages: newer.slice(0, limit), more: newer.length > limit });
    }
    const older = params.beforeId === undefined ? all : all.filter((each) => isBefore(each, before));
    return create(ListMessagesResponseSchema, { messages: older.slice(-limit), more: older.length > limit });
  }
}

/** The same with another text, or another one under its file. */
function withText(body: Message["body"], { text, mentions, preview }: Record<string, unknown>): Message["body"] {
  const named = (mentions as { accountId: string; start: number; length: number }[]).map(
    ({ accountId, start, length }) => ({ who: { accountId }, start, length }),
  );
  const written = create(TextSchema, { text, mentions: named, preview } as never);
  return body.case === "media"
    ? { case: "media", value: { ...body.value, caption: written } }
    : { case: "text", value: written };
}

/** A browser that does not let the page tell of anything. */
export const noNotifications: NotificationPort = {
  permission: () => "denied",
  ask: async () => "denied",
  show: () => undefined,
  close: () => undefined,
  sound: () => undefined,
  load: () => ({}),
  save: () => undefined,
};

export class FakeAttention implements Attention {
  private readonly listeners = new Set<(attentive: boolean) => void>();

  constructor(public attentive = true) {}

  set(attentive: boolean): void {
    this.attentive = attentive;
    for (const listener of [...this.listeners]) listener(attentive);
  }

  subscribe(listener: (attentive: boolean) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

/** Lets everything that waits for answers of the fake go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; ++turn) await Promise.resolve();
}
