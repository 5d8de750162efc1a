// SPDX-License-Identifier: AGPL-3.0-or-later

// The contents of the emoji picker: search, skin tone, the ones taken last, and all there are.
import { useEffect, useState, type KeyboardEvent } from "react";

import { say } from "../view-models/say";
import {
  habits,
  inTone,
  keepHabits,
  loadEmoji,
  searchEmoji,
  taken,
  type Emoji,
  type EmojiGroup,
  type SkinTone,
} from "./emoji_data";
import { aheadOf } from "./arrow_keys";
import { Icon } from "./part_icons";
import styles from "./emoji_picker.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import searches from "./parts/search.module.css";

const HANDS = ["✋", "✋🏻", "✋🏼", "✋🏽", "✋🏾", "✋🏿"] as const;
const TONE_NAMES = [
  "emoji.toneNone",
  "emoji.toneLight",
  "emoji.toneMediumLight",
  "emoji.toneMedium",
  "emoji.toneMediumDark",
  "emoji.toneDark",
] as const;

/** Moves the focus among the emoji by where they are on the screen. */
function moveByArrows(event: KeyboardEvent<HTMLElement>): void {
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-emoji]")];
  const at = all.indexOf(document.activeElement as HTMLElement);
  const inSearch = event.target instanceof HTMLInputElement;
  if (inSearch && event.key !== "ArrowDown") return;
  const row = (step: 1 | -1): number => {
    const here = all[at]?.getBoundingClientRect();
    if (here === undefined) return 0;
    for (let next = at + step; next >= 0 && next < all.length; next += step) {
      const box = (all[next] as HTMLElement).getBoundingClientRect();
      if (box.top !== here.top && Math.abs(box.left - here.left) < here.width / 2) return next;
    }
    return at;
  };
  const ahead = aheadOf(event.currentTarget);
  const steps: Record<string, () => number> = {
    ArrowLeft: () => at - ahead,
    ArrowRight: () => at + ahead,
    ArrowUp: () => row(-1),
    ArrowDown: () => (at < 0 ? 0 : row(1)),
  };
  const next = steps[event.key]?.();
  if (next === undefined) return;
  event.preventDefault();
  all[next]?.focus();
}

export function EmojiPanel({ onPick }: { onPick: (emoji: string) => void }) {
  const [groups, setGroups] = useState<readonly EmojiGroup[]>();
  const [failed, setFailed] = useState(false);
  const [query, setQuery] = useState("");
  const [kept, setKept] = useState(habits);
  // What was taken last stays in its place while the picker is open.
  const [recent] = useState(kept.recent);
  useEffect(() => {
    loadEmoji().then(setGroups, () => setFailed(true));
  }, []);
  const keep = (changed: typeof kept) => {
    setKept(changed);
    keepHabits(changed);
  };
  const pick = (emoji: string) => {
    keep(taken(kept, emoji));
    onPick(emoji);
  };
  const found = groups !== undefined && query.trim() !== "" ? searchEmoji(groups, query) : undefined;
  return (
    <div className={styles.emojiPanel} onKeyDown={moveByArrows}>
      <div className={styles.emojiHead}>
        <div className={`${searches.search} ${styles.search}`} role="search">
          <Icon name="search" />
          <input
            type="search"
            aria-label={say("emoji.searchEmoji")}
            placeholder={say("common.search")}
            autoFocus={!matchMedia("(pointer: coarse)").matches}
            maxLength={40}
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== "Enter") return;
              event.preventDefault();
              const first = found?.[0];
              if (first !== undefined) pick(inTone(first, kept.tone));
            }}
          />
        </div>
        <ToneButton tone={kept.tone} onChange={(tone) => keep({ ...kept, tone })} />
      </div>
      <div className={styles.emojiGroups} role="group" aria-label={say("common.emoji")}>
        {failed && (
          <p className={fields.error} role="alert">
            {say("emoji.failed")}
          </p>
        )}
        {groups === undefined && !failed && <p role="status">…</p>}
        {found?.length === 0 && <p role="status">{say("common.nothingFound")}</p>}
        {found !== undefined ? (
          <Emojis title={say("emoji.found")} emoji={found} tone={kept.tone} onPick={pick} />
        ) : (
          <>
            <Recent emoji={recent} onPick={pick} />
            {groups?.map(({ title, emoji }) => (
              <Emojis key={title} title={say(title)} emoji={emoji} tone={kept.tone} onPick={pick} />
            ))}
          </>
        )}
      </div>
    </div>
  );
}

function ToneButton({ tone, onChange }: { tone: SkinTone; onChange: (tone: SkinTone) => void }) {
  const next = ((tone + 1) % HANDS.length) as SkinTone;
  return (
    <button
      type="button"
      className={buttons.iconButton}
      aria-label={say("emoji.changeTone", { tone: say(TONE_NAMES[tone]), next: say(TONE_NAMES[next]) })}
      title={say("emoji.skinTone")}
      onClick={() => onChange(next)}
    >
      {HANDS[tone]}
    </button>
  );
}

function Recent({ emoji, onPick }: { emoji: readonly string[]; onPick: (emoji: string) => void }) {
  if (emoji.length === 0) return null;
  return (
    <section aria-label={say("emoji.lastUsed")}>
      <h3>{say("emoji.lastUsed")}</h3>
      <div>
        {emoji.map((each) => (
          <button key={each} type="button" data-emoji tabIndex={-1} onClick={() => onPick(each)}>
            {each}
          </button>
        ))}
      </div>
    </section>
  );
}

interface EmojisProps {
  title: string;
  emoji: readonly Emoji[];
  tone: SkinTone;
  onPick: (emoji: string) => void;
}

function Emojis({ title, emoji, tone, onPick }: EmojisProps) {
  if (emoji.length === 0) return null;
  return (
    <section aria-label={title}>
      <h3>{title}</h3>
      <div>
        {emoji.map((each, at) => (
          <button
            key={each.unicode}
            type="button"
            data-emoji
            tabIndex={at === 0 ? 0 : -1}
            aria-label={each.label}
            title={each.label}
            onClick={() => onPick(inTone(each, tone))}
          >
            {inTone(each, tone)}
          </button>
        ))}
      </div>
    </section>
  );
}
