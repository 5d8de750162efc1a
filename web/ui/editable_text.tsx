// SPDX-License-Identifier: AGPL-3.0-or-later

import { useId, useState } from "react";

import { say } from "../view-models/say";
import { useOpener } from "./focus_return";
import { Icon } from "./part_icons";
import { isEscape } from "./keys";
import styles from "./editable_text.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import hidden from "./parts/hidden.module.css";

interface EditableTextProps {
  label: string;
  /** What the button says that makes it a field. */
  change: string;
  value: string;
  placeholder: string;
  maxLength: number;
  multiline?: boolean;
  /** True when it was taken. */
  onSave: (value: string) => Promise<boolean>;
}

/** A text that turns into a field when it is to be changed. */
export function EditableText({
  label,
  change,
  value,
  placeholder,
  maxLength,
  multiline = false,
  onSave,
}: EditableTextProps) {
  const [edited, setEdited] = useState<string>();
  const id = useId();
  const opener = useOpener(edited !== undefined);
  if (edited === undefined) {
    return (
      <div className={styles.editable}>
        <span className={`${styles.value} ${value === "" ? styles.none : ""}`} dir="auto">
          {value === "" ? placeholder : value}
        </span>
        <button
          ref={opener}
          type="button"
          className={buttons.iconButton}
          aria-label={change}
          onClick={() => setEdited(value)}
        >
          <Icon name="edit" />
        </button>
      </div>
    );
  }
  const end = () => setEdited(undefined);
  const field = {
    id,
    className: fields.input,
    value: edited,
    maxLength,
    placeholder,
    autoFocus: true,
    dir: "auto",
    onChange: (event: { target: { value: string } }) => setEdited(event.target.value),
  };
  return (
    <form
      className={forms.edit}
      onSubmit={(event) => {
        event.preventDefault();
        void onSave(edited).then((saved) => saved && end());
      }}
      onKeyDown={(event) => {
        if (!isEscape(event)) return;
        event.stopPropagation();
        end();
      }}
    >
      <label className={hidden.hidden} htmlFor={id}>
        {label}
      </label>
      {multiline ? <textarea rows={3} {...field} /> : <input {...field} />}
      <div className={forms.buttons}>
        <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.small}`}>
          {say("common.save")}
        </button>
        <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={end}>
          {say("common.cancel")}
        </button>
      </div>
    </form>
  );
}
