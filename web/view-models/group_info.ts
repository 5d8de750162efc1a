// SPDX-License-Identifier: AGPL-3.0-or-later

// What a group is and who is in it, as its details show it, and what can be changed about it. A change is taken by the
// server or refused: nothing is shown as done before.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import {
  GROUP_MEMBERS_MAX,
  groupOf,
  Role,
  type Conversation,
  type Core,
  type Group,
  type GroupPermissions,
  type Member,
  type Person,
} from "./core";
import type { EntityStore } from "./entity_store";
import { nameOf } from "./group_text";
import { matchingMembers, whenMembersChange } from "./members";
import { PeopleViewModel, whomOf } from "./people";
import { noMediaHere, PhotoChoice, type ReadMedia } from "./photo_choice";
import { say } from "./say";

export interface GroupInfoSnapshot extends Acting {
  loaded: boolean;
  members: readonly Member[];
  applicants: readonly Person[];
  query: string;
  /** Of the members, those whom the query fits. */
  found: readonly Member[];
  /** Some who were chosen can't be added by others: they can be given the link. */
  offersLink: boolean;
}

export type Permission = "send" | "editInfo" | "addMembers";
const ALL_ALLOWED = { send: true, editInfo: true, addMembers: true };

/** What members may do who are no admins. */
export const permissionsOf = ({ permissions }: Group): Pick<GroupPermissions, Permission> => permissions ?? ALL_ALLOWED;

/** Whether this account may: as an admin, or as a member whom the group allows it. */
export const mayDo = (group: Group, what: Permission | "administer"): boolean =>
  group.role === Role.kAdmin || (what !== "administer" && group.role === Role.kMember && permissionsOf(group)[what]);

const DAY_US = 86_400_000_000n;
/** For how many days a link can hold; 0: until it is ended. */
export const LINK_DAYS = [0, 1, 7, 30] as const;
export type LinkDays = (typeof LINK_DAYS)[number];

export class GroupInfoViewModel extends ActingViewModel<GroupInfoSnapshot> {
  readonly adding: PeopleViewModel;
  readonly photo: PhotoChoice;
  private reading = false;
  private stale = false;

  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    readonly conversation: string,
    tellElsewhere?: (words: string) => void,
    media: ReadMedia = noMediaHere,
  ) {
    const none = { loaded: false, members: [], applicants: [], query: "", found: [], offersLink: false };
    super({ ...AT_REST, ...none }, tellElsewhere);
    this.photo = new PhotoChoice(
      media,
      (...what) => this.act(...what),
      async (change) => store.putConversation(await core.call("setGroup", { conversation, ...change })),
    );
    this.adding = new PeopleViewModel(
      store,
      (account) => this.snapshot().members.some(({ person }) => person?.accountId === account),
      () => Math.max(0, GROUP_MEMBERS_MAX - this.snapshot().members.length),
    );
    this.onDispose(() => this.forgetSaid());
    this.onDispose(() => this.adding.dispose());
    this.onDispose(whenMembersChange(store, conversation, () => void this.load()));
  }

  /** Asked while it reads, it reads once more. */
  async load(): Promise<void> {
    this.stale = true;
    if (this.reading) return;
    this.reading = true;
    while (this.stale) {
      this.stale = false;
      await this.read(async () => {
        const { members, applicants } = await this.core.call("listMembers", { conversation: this.conversation });
        this.update({ loaded: true, members, applicants, found: matchingMembers(members, this.snapshot().query) });
      });
    }
    this.reading = false;
  }

  readonly setQuery = (query: string): void =>
    this.update({ query, found: matchingMembers(this.snapshot().members, query) });

  readonly setTitle = (title: string): Promise<boolean> =>
    title.trim() === ""
      ? Promise.resolve(this.refuse(say("newGroup.noTitle")))
      : this.change(() => this.core.call("setGroup", { conversation: this.conversation, title: title.trim() }));

  readonly setDescription = (description: string): Promise<boolean> =>
    this.change(() => this.core.call("setGroup", { conversation: this.conversation, description: description.trim() }));

  /** The others stay as they are, also where somebody changes them at the same time. */
  readonly allow = (what: Permission, allowed: boolean): Promise<boolean> =>
    this.change(() =>
      this.core.call("setGroup", { conversation: this.conversation, permissions: { [what]: allowed } }),
    );

  readonly startAdding = (): void => {
    this.forgetSaid();
    this.update({ offersLink: false });
    this.adding.reset();
    void this.adding.load();
  };

  /** Those who were chosen. */
  readonly add = (): Promise<boolean> => {
    const members = this.adding.snapshot().chosen.map(whomOf);
    this.update({ offersLink: false });
    return this.change(
      () =>
        this.core.call("addMembers", { conversation: this.conversation, members }).catch((error: unknown) => {
          this.update({ offersLink: this.adding.refusedBy(error).length > 0 });
          throw error;
        }),
      "",
      this.adding.refusal,
    );
  };

  readonly remove = ({ person }: Member): Promise<boolean> => {
    const accountIds = [person?.accountId ?? ""];
    const said = say("groupInfo.removed", { name: nameOf(person) });
    return this.change(() => this.core.call("removeMembers", { conversation: this.conversation, accountIds }), said);
  };

  readonly setAdmin = ({ person }: Member, admin: boolean): Promise<boolean> => {
    const accountId = person?.accountId ?? "";
    return this.change(() => this.core.call("setMember", { conversation: this.conversation, accountId, admin }));
  };

  readonly leave = (): Promise<boolean> =>
    this.change(() => this.core.call("leaveGroup", { conversation: this.conversation }));

  /** Makes a link, in the place of one that is there: that one lets nobody in any more. */
  readonly makeLink = (approval: boolean, days: LinkDays): Promise<boolean> => {
    const expiresUs = days === 0 ? 0n : BigInt(Date.now()) * 1000n + BigInt(days) * DAY_US;
    const said = this.group?.link === undefined ? "" : say("groupLink.replaced");
    return this.change(
      () => this.core.call("setGroupLink", { conversation: this.conversation, approval, expiresUs }),
      said,
    );
  };

  readonly endLink = (): Promise<boolean> =>
    this.change(() => this.core.call("setGroupLink", { conversation: this.conversation, remove: true }));

  readonly letIn = ({ accountId }: Person): Promise<boolean> => this.answer({ letIn: [accountId] });
  readonly turnAway = ({ accountId }: Person): Promise<boolean> => this.answer({ turnedAway: [accountId] });

  private answer(answer: { letIn?: string[]; turnedAway?: string[] }): Promise<boolean> {
    return this.change(() => this.core.call("answerApplicants", { conversation: this.conversation, ...answer }));
  }

  private get group(): Group | undefined {
    const conversation = this.store.conversation(this.conversation);
    return conversation === undefined ? undefined : groupOf(conversation);
  }

  private change(what: () => Promise<Conversation>, said = "", words?: (error: unknown) => string): Promise<boolean> {
    return this.act(async () => {
      this.store.putConversation(await what());
      return said;
    }, words);
  }
}
