// SPDX-License-Identifier: AGPL-3.0-or-later

import type { FormEvent } from "react";

import type { ContactsViewModel } from "../view-models/contacts";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";

/** To a handle that the server can't be asked about now: what happens is said, and what is written waits. */
export function FirstMessage({ model }: { model: ContactsViewModel }) {
  const { unreached, firstText, busy } = useViewModel(model);
  const handle = formatPhone(unreached);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.writeFirst();
  };
  return (
    <form className={forms.panelForm} onSubmit={submit} aria-busy={busy}>
      <p role="status">{say("newChat.firstMessageHint", { handle })}</p>
      <div className={fields.field}>
        <label htmlFor="first-message">{say("newChat.firstMessage", { handle })}</label>
        <textarea
          id="first-message"
          className={fields.input}
          rows={4}
          autoFocus
          dir="auto"
          readOnly={busy}
          value={firstText}
          onChange={(event) => model.setFirstText(event.target.value)}
        />
      </div>
      <div className={forms.buttons}>
        <button
          type="submit"
          className={`${buttons.button} ${buttons.primary} ${buttons.small}`}
          disabled={busy || firstText.trim() === ""}
        >
          {say("newChat.sendLater")}
        </button>
      </div>
    </form>
  );
}
