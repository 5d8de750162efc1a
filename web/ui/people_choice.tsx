// SPDX-License-Identifier: AGPL-3.0-or-later

// Choosing people for a group: a search, those who are chosen, and those who can be.
import { useRef, useState, type FormEvent, type ReactNode } from "react";

import { HANDLE_BYTES_MAX } from "../view-models/core";
import { keyOf, type ChosenPerson, type PeopleViewModel } from "../view-models/people";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Icon } from "./part_icons";
import { useShowAll } from "./show_all";
import { useViewModel } from "./use_view_model";
import { Way } from "./way";
import styles from "./people_choice.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

/** More are shown when somebody wants them: a name narrows them down. */
const ROWS_FIRST = 100;

interface PeopleChoiceProps {
  model: PeopleViewModel;
  /** Nobody can be chosen while what was chosen is being done. */
  busy: boolean;
  /** How many are in the group who need not be chosen, and how many can be in all. */
  already?: number;
  most: number;
  /** Below all: what is done with those who are chosen. */
  children: ReactNode;
}

export function PeopleChoice({ model, busy, already = 0, most, children }: PeopleChoiceProps) {
  const { loaded, query, people, chosen, typed, error } = useViewModel(model);
  const [all, setAll] = useState(false);
  const keys = new Set(chosen.map(keyOf));
  const shown = all ? people : people.slice(0, ROWS_FIRST);
  const list = useRef<HTMLUListElement>(null);
  const showAll = useShowAll(list, shown.length, setAll);
  const full = chosen.length >= model.room();
  return (
    <>
      <p className={styles.count}>{say("newGroup.of", { count: already + chosen.length, most })}</p>
      <Search model={model} busy={busy} />
      {error !== "" && (
        <p className={`${forms.panelWords} ${fields.error}`} role="alert">
          {error}
        </p>
      )}
      {full && (
        <p className={`${forms.panelWords} ${fields.notice}`} role="status">
          {say("people.full")}
        </p>
      )}
      {chosen.length > 0 && <Chosen chosen={chosen} busy={busy} onTakeAway={model.toggle} />}
      <div className={panes.body}>
        {typed !== "" && (
          <div className={rows.rows}>
            <Way icon="personAdd" disabled={busy || full} onClick={model.chooseTyped}>
              {say("people.chooseTyped", { handle: formatPhone(typed) })}
            </Way>
          </div>
        )}
        {loaded && people.length === 0 && typed === "" && (
          <p className={rows.empty} role="status">
            {query.trim() === "" ? say("people.none") : say("people.noneFound", { typed: query.trim() })}
          </p>
        )}
        <ul ref={list} className={rows.rows} aria-label={say("people.people")}>
          {shown.map((person) => (
            <PersonRow
              key={keyOf(person)}
              person={person}
              chosen={keys.has(keyOf(person))}
              disabled={busy || (full && !keys.has(keyOf(person)))}
              onToggle={model.toggle}
            />
          ))}
        </ul>
        {shown.length < people.length && (
          <div className={rows.rows}>
            <Way icon="down" onClick={showAll}>
              {say("people.showAll", { count: people.length - shown.length })}
            </Way>
          </div>
        )}
      </div>
      <div className={styles.foot}>{children}</div>
    </>
  );
}

/** Enter chooses the first one that was found; where nothing is typed it does nothing. */
function Search({ model, busy }: Pick<PeopleChoiceProps, "model" | "busy">) {
  const { query, people, chosen, typed } = useViewModel(model);
  const [first] = people;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || query.trim() === "") return;
    if (typed !== "") model.chooseTyped();
    else if (first !== undefined && !chosen.some((each) => keyOf(each) === keyOf(first))) model.toggle(first);
  };
  return (
    <form className={searches.search} onSubmit={submit}>
      <Icon name="search" />
      <input
        autoFocus
        aria-label={say("newGroup.search")}
        placeholder={say("newGroup.search")}
        value={query}
        maxLength={HANDLE_BYTES_MAX}
        autoCapitalize="none"
        onChange={(event) => model.setQuery(event.target.value)}
      />
    </form>
  );
}

interface ChosenProps {
  chosen: readonly ChosenPerson[];
  busy: boolean;
  onTakeAway: (person: ChosenPerson) => void;
}

function Chosen({ chosen, busy, onTakeAway }: ChosenProps) {
  return (
    <ul className={styles.chosen} aria-label={say("people.chosen")}>
      {chosen.map((person) => (
        <li key={keyOf(person)}>
          <button
            type="button"
            className={styles.chip}
            disabled={busy}
            aria-label={say("people.takeAway", { name: person.name })}
            onClick={() => onTakeAway(person)}
          >
            <Avatar id={keyOf(person)} title={person.name} size="tiny" />
            <span dir="auto">{person.name}</span>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

interface PersonRowProps {
  person: ChosenPerson;
  chosen: boolean;
  disabled: boolean;
  onToggle: (person: ChosenPerson) => void;
}

function PersonRow({ person, chosen, disabled, onToggle }: PersonRowProps) {
  const handle = formatPhone(person.handle);
  return (
    <li className={styles.person}>
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        className={rows.row}
        data-row
        disabled={disabled}
        onClick={() => onToggle(person)}
      >
        <Avatar id={keyOf(person)} title={person.name} />
        <span className={rows.main}>
          <span className={rows.title} data-part="title" dir="auto">
            {person.name}
          </span>
          {handle !== "" && handle !== person.name && (
            <span className={rows.preview}>
              <span className={rows.text}>{handle}</span>
            </span>
          )}
        </span>
        <span className={styles.check}>{chosen && <Icon name="check" />}</span>
      </button>
    </li>
  );
}
