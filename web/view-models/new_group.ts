// SPDX-License-Identifier: AGPL-3.0-or-later

// A group that is being made: who is in it, then what it is called.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { GROUP_MEMBERS_MAX, type Conversation, type Core } from "./core";
import type { EntityStore } from "./entity_store";
import { PeopleViewModel, whomOf } from "./people";
import { say } from "./say";

/** Characters; what client_api.CreateGroupRequest takes. */
export const GROUP_TITLE_MAX = 100;
export const GROUP_DESCRIPTION_MAX = 512;

export interface NewGroupSnapshot extends Acting {
  step: "people" | "info";
  title: string;
  description: string;
  /** Accounts, of those that were chosen, that can't be added. */
  refused: readonly string[];
}

const NOTHING = { ...AT_REST, step: "people", title: "", description: "", refused: [] } as const;

export class NewGroupViewModel extends ActingViewModel<NewGroupSnapshot> {
  readonly people: PeopleViewModel;
  private round = 0;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly onMade: (conversation: Conversation) => void,
  ) {
    super(NOTHING);
    const isHere = () => false;
    this.people = new PeopleViewModel(store, isHere, () => GROUP_MEMBERS_MAX - 1);
    this.onDispose(() => this.people.dispose());
  }

  readonly reset = (): void => {
    ++this.round;
    this.forgetSaid();
    this.people.reset();
    this.update({ step: "people", title: "", description: "", refused: [] });
  };

  readonly setTitle = (title: string): void => this.update({ title, error: "" });
  readonly setDescription = (description: string): void => this.update({ description, error: "" });

  readonly goOn = (): void => this.update({ step: "info", error: "" });

  /** To the people. False when they are what is shown. */
  readonly goBack = (): boolean => {
    if (this.snapshot().step === "people") return false;
    this.forgetSaid();
    this.update({ step: "people", refused: [] });
    return true;
  };

  readonly make = async (): Promise<boolean> => {
    const { title, description, busy } = this.snapshot();
    if (busy) return false;
    if (title.trim() === "") return this.refuse(say("newGroup.noTitle"));
    const { round } = this;
    this.update({ refused: [] });
    return this.act(async () => {
      const { chosen } = this.people.snapshot();
      const members = chosen.map(whomOf);
      const made = await this.core
        .call("createGroup", { title: title.trim(), description: description.trim(), members })
        .catch((error: unknown) => {
          if (round === this.round)
            this.update({ refused: this.people.refusedBy(error).map((each) => each.accountId) });
          throw error;
        });
      if (round === this.round) this.onMade(made);
    }, this.people.refusal);
  };

  /** Without those who can't be added: they can be given its link. */
  readonly makeWithoutRefused = (): Promise<boolean> => {
    this.people.drop(this.snapshot().refused);
    return this.make();
  };
}
