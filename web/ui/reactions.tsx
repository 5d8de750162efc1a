// SPDX-License-Identifier: AGPL-3.0-or-later

import type { Message } from "../view-models/core";
import { listText, numberText } from "../view-models/intl_text";
import { reactionsOf, type ReactionKind } from "../view-models/reactions";
import { say } from "../view-models/say";
import styles from "./reactions.module.css";
import hidden from "./parts/hidden.module.css";

const SHOWN_MAX = 4;

/** The first few; one's own is among them. */
function firstKinds(kinds: readonly ReactionKind[]): readonly ReactionKind[] {
  if (kinds.length <= SHOWN_MAX) return kinds;
  const shown = kinds.slice(0, SHOWN_MAX - 1);
  const own = kinds.find((each) => each.own);
  return own === undefined || shown.includes(own) ? shown : [...shown.slice(0, -1), own];
}

const kindText = ({ emoji, count }: ReactionKind): string => `${emoji} ${numberText(count)}`;

/** On the lower edge of a bubble: what people have said to it, of an album to all that is in it. */
export function Reactions({ messages, onOpen }: { messages: readonly Message[]; onOpen: () => void }) {
  const { kinds, count } = reactionsOf(messages);
  const first = firstKinds(kinds);
  const more = count - first.reduce((sum, each) => sum + each.count, 0);
  const own = kinds.filter((each) => each.own).map(({ emoji }) => emoji);
  const label = say("reactions.label", {
    all: listText(kinds.map(kindText), "unit"),
    own: own.length === 0 ? "none" : own.join(" "),
  });
  return (
    <button type="button" className={styles.reactions} data-part="reactions" onClick={onOpen}>
      <span className={hidden.hidden}>{label}</span>
      {first.map((each) => (
        <span key={each.emoji} aria-hidden className={`${styles.kind} ${each.own ? styles.own : ""}`}>
          <span className={styles.emoji}>{each.emoji}</span>
          {each.count > 1 && numberText(each.count)}
        </span>
      ))}
      {more > 0 && (
        <span aria-hidden className={styles.kind}>
          {say("reactions.more", { count: more })}
        </span>
      )}
    </button>
  );
}
