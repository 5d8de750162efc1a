// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: the way into a group by its link, which the page was opened with, or is pasted here.
import { useEffect, useRef, type FormEvent } from "react";

import type { GroupPreview } from "../view-models/core";
import type { JoinViewModel } from "../view-models/join";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { isFocusLost } from "./focus_return";
import { Icon } from "./part_icons";
import { RowsPane } from "./rows_pane";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import styles from "./join_pane.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import groups from "./parts/group.module.css";
import panes from "./parts/pane.module.css";

interface JoinPaneProps {
  model: JoinViewModel;
  onBack: () => void;
}

export function JoinPane({ model, onBack }: JoinPaneProps) {
  const { link, preview, busy, error } = useViewModel(model);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.look();
  };
  return (
    <RowsPane title={say("join.title")} onBack={onBack}>
      <div className={panes.body}>
        {preview !== undefined ? (
          <Found model={model} preview={preview} />
        ) : (
          <form className={`${groups.group} ${forms.edit}`} noValidate aria-busy={busy} onSubmit={submit}>
            <div className={fields.field}>
              <label htmlFor="group-link">{say("join.link")}</label>
              <input
                id="group-link"
                className={fields.input}
                autoFocus
                autoComplete="off"
                autoCapitalize="none"
                spellCheck={false}
                dir="ltr"
                readOnly={busy}
                aria-invalid={error !== ""}
                value={link}
                onChange={(event) => model.setLink(event.target.value)}
              />
            </div>
            {busy && (
              <p className={styles.looking} role="status">
                <Spinner />
                {say("join.looking")}
              </p>
            )}
            {error !== "" && (
              <p className={fields.error} role="alert">
                {error}
              </p>
            )}
            <div className={forms.buttons}>
              <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.small}`} disabled={busy}>
                {say("join.look")}
              </button>
            </div>
          </form>
        )}
      </div>
    </RowsPane>
  );
}

function Found({ model, preview }: { model: JoinViewModel; preview: GroupPreview }) {
  const { asked, busy, error } = useViewModel(model);
  const { title, description, members, approval, member } = preview;
  const shown = title === "" ? say("core.group") : title;
  const answer = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isFocusLost()) answer.current?.focus();
  }, []);
  return (
    <section className={`${groups.group} ${styles.found}`} aria-label={shown}>
      <Avatar id={preview.conversation === "" ? title : preview.conversation} title={shown} size="large" group />
      <h2 dir="auto">{shown}</h2>
      <p>{say("group.members", { count: members })}</p>
      {description !== "" && <p dir="auto">{description}</p>}
      {asked ? (
        <p className={fields.notice} role="status">
          {say("join.asked")}
        </p>
      ) : (
        <>
          <p className={groups.explain}>
            {member
              ? say("join.isMember")
              : approval
                ? `${say("join.approval")} ${say("join.seen")}`
                : say("join.seen")}
          </p>
          <button
            ref={answer}
            type="button"
            className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
            disabled={busy}
            onClick={() => void model.join()}
          >
            <Icon name={member ? "chats" : "people"} />
            {member ? say("join.open") : approval ? say("join.ask") : say("join.join")}
          </button>
        </>
      )}
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
    </section>
  );
}
