// SPDX-License-Identifier: AGPL-3.0-or-later

// Choosing people for a group: a search, those who are chosen, and those who can be.
import type { FormEvent, ReactNode } from "react";

import { HANDLE_BYTES_MAX } from "../view-models/core";
import { keyOf, type ChosenPerson, type PeopleViewModel } from "../view-models/people";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Chosen, ChoosableRows, type Choosable } from "./choice_parts";
import { Icon } from "./part_icons";
import { useViewModel } from "./use_view_model";
import { Way } from "./way";
import styles from "./people_choice.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

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

const shownAs = (person: ChosenPerson): Choosable => ({
  key: keyOf(person),
  avatar: keyOf(person),
  title: person.name,
  handle: person.handle,
  group: false,
});

export function PeopleChoice({ model, busy, already = 0, most, children }: PeopleChoiceProps) {
  const { loaded, query, people, chosen, typed, error } = useViewModel(model);
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
      <Chosen
        label={say("people.chosen")}
        chosen={chosen}
        shownAs={shownAs}
        takeAway={(name) => say("people.takeAway", { name })}
        busy={busy}
        onTakeAway={model.toggle}
      />
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
        <ChoosableRows
          label={say("people.people")}
          items={people}
          shownAs={shownAs}
          chosen={new Set(chosen.map(keyOf))}
          full={full}
          busy={busy}
          onToggle={model.toggle}
        />
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
