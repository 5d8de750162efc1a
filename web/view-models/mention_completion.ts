// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom to name in a group: what stands after an "@" before the cursor is looked for among the members, and a choice
// puts the name there.
import { CompletionViewModel, TYPED_MAX } from "./completion";
import type { ComposerViewModel } from "./composer";
import type { Core, Member } from "./core";
import type { EntityStore } from "./entity_store";
import { beginsAs, matchingMembers, whenMembersChange } from "./members";
import { NOT_BEFORE, NOT_BEHIND, type WrittenMention } from "./mentions";

/** Longer names are found by their beginning. */
const TYPED = new RegExp(`${NOT_BEHIND}@([^@\\n]{0,${TYPED_MAX}})$`, "u");

export class MentionCompletionViewModel extends CompletionViewModel<Member> {
  protected readonly typed = TYPED;
  private members: readonly Member[] | undefined;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly conversation: string,
    composer: ComposerViewModel,
  ) {
    super(composer);
    this.onDispose(whenMembersChange(store, conversation, () => (this.members = undefined)));
  }

  protected async find(words: string, begin: number): Promise<readonly Member[]> {
    const { mentions } = this.composer.snapshot();
    if (mentions.some((each) => each.begin <= begin && begin < each.end)) return []; // a name can have an "@" in it
    const others = (await this.read()).filter((each) => !each.thisAccount);
    return words.includes(" ")
      ? others.filter(({ person }) => beginsAs(person?.name ?? "", words))
      : matchingMembers(others, words);
  }

  protected put(begin: number, end: number, { person }: Member): number {
    return person === undefined ? end : this.composer.mention(begin, end, person);
  }

  /** A draft has no mentions: who is named in it is found by the names that only one member has. */
  readonly findAgain = async (): Promise<void> => {
    const { text, editing } = this.composer.snapshot();
    if (editing !== undefined || !text.includes("@")) return;
    const members = await this.read();
    const now = this.composer.snapshot();
    if (now.text === text && now.mentions.length === 0 && now.editing === undefined)
      this.composer.name(namedIn(text, members));
  };

  private async read(): Promise<readonly Member[]> {
    if (this.members !== undefined) return this.members;
    try {
      const { members } = await this.core.call("listMembers", { conversation: this.conversation });
      return (this.members = members);
    } catch {
      return []; // nobody is proposed: what is typed stays text
    }
  }
}

const BEGINS = new RegExp(`${NOT_BEHIND}@`, "uy");
const ENDS = new RegExp(NOT_BEFORE, "uy");

function isAt(place: RegExp, text: string, at: number): boolean {
  place.lastIndex = at;
  return place.test(text);
}

/** Who is called what: accounts by name, and by username. */
function calledIn(members: readonly Member[]): Map<string, Set<string>> {
  const called = new Map<string, Set<string>>();
  for (const { person, thisAccount } of members) {
    if (person === undefined || thisAccount) continue;
    const usernames = person.handles.flatMap(({ text }) => (text.startsWith("@") ? [text.slice(1)] : []));
    for (const name of [person.name, ...usernames]) {
      if (name !== "") called.set(name, (called.get(name) ?? new Set()).add(person.accountId));
    }
  }
  return called;
}

/**
 * Whom a text names: "@" and a whole name or username, the longest that fits, when one member alone is called so; none
 * in another one, which can have an "@" in it. The terminal client's mentions_in has the same rule.
 */
export function namedIn(text: string, members: readonly Member[]): WrittenMention[] {
  const called = calledIn(members);
  const names = [...called.keys()].sort((a, b) => b.length - a.length);
  const found: WrittenMention[] = [];
  for (let begin = text.indexOf("@"), end; begin >= 0; begin = text.indexOf("@", end)) {
    end = begin + 1;
    if (!isAt(BEGINS, text, begin)) continue;
    const name = names.find((each) => text.startsWith(each, begin + 1) && isAt(ENDS, text, begin + 1 + each.length));
    if (name === undefined) continue;
    end = begin + 1 + name.length;
    const [accountId = "", ...others] = called.get(name) ?? [];
    if (others.length === 0) found.push({ accountId, begin, end });
  }
  return found;
}
