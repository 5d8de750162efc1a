// SPDX-License-Identifier: AGPL-3.0-or-later

// People to be chosen, for a group: those of the address book who are here, and whoever one writes with; anybody else
// by what they are found by.
import { directOf, failureOf, FailureCode, type MethodParams } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { handleOf, isInHandle, looksLikeHandle } from "./handle";
import { inOrderOfNames, listText } from "./intl_text";
import { formatPhone } from "./phone";
import { say } from "./say";
import { ViewModel } from "./view_model";
import { fold, wordsOf } from "./words";

export interface ChosenPerson {
  /** "" of somebody who was typed: the server says who has the handle. */
  accountId: string;
  handle: string;
  name: string;
}

export interface PeopleSnapshot {
  loaded: boolean;
  query: string;
  /** Who can be chosen, by name, as far as the query fits. */
  people: readonly ChosenPerson[];
  chosen: readonly ChosenPerson[];
  /** The query is a handle of nobody among them: it can be chosen as it is. */
  typed: string;
  /** Why there is no address book. */
  error: string;
}

type Whom = NonNullable<MethodParams<"addMembers">["members"]>[number];

export const keyOf = ({ accountId, handle }: ChosenPerson): string => (accountId === "" ? handle : accountId);
/** As the core is told. */
export const whomOf = ({ accountId, handle }: ChosenPerson): Whom => (accountId === "" ? { handle } : { accountId });

export class PeopleViewModel extends ViewModel<PeopleSnapshot> {
  /** `isHere`: who need not be chosen, as they are members. `room`: how many can be chosen. */
  constructor(
    private readonly store: EntityStore,
    private readonly isHere: (account: string) => boolean,
    readonly room: () => number,
  ) {
    super({ loaded: false, query: "", people: [], chosen: [], typed: "", error: "" });
    const look = () => this.snapshot().loaded && this.look();
    this.onDispose(store.select((of) => of.contacts, look));
    this.onDispose(store.select((of) => of.conversations, look));
  }

  readonly load = async (): Promise<void> => {
    try {
      if (!this.store.contactsLoaded) await this.store.loadContacts();
      this.update({ loaded: true, error: "" });
    } catch (error) {
      this.update({ loaded: true, error: failureText(error) });
    }
    this.look();
  };

  readonly reset = (): void => {
    this.update({ query: "", chosen: [] });
    this.look();
  };

  readonly setQuery = (query: string): void => {
    this.update({ query });
    this.look();
  };

  /** Chooses somebody, or takes that back. */
  readonly toggle = (person: ChosenPerson): void => {
    const key = keyOf(person);
    const { chosen } = this.snapshot();
    const others = chosen.filter((each) => keyOf(each) !== key);
    if (others.length < chosen.length) return this.update({ chosen: others });
    if (chosen.length >= this.room()) return;
    this.update({ chosen: [...chosen, person], query: "" });
    this.look();
  };

  readonly chooseTyped = (): void => {
    const { typed } = this.snapshot();
    if (typed !== "") this.toggle({ accountId: "", handle: typed, name: formatPhone(typed) });
  };

  /** Without these accounts. */
  readonly drop = (accounts: readonly string[]): void =>
    this.update({ chosen: this.snapshot().chosen.filter(({ accountId }) => !accounts.includes(accountId)) });

  /** Who a failure is about, of those who were chosen by their accounts. */
  refusedBy(error: unknown): ChosenPerson[] {
    const { code, detail } = failureOf(error);
    if (code !== FailureCode.kCannotBeAdded) return [];
    const accounts = new Set(detail.split(/\s+/));
    return this.snapshot().chosen.filter(({ accountId }) => accountId !== "" && accounts.has(accountId));
  }

  /** Why those who were chosen did not get in: with their names, where it is about them. */
  readonly refusal = (error: unknown): string => {
    const { code } = failureOf(error);
    const refused = this.refusedBy(error);
    if (refused.length > 0) return say("people.cannotBeAdded", { names: listText(refused.map(({ name }) => name)) });
    const typed = this.snapshot().chosen.filter(({ accountId }) => accountId === "");
    const [only] = typed;
    if (code === FailureCode.kNoSuchAccount && only !== undefined && typed.length === 1)
      return say("people.nobodyHas", { handle: only.name });
    return failureText(error);
  };

  private look(): void {
    const { query } = this.snapshot();
    const words = wordsOf(query);
    const everybody = this.everybody();
    const people = everybody.filter(({ name, handle }) => {
      const folded = fold(name);
      return words.every((word) => folded.includes(word)) || isInHandle(query, handle);
    });
    const typed = query.trim();
    const isNew =
      looksLikeHandle(typed) && !everybody.some(({ handle }) => handle.toLowerCase() === typed.toLowerCase());
    this.update({ people, typed: isNew ? typed : "" });
  }

  private everybody(): ChosenPerson[] {
    const { contacts, conversations, ownAccount } = this.store;
    const found = new Map<string, ChosenPerson>();
    for (const { accountId, handle, name, blocked } of contacts)
      if (accountId !== "" && !blocked) found.set(accountId, { accountId, handle: handle?.text ?? "", name });
    for (const conversation of conversations) {
      const { partner, blocked } = directOf(conversation) ?? {};
      if (partner === undefined || blocked === true || partner.accountId === "" || found.has(partner.accountId))
        continue;
      const { accountId, name } = partner;
      found.set(accountId, { accountId, handle: handleOf(partner), name: formatPhone(name) });
    }
    found.delete(ownAccount);
    return inOrderOfNames([...found.values()].filter(({ accountId }) => !this.isHere(accountId)));
  }
}
