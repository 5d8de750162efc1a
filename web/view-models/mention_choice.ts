// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom to name in a group: what stands after an "@" before the cursor is looked for among the members, and a choice
// puts the name there.
import type { ComposerViewModel } from "./composer";
import type { Core, Member } from "./core";
import type { EntityStore } from "./entity_store";
import { beginsAs, matchingMembers, whenMembersChange } from "./members";
import { NOT_BEFORE, NOT_BEHIND, type WrittenMention } from "./mentions";
import { ViewModel } from "./view_model";

export interface MentionChoiceSnapshot {
  /** Those who may be meant; none: nothing is shown. */
  found: readonly Member[];
  /** Which of them Enter takes. */
  active: number;
}

const NONE: MentionChoiceSnapshot = { found: [], active: 0 };
const SHOWN_MAX = 8;
/** Longer names are found by their beginning. */
const TYPED_MAX = 64;
const TYPED = new RegExp(`${NOT_BEHIND}@([^@\\n]{0,${TYPED_MAX}})$`, "u");

export class MentionChoiceViewModel extends ViewModel<MentionChoiceSnapshot> {
  private members: readonly Member[] | undefined;
  /** Where what is typed stands: from the "@" to the cursor. */
  private place = { begin: 0, end: 0 };
  /** Where somebody wanted no names. */
  private declined = -1;
  private round = 0;
  /** What was last looked at: a key that changes the text moves the cursor as well. */
  private looked: { at: number; text: string } | undefined;

  constructor(
    private readonly core: Core,
    store: EntityStore,
    private readonly conversation: string,
    private readonly composer: ComposerViewModel,
  ) {
    super(NONE);
    this.onDispose(whenMembersChange(store, conversation, () => (this.members = undefined)));
    this.onDispose(() => ++this.round);
  }

  /** The cursor stands at `at` of the text; -1 when it has selected something, or is elsewhere. */
  readonly look = async (at: number): Promise<void> => {
    const { text } = this.composer.snapshot();
    if (this.looked?.at === at && this.looked.text === text) return;
    this.looked = { at, text };
    const round = ++this.round;
    const typed = at < 0 ? null : TYPED.exec(text.slice(Math.max(0, at - TYPED_MAX - 3), at));
    if (typed === null) {
      this.declined = -1;
      return this.hide();
    }
    const begin = at - typed[0].length;
    const { mentions } = this.composer.snapshot();
    const isNamed = mentions.some((each) => each.begin <= begin && begin < each.end); // a name can have an "@" in it
    if (begin === this.declined || isNamed) return this.hide();
    const members = await this.read();
    if (round !== this.round) return;
    const words = typed[1] ?? "";
    const others = members.filter((each) => !each.thisAccount);
    const found = words.includes(" ")
      ? others.filter(({ person }) => beginsAs(person?.name ?? "", words))
      : matchingMembers(others, words);
    this.place = { begin, end: at };
    this.become({ found: found.slice(0, SHOWN_MAX), active: 0 });
  };

  /** The one below, or above, and around. */
  readonly move = (by: 1 | -1): void => {
    const { found, active } = this.snapshot();
    this.update({ active: (active + by + found.length) % found.length });
  };

  /** Names a member where "@" was typed. The answer: where the cursor goes. */
  readonly choose = (member = this.snapshot().found[this.snapshot().active]): number => {
    const { begin, end } = this.place;
    this.hide();
    ++this.round;
    return member?.person === undefined ? end : this.composer.mention(begin, end, member.person);
  };

  /** It is no name that is typed there. */
  readonly decline = (): void => {
    this.declined = this.place.begin;
    this.hide();
  };

  /** The field is left. */
  readonly close = (): void => {
    this.looked = undefined;
    this.hide();
  };

  private hide(): void {
    if (this.snapshot().found.length > 0) this.become(NONE);
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
