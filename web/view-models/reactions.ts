// SPDX-License-Identifier: AGPL-3.0-or-later

// What people have said to a message with an emoji each, as it is shown.
import type { Message } from "./core";

export interface ReactionKind {
  emoji: string;
  count: number;
  /** This account is among them. */
  own: boolean;
}

export interface ShownReactions {
  /** That which most have first; not all, where there are very many. */
  kinds: readonly ReactionKind[];
  /** Of all. */
  count: number;
}

/** Of a message, or of all messages of an album together. */
export function reactionsOf(messages: readonly Message[]): ShownReactions {
  const kinds = new Map<string, ReactionKind>();
  let count = 0;
  for (const { reactions } of messages) {
    count += reactions?.count ?? 0;
    for (const each of reactions?.emojis ?? []) {
      const { count: before = 0, own = false } = kinds.get(each.emoji) ?? {};
      const { emoji } = each;
      kinds.set(emoji, { emoji, count: before + each.count, own: own || emoji === reactions?.own });
    }
  }
  return { kinds: [...kinds.values()].sort((a, b) => b.count - a.count), count };
}
