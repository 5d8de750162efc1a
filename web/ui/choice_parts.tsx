// SPDX-License-Identifier: AGPL-3.0-or-later

// What lists have in common of which some are chosen: those who are, a row of one who can be, and as many rows at first
// as somebody looks through.
import { useRef, useState, type ReactNode } from "react";

import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Icon } from "./part_icons";
import { useShowAll } from "./show_all";
import { Way } from "./way";
import styles from "./people_choice.module.css";
import hidden from "./parts/hidden.module.css";
import rows from "./parts/rows.module.css";

/** More are shown when somebody wants them: a name narrows them down. */
const ROWS_FIRST = 100;

/** Who can be chosen, or a conversation with them. */
export interface Choosable {
  key: string;
  /** Of the picture. */
  avatar: string;
  title: string;
  handle: string;
  group: boolean;
}

interface ChosenProps<Item> {
  label: string;
  chosen: readonly Item[];
  shownAs: (item: Item) => Choosable;
  /** What the button says that takes one away. */
  takeAway: (name: string) => string;
  busy: boolean;
  onTakeAway: (item: Item) => void;
}

/** Nothing while nobody is chosen. */
export function Chosen<Item>({ label, chosen, shownAs, takeAway, busy, onTakeAway }: ChosenProps<Item>) {
  if (chosen.length === 0) return null;
  return (
    <ul className={styles.chosen} aria-label={label}>
      {chosen.map((item) => {
        const { key, avatar, title, group } = shownAs(item);
        return (
          <li key={key}>
            <button type="button" className={styles.chip} disabled={busy} onClick={() => onTakeAway(item)}>
              <Avatar id={avatar} title={title} size="tiny" group={group} />
              <span className={hidden.hidden}>{takeAway(title)}</span>
              <bdi aria-hidden="true">{title}</bdi>
              <Icon name="close" />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

interface ChoosableRowsProps<Item> {
  label: string;
  items: readonly Item[];
  shownAs: (item: Item) => Choosable;
  /** The keys of those who are. */
  chosen: ReadonlySet<string>;
  /** No others can be. */
  full: boolean;
  busy: boolean;
  onToggle: (item: Item) => void;
}

export function ChoosableRows<Item>(props: ChoosableRowsProps<Item>): ReactNode {
  const { label, items, shownAs, chosen, full, busy, onToggle } = props;
  const [all, setAll] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const shown = all ? items : items.slice(0, ROWS_FIRST);
  const showAll = useShowAll(list, shown.length, setAll);
  return (
    <>
      <ul ref={list} className={rows.rows} aria-label={label}>
        {shown.map((item) => {
          const { key, ...what } = shownAs(item);
          const isChosen = chosen.has(key);
          const disabled = busy || (full && !isChosen);
          return <Row key={key} {...what} chosen={isChosen} disabled={disabled} onToggle={() => onToggle(item)} />;
        })}
      </ul>
      {shown.length < items.length && (
        <div className={rows.rows}>
          <Way icon="down" onClick={showAll}>
            {say("people.showAll", { count: items.length - shown.length })}
          </Way>
        </div>
      )}
    </>
  );
}

interface RowProps extends Omit<Choosable, "key"> {
  chosen: boolean;
  disabled: boolean;
  onToggle: () => void;
}

function Row({ avatar, title, handle, group, chosen, disabled, onToggle }: RowProps) {
  const written = formatPhone(handle);
  return (
    <li className={styles.person}>
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        className={rows.row}
        data-row
        disabled={disabled}
        onClick={onToggle}
      >
        <Avatar id={avatar} title={title} group={group} />
        <span className={rows.main}>
          <span className={rows.title} data-part="title" dir="auto">
            {title}
          </span>
          {written !== "" && written !== title && (
            <span className={rows.preview}>
              <span className={rows.text}>{written}</span>
            </span>
          )}
        </span>
        <span className={styles.check}>{chosen && <Icon name="check" />}</span>
      </button>
    </li>
  );
}
