// SPDX-License-Identifier: AGPL-3.0-or-later

// The address book, and the way to a new conversation.
import { FailureCode, hasCode, type Contact, type Conversation, type Core } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { formatPhone } from "./phone";
import { say } from "./say";
import { withUtf8 } from "./vcard_charsets";
import { ViewModel } from "./view_model";

export interface ContactsSnapshot {
  loaded: boolean;
  contacts: readonly Contact[];
  /** The number or name that is typed. */
  query: string;
  busy: boolean;
  /** A number that was asked for and that nobody has: whose it is can be invited. */
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

  /** Opens the conversation with the number that is typed. */
  readonly openTyped = (): Promise<void> => this.openPhone(this.snapshot().query);

  readonly openPhone = async (typed: string): Promise<void> => {
    const phone = typed.trim();
    if (phone === "") return this.update({ error: say("common.typePhone") });
    if (this.snapshot().busy) return;
    this.update({ busy: true, stranger: "", error: "", notice: "" });
    try {
      const conversation = await this.core.call("openConversation", { phone });
      this.update({ busy: false, query: "" });
      this.onOpened(conversation);
    } catch (error) {
      const words = hasCode(error, FailureCode.kNoSuchAccount)
        ? say("contacts.nobodyHas", { phone: formatPhone(phone) })
        : hasCode(error, FailureCode.kOffline)
          ? say("contacts.offline")
          : failureText(error);
      const stranger = hasCode(error, FailureCode.kNoSuchAccount) ? phone : "";
      this.update({ busy: false, stranger, error: words });
    }
  };

  /** Adds a contact, or gives it another name. True when that is done. */
  readonly save = async (phone: string, name: string): Promise<boolean> => {
    if (phone.trim() === "") return this.refuse(say("common.typePhone"));
    if (name.trim() === "") return this.refuse(say("contacts.noName"));
    return this.change({ phone: phone.trim(), name: name.trim() }, say("contacts.saved", { name: name.trim() }));
  };

  readonly remove = (contact: Contact): Promise<boolean> =>
    this.change({ phone: contact.phone, remove: true }, say("contacts.removed", { name: contact.name }));

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

  private async change(params: { phone: string; name?: string; remove?: boolean }, notice: string): Promise<boolean> {
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

/** Contacts with every word of the query in the name, or with the digits of it in the number. */
export function matchingContacts(contacts: readonly Contact[], query: string): readonly Contact[] {
  const fold = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const words = fold(query)
    .split(/\s+/)
    .filter((word) => word !== "");
  const digits = query.replace(/\D/g, "");
  return contacts.filter((each) => {
    const name = fold(each.name);
    return words.every((word) => name.includes(word)) || (digits.length >= 3 && each.phone.includes(digits));
  });
}

/** What to send to somebody who is not here yet, by whatever else one writes to them. */
export function invitationText(server: string, phone: string): string {
  if (phone === "") return say("contacts.invitation", { server });
  return say("contacts.invitationWithNumber", { server, phone: formatPhone(phone) });
}
