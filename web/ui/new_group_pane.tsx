// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: a new group. First who is in it, then what it is called.
import type { FormEvent } from "react";

import { GROUP_MEMBERS_MAX } from "../view-models/core";
import { GROUP_DESCRIPTION_MAX, GROUP_TITLE_MAX, type NewGroupViewModel } from "../view-models/new_group";
import { say } from "../view-models/say";
import { PeopleChoice } from "./people_choice";
import { RowsPane } from "./rows_pane";
import { useViewModel } from "./use_view_model";
import styles from "./new_group_pane.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import panes from "./parts/pane.module.css";

interface NewGroupPaneProps {
  model: NewGroupViewModel;
  onBack: () => void;
}

export function NewGroupPane({ model, onBack }: NewGroupPaneProps) {
  const { step, busy } = useViewModel(model);
  return (
    <RowsPane title={say("newGroup.title")} onBack={() => model.goBack() || onBack()}>
      {step === "people" ? (
        <PeopleChoice model={model.people} busy={busy} most={GROUP_MEMBERS_MAX - 1}>
          <button type="button" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} onClick={model.goOn}>
            {say("common.continue")}
          </button>
        </PeopleChoice>
      ) : (
        <WhatItIs model={model} />
      )}
    </RowsPane>
  );
}

function WhatItIs({ model }: { model: NewGroupViewModel }) {
  const { title, description, busy, error, refused } = useViewModel(model);
  const { chosen } = useViewModel(model.people);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.make();
  };
  return (
    <form className={`${panes.body} ${styles.form}`} noValidate aria-busy={busy} onSubmit={submit}>
      <div className={fields.field}>
        <label htmlFor="group-title">{say("newGroup.name")}</label>
        <input
          id="group-title"
          className={fields.input}
          autoFocus
          autoComplete="off"
          maxLength={GROUP_TITLE_MAX}
          dir="auto"
          readOnly={busy}
          aria-invalid={error !== "" && title.trim() === ""}
          value={title}
          onChange={(event) => model.setTitle(event.target.value)}
        />
      </div>
      <div className={fields.field}>
        <label htmlFor="group-description">{say("newGroup.description")}</label>
        <textarea
          id="group-description"
          className={fields.input}
          rows={3}
          maxLength={GROUP_DESCRIPTION_MAX}
          dir="auto"
          readOnly={busy}
          value={description}
          onChange={(event) => model.setDescription(event.target.value)}
        />
      </div>
      <p className={fields.hint}>{say("newGroup.whoIsIn", { count: chosen.length })}</p>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
      {refused.length > 0 && (
        <div className={forms.edit}>
          <p>{say("newGroup.withoutRefusedHint")}</p>
          <button
            type="button"
            className={buttons.button}
            disabled={busy}
            onClick={() => void model.makeWithoutRefused()}
          >
            {say("newGroup.withoutRefused")}
          </button>
        </div>
      )}
      <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.wide}`} disabled={busy}>
        {say("newGroup.make")}
      </button>
    </form>
  );
}
