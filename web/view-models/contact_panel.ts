// SPDX-License-Identifier: AGPL-3.0-or-later

// What is known of the partner of a conversation: handle, about, safety number; and block, rename, verify.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import type { Contact, Core, Direct, SafetyNumber } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { handleOf } from "./handle";

export interface ContactPanelSnapshot extends Acting {
  about: string;
  profileName: string;
  contact: Contact | undefined;
  safetyNumber: SafetyNumber | undefined;
  safetyNumberError: string;
}

export class ContactPanelViewModel extends ActingViewModel<ContactPanelSnapshot> {
  private readonly account: string;
  private readonly handle: string;

  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly conversation: string,
    direct: Direct,
    tellElsewhere?: (words: string) => void,
  ) {
    const unknown = { profileName: "", contact: undefined, safetyNumber: undefined, safetyNumberError: "" };
    super({ ...AT_REST, ...unknown, about: direct.about }, tellElsewhere);
    this.onDispose(() => this.forgetSaid());
    this.account = direct.partner?.accountId ?? "";
    this.handle = handleOf(direct.partner);
    const own = () => store.contactOf(this.account, this.handle);
    this.onDispose(store.select(own, (contact) => this.update({ contact })));
    this.onDispose(
      store.subscribe(({ contacts, resync, conversations }) => {
        if (contacts || resync || conversations.has(conversation)) void this.loadSafetyNumber();
      }),
    );
  }

  async load(): Promise<void> {
    await Promise.all([this.loadProfile(), this.loadContact(), this.loadSafetyNumber()]);
  }

  readonly setBlocked = (blocked: boolean): Promise<boolean> =>
    this.act(async () => void (await this.core.call("setBlocked", { accountId: this.account, blocked })));

  readonly setVerified = (verified: boolean): Promise<boolean> =>
    this.act(async () => {
      await this.core.call("setVerified", { conversation: this.conversation, verified });
      await this.loadSafetyNumber();
    });

  /** An empty name takes the contact out of the address book. */
  readonly rename = (name: string): Promise<boolean> =>
    this.act(async () => {
      const trimmed = name.trim();
      await this.core.call(
        "setContact",
        trimmed === "" ? { handle: this.handle, remove: true } : { handle: this.handle, name: trimmed },
      );
      await this.loadContact();
    });

  private async loadProfile(): Promise<void> {
    try {
      const { about, name } = await this.core.call("getProfile", { accountId: this.account });
      this.update({ about, profileName: name });
    } catch {
      // Without a connection: what the conversation knows is shown.
    }
  }

  private async loadContact(): Promise<void> {
    try {
      await this.store.loadContacts();
      this.update({ contact: this.store.contactOf(this.account, this.handle) });
    } catch (error) {
      this.update({ error: failureText(error) });
    }
  }

  private async loadSafetyNumber(): Promise<void> {
    try {
      const safetyNumber = await this.core.call("getSafetyNumber", { conversation: this.conversation });
      this.update({ safetyNumber, safetyNumberError: "" });
    } catch (error) {
      this.update({ safetyNumber: undefined, safetyNumberError: failureText(error) });
    }
  }
}

/** 60 digits as twelve groups of five. */
export const digitGroups = (digits: string): string[] => digits.match(/.{1,5}/g) ?? [];
