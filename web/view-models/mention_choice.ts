// SPDX-License-Identifier: AGPL-3.0-or-later

// Whom to name in a group: what stands after an "@" before the cursor is looked for among the members, and a choice
// puts the name there.
import type { ComposerViewModel } from "./composer";
import type { Core, Member } from "./core";
import type { EntityStore } from "./entity_store";
import { beginsAs, matchingMembers, whenMembersChange } from "./members";
import type { WrittenMention } from "./mentions";
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
const TYPED = new RegExp(`(?<![\\p{L}\\p{N}_])@([^@\\n]{0,${TYPED_MAX}})$`, "u");

export class MentionChoiceViewModel extends ViewModel<MentionChoiceSnapshot> {
  private members: readonly Member[] | undefined;
  /** Where what is typed stands: from the "@" to the cursor. */
  private place = { begin: 0, end: 0 };
  /** Where somebody wanted no names. */
  private declined = -1;
  private round = 0;

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
    const round = ++this.round;
    const typed = at < 0 ? null : TYPED.exec(this.composer.snapshot().text.slice(Math.max(0, at - TYPED_MAX - 2), at));
    if (typed === null) {
      this.declined = -1;
      return this.close();
    }
    const begin = at - typed[0].length;
    const { mentions } = this.composer.snapshot();
    const isNamed = mentions.some((each) => each.begin <= begin && begin < each.end); // a name can have an "@" in it
    if (begin === this.declined || isNamed) return this.close();
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
    this.close();
    ++this.round;
    return member?.person === undefined ? end : this.composer.mention(begin, end, member.person);
  };

  /** It is no name that is typed there. */
  readonly decline = (): void => {
    this.declined = this.place.begin;
    this.close();
  };

  readonly close = (): void => {
    if (this.snapshot().found.length > 0) this.become(NONE);
  };

  /** A draft has no mentions: who is named in it is found by the names that only one member has. */
  readonly findAgain = async (): Promise<void> => {
    const { text } = this.composer.snapshot();
    if (!text.includes("@")) return;
    const members = await this.read();
    const now = this.composer.snapshot();
    if (now.text === text && now.mentions.length === 0) this.composer.name(namedIn(text, members));
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

const isOfWord = (sign: string | undefined): boolean => sign !== undefined && /[\p{L}\p{N}_]/u.test(sign);

/** Names after an "@" that are whole, and of one member alone; none in another one, which can have an "@" in it. */
export function namedIn(text: string, members: readonly Member[]): WrittenMention[] {
  const byName = new Map<string, string>();
  const twice = new Set<string>();
  for (const { person, thisAccount } of members) {
    if (person === undefined || thisAccount) continue;
    if (byName.has(person.name)) twice.add(person.name);
    byName.set(person.name, person.accountId);
  }
  const names = [...byName.keys()].filter((name) => !twice.has(name)).sort((a, b) => b.length - a.length);
  const found: WrittenMention[] = [];
  for (let begin = text.indexOf("@"); begin >= 0; begin = text.indexOf("@", begin + 1)) {
    if (isOfWord(text[begin - 1]) || begin < (found.at(-1)?.end ?? 0)) continue;
    const endsAt = (name: string) => begin + 1 + name.length;
    const name = names.find((each) => text.startsWith(each, begin + 1) && !isOfWord(text[endsAt(each)]));
    if (name === undefined) continue;
    found.push({ accountId: byName.get(name) ?? "", begin, end: endsAt(name) });
  }
  return found;
}
