// SPDX-License-Identifier: AGPL-3.0-or-later

// The address book, and the way to a new conversation.
import { FailureCode, hasCode, type Contact, type Conversation, type Core, type Handle, type State } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { handleKind, handleOf, isInHandle } from "./handle";
import { formatPhone } from "./phone";
import { say } from "./say";
import { ViewModel } from "./view_model";
import { fold, wordsOf } from "./words";

export interface ContactsSnapshot {
  loaded: boolean;
  contacts: readonly Contact[];
  /** The handle or name that is typed. */
  query: string;
  busy: boolean;
  /** A handle that was asked for and that nobody has: whose it is can be invited. */
  stranger: string;
  /** A handle that the server could not be asked about: what is written to it waits. */
  unreached: string;
  /** What is being written to it. */
  firstText: string;
  error: string;
  /** What the last import or change did. */
  notice: string;
}

const NOTHING_TYPED = { query: "", stranger: "", unreached: "", firstText: "", error: "", notice: "" };
const VCARD_BYTES_MAX = 8 << 20;

export class ContactsViewModel extends ViewModel<ContactsSnapshot> {
  /** Grows with what is typed or opened: an answer about what was before opens nothing. */
  private round = 0;
  /** It is busy with a handle that somebody wants to write to, and with nothing else. */
  private asking = false;

  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly onOpened: (conversation: Conversation) => void,
  ) {
    super({ ...NOTHING_TYPED, loaded: false, contacts: [], busy: false });
    this.onDispose(
      store.select(
        ({ contacts }) => contacts,
        (contacts) => this.update({ contacts, loaded: true }),
      ),
    );
  }

  readonly load = async (): Promise<void> => {
    try {
      await this.store.loadContacts();
    } catch (error) {
      this.update({ loaded: true, error: failureText(error) });
    }
  };

  readonly setQuery = (query: string): void => {
    const { firstText } = this.snapshot(); // nobody's text is lost with a digit of the number
    this.dropAsked();
    this.update({ ...NOTHING_TYPED, query, firstText });
  };
  readonly reset = (): void => {
    this.dropAsked();
    this.update(NOTHING_TYPED);
  };
  readonly setFirstText = (firstText: string): void => this.update({ firstText, error: "" });

  /** Opens the conversation with whoever has the handle that is typed. */
  readonly openTyped = (): Promise<void> => this.openHandle(this.snapshot().query);

  readonly openHandle = async (typed: string): Promise<void> => {
    const handle = typed.trim();
    if (handle === "") return this.update({ error: say("contacts.typeHandle") });
    if (this.snapshot().busy) return;
    const round = ++this.round;
    this.asking = true;
    this.update({ busy: true, stranger: "", unreached: "", error: "", notice: "" });
    try {
      const conversation = await this.core.call("openConversation", { handle });
      if (round !== this.round) return;
      this.asking = false;
      this.update({ ...NOTHING_TYPED, busy: false });
      this.onOpened(conversation);
    } catch (error) {
      if (round !== this.round) return;
      this.asking = false;
      if (hasCode(error, FailureCode.kOffline)) return this.update({ busy: false, unreached: handle });
      this.update({ busy: false, ...refusalOf(error, handle) });
    }
  };

  /** Opens the conversation with oneself. */
  readonly openSelf = async (accountId: string): Promise<void> => {
    this.dropAsked();
    const { round } = this;
    try {
      const conversation = await this.core.call("openConversation", { accountId });
      if (round !== this.round) return;
      this.onOpened(conversation);
      this.update(NOTHING_TYPED);
    } catch (error) {
      if (round === this.round) this.update({ error: failureText(error) });
    }
  };

  /** Sends the first message to a handle that the server could not be asked about: it waits as any other does. */
  readonly writeFirst = async (): Promise<void> => {
    const { unreached: handle, firstText, busy } = this.snapshot();
    if (handle === "" || firstText.trim() === "" || busy) return;
    const { round } = this;
    this.update({ busy: true, error: "" });
    try {
      const { message } = await this.core.call("sendMessage", { handle, text: firstText.trim() });
      this.update({ firstText: "" }); // it is on its way, whatever becomes of the rest
      const conversation = await this.core.call("openConversation", { conversation: message?.conversation ?? "" });
      if (round !== this.round) return this.update({ busy: false });
      this.update({ ...NOTHING_TYPED, busy: false });
      this.onOpened(conversation);
    } catch (error) {
      const refusal = round === this.round ? { unreached: "", ...refusalOf(error, handle) } : {};
      this.update({ busy: false, ...refusal });
    }
  };

  /** Adds a contact, or gives it another name. True when that is done. */
  readonly save = async (handle: string, name: string): Promise<boolean> => {
    if (handle.trim() === "") return this.refuse(say("contacts.typeHandle"));
    if (name.trim() === "") return this.refuse(say("contacts.noName"));
    return this.change({ handle: handle.trim(), name: name.trim() }, say("contacts.saved", { name: name.trim() }));
  };

  readonly remove = (contact: Contact): Promise<boolean> =>
    this.change({ handle: contact.handle?.text ?? "", remove: true }, say("contacts.removed", { name: contact.name }));

  /** Takes the contacts of a vCard file. */
  readonly importFile = async (file: Blob): Promise<void> => {
    if (file.size > VCARD_BYTES_MAX) return this.update({ error: say("contacts.fileTooLarge") });
    this.update({ busy: true, error: "", notice: "" });
    try {
      const { withUtf8 } = await import("./vcard_charsets"); // few ever need it
      const vcard = withUtf8(new Uint8Array(await file.arrayBuffer()));
      const { imported, skipped, withAccount, notAsked } = await this.core.call("importContacts", { vcard });
      const counts = { imported, skipped, withAccount, notAsked };
      this.update({ busy: false, notice: say("contacts.imported", counts) });
      await this.load();
    } catch (error) {
      const words = hasCode(error, FailureCode.kInvalidArgument) ? say("contacts.noContacts") : failureText(error);
      this.update({ busy: false, error: words });
    }
  };

  private async change(params: { handle: string; name?: string; remove?: boolean }, notice: string): Promise<boolean> {
    try {
      await this.core.call("setContact", params);
      await this.load();
      this.update({ error: "", notice });
      return true;
    } catch (error) {
      return this.refuse(failureText(error));
    }
  }

  private dropAsked(): void {
    ++this.round;
    if (this.asking) this.update({ busy: false });
    this.asking = false;
  }

  private refuse(error: string): false {
    this.update({ error, notice: "" });
    return false;
  }
}

/** Why nothing can be written to a handle. */
const refusalOf = (error: unknown, handle: string): Pick<ContactsSnapshot, "stranger" | "error"> =>
  hasCode(error, FailureCode.kNoSuchAccount)
    ? { stranger: handle, error: say("contacts.nobodyHas", { kind: handleKind(handle), handle: formatPhone(handle) }) }
    : { stranger: "", error: failureText(error) };

/**
 * Whether somebody looks for the conversation with themselves: by what it is called, by their name, or by their
 * handles.
 */
export function isForSelf(self: Pick<State, "name" | "handles"> | undefined, query: string): boolean {
  const words = wordsOf(query);
  if (self === undefined || words.length === 0) return false;
  if (self.handles.some(({ text }) => isInHandle(query, text))) return true;
  const names = [`${say("core.noteToSelf")} ${say("contacts.noteToSelfToo")}`, self.name].map(wordsOf);
  return names.some((name) => words.every((word) => name.some((each) => each.startsWith(word))));
}

/** Contacts with every word of the query in the name, or with the query in the handle. */
export function matchingContacts(contacts: readonly Contact[], query: string): readonly Contact[] {
  const words = wordsOf(query);
  return contacts.filter((each) => {
    const name = fold(each.name);
    return words.every((word) => name.includes(word)) || isInHandle(query, each.handle?.text ?? "");
  });
}

/** What to send to somebody who is not here yet, by whatever else one writes to them. */
export function invitationText(server: string, own: { handles: readonly Handle[] } | undefined): string {
  const handle = handleOf(own);
  if (handle === "") return say("contacts.invitation", { server });
  return say("contacts.invitationWithHandle", { server, kind: handleKind(handle), handle: formatPhone(handle) });
}
