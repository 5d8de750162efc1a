// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { CompletionList } from "./completion_list";
import type { EmojiCompletion } from "./emoji_completion";
import { habits, inTone } from "./emoji_data";
import type { Named } from "./emoji_names";
import styles from "./emoji_list.module.css";
import words from "./parts/words.module.css";

interface EmojiListProps {
  model: EmojiCompletion;
  onChoose: (named: Named) => void;
}

/** Which emoji ":" and what is typed after it may mean. */
export function EmojiList({ model, onChoose }: EmojiListProps) {
  const { tone } = habits();
  return (
    <CompletionList
      model={model}
      label={say("composer.emoji")}
      keyOf={({ emoji }) => emoji.unicode}
      onChoose={onChoose}
    >
      {({ emoji, name }) => (
        <>
          <span className={styles.emoji} aria-hidden>
            {inTone(emoji, tone)}
          </span>
          <span className={words.words}>
            <span dir="auto">{emoji.label}</span>
            <small>
              <bdi dir="ltr">{`:${name}:`}</bdi>
            </small>
          </span>
        </>
      )}
    </CompletionList>
  );
}
