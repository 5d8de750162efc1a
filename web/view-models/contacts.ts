// SPDX-License-Identifier: AGPL-3.0-or-later

// The address book, and the way to a new conversation.
import { FailureCode, hasCode, type Contact, type Conversation, type Core, type Handle } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { handleKind, handleOf } from "./handle";
import { formatPhone } from "./phone";
import { say } from "./say";
import { withUtf8 } from "./vcard_charsets";
import { ViewModel } from "./view_model";

export interface ContactsSnapshot {
  loaded: boolean;
  contacts: readonly Contact[];
  /** The handle or name that is typed. */
  query: string;
  busy: boolean;
  /** A handle that was asked for and that nobody has: whose it is can be invited. */
  stranger: string;
  error: string;
  /** What the last import or change did. */
  notice: string;
}

const VCARD_BYTES_MAX = 8 << 20;

export class ContactsViewModel extends ViewModel<ContactsSnapshot> {
  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly onOpened: (conversation: Conversation) => void,
  ) {
    super({ loaded: false, contacts: [], query: "", busy: false, stranger: "", error: "", notice: "" });
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

  readonly setQuery = (query: string): void => this.update({ query, stranger: "", error: "", notice: "" });
  readonly reset = (): void => this.update({ query: "", stranger: "", error: "", notice: "" });

  /** Opens the conversation with whoever has the handle that is typed. */
  readonly openTyped = (): Promise<void> => this.openHandle(this.snapshot().query);

  readonly openHandle = async (typed: string): Promise<void> => {
    const handle = typed.trim();
    if (handle === "") return this.update({ error: say("contacts.typeHandle") });
    if (this.snapshot().busy) return;
    this.update({ busy: true, stranger: "", error: "", notice: "" });
    try {
      const conversation = await this.core.call("openConversation", { handle });
      this.update({ busy: false, query: "" });
      this.onOpened(conversation);
    } catch (error) {
      const words = hasCode(error, FailureCode.kNoSuchAccount)
        ? say("contacts.nobodyHas", { kind: handleKind(handle), handle: formatPhone(handle) })
        : hasCode(error, FailureCode.kOffline)
          ? say("contacts.offline")
          : failureText(error);
      const stranger = hasCode(error, FailureCode.kNoSuchAccount) ? handle : "";
      this.update({ busy: false, stranger, error: words });
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

  private refuse(error: string): false {
    this.update({ error, notice: "" });
    return false;
  }
}

/** Contacts with every word of the query in the name, or with it, or the digits of it, in the handle. */
export function matchingContacts(contacts: readonly Contact[], query: string): readonly Contact[] {
  const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  const digits = query.replace(/\D/g, "");
  return contacts.filter((each) => {
    const name = fold(each.name);
    const handle = each.handle?.text ?? "";
    const isInHandle =
      digits.length >= 3 ? handle.includes(digits) : words.length === 1 && handle.includes(words[0] ?? "");
    return words.every((word) => name.includes(word)) || isInHandle;
  });
}

/** What to send to somebody who is not here yet, by whatever else one writes to them. */
export function invitationText(server: string, own: { handles: readonly Handle[] } | undefined): string {
  const handle = handleOf(own);
  if (handle === "") return say("contacts.invitation", { server });
  return say("contacts.invitationWithHandle", { server, kind: handleKind(handle), handle: formatPhone(handle) });
}
