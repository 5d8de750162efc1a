// SPDX-License-Identifier: AGPL-3.0-or-later

// Lists of conversations that a person makes: a new one and what is changed of one, and which of them a conversation is
// in. On all devices of the account alike. Fetched when somebody does something with them first.
import { ActingViewModel, AT_REST, type Acting } from "./acting";
import { ConversationChoice } from "./conversation_choice";
import { randomId, type Core, type List } from "./core";
import type { EntityStore } from "./entity_store";
import { failureText } from "./failure_text";
import { say } from "./say";

export interface ListEditorSnapshot extends Acting {
  name: string;
}

/** What a list is called, and what is in it: of a new one, or of one that there is. */
export class ListEditor extends ActingViewModel<ListEditorSnapshot> {
  /** A new one has it from the beginning: who tries again makes no second one. */
  readonly id: string;
  readonly choice: ConversationChoice;
  /** What was in it, or is to be in a new one, when this began. */
  private readonly before: ReadonlySet<string>;

  /** `chosen` is in a new one at first. */
  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly list?: List,
    chosen: readonly string[] = [],
  ) {
    super({ ...AT_REST, name: list?.name ?? "" });
    this.id = list?.id ?? randomId();
    const listed = store.conversations.filter(({ lists }) => lists.includes(this.id)).map(({ id }) => id);
    this.before = new Set(listed);
    const first = new Set([...listed, ...chosen]);
    this.choice = new ConversationChoice(store, Number.POSITIVE_INFINITY, this.forgetSaid, () => true, first);
    this.onDispose(() => this.choice.dispose());
  }

  readonly setName = (name: string): void => this.update({ name, error: "" });

  /** True when it is as it was wanted. What another device has put into it meanwhile, or taken out, stays so. */
  readonly save = async (): Promise<boolean> => {
    const { busy, name } = this.snapshot();
    if (busy) return false;
    if (name.trim() === "") return this.refuse(say("lists.noName"));
    // One that is no more would begin anew, without what was in it.
    const isGone = this.list !== undefined && !this.store.lists.some(({ id }) => id === this.id);
    if (isGone) return this.refuse(say("failure.noSuchList"));
    return this.act(async () => {
      if (name !== this.list?.name) await this.core.call("setList", { id: this.id, name });
      const isHere = (id: string) => this.store.conversation(id) !== undefined;
      const chosen = new Set(this.choice.snapshot().chosen.map(({ id }) => id));
      await this.put(
        [...chosen].filter((id) => isHere(id) && !this.before.has(id)),
        true,
      );
      await this.put(
        [...this.before].filter((id) => isHere(id) && !chosen.has(id)),
        false,
      );
    });
  };

  private async put(conversations: string[], listed: boolean): Promise<void> {
    if (conversations.length > 0) await this.core.call("setListed", { list: this.id, conversations, listed });
  }
}

/** Its conversations stay. */
export async function removeList(core: Core, { id }: List, tell: (words: string) => void): Promise<void> {
  try {
    await core.call("setList", { id, remove: true });
    tell(say("lists.deleted"));
  } catch (error) {
    tell(failureText(error));
  }
}

export interface ListsOfSnapshot extends Acting {
  lists: readonly List[];
  /** The ids of those that it is in. */
  listed: ReadonlySet<string>;
}

/** Which lists a conversation is in: what is changed is so at once. */
export class ListsOf extends ActingViewModel<ListsOfSnapshot> {
  constructor(
    private readonly core: Core,
    private readonly store: EntityStore,
    private readonly conversation: string,
  ) {
    super({ ...AT_REST, lists: [], listed: new Set() });
    this.onDispose(store.subscribe(() => this.look()));
    this.look();
  }

  readonly toggle = ({ id: list }: List): Promise<boolean> => {
    const listed = !this.snapshot().listed.has(list);
    const conversations = [this.conversation];
    return this.act(async () => void (await this.core.call("setListed", { list, conversations, listed })));
  };

  private look(): void {
    const { lists } = this.store;
    const listed = this.store.conversation(this.conversation)?.lists ?? [];
    const before = this.snapshot();
    const isSame = lists === before.lists && listed.length === before.listed.size;
    if (isSame && listed.every((id) => before.listed.has(id))) return;
    this.update({ lists, listed: new Set(listed) });
  }
}
