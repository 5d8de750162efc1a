// SPDX-License-Identifier: AGPL-3.0-or-later

import type { FormEvent } from "react";

import type { ContactsViewModel } from "../view-models/contacts";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { useViewModel } from "./use_view_model";

/** To a handle that the server can't be asked about now: what happens is said, and what is written waits. */
export function FirstMessage({ model }: { model: ContactsViewModel }) {
  const { unreached, firstText, busy } = useViewModel(model);
  const handle = formatPhone(unreached);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.writeFirst();
  };
  return (
    <form className="panel-form" onSubmit={submit} aria-busy={busy}>
      <p role="status">{say("newChat.firstMessageHint", { handle })}</p>
      <div className="field">
        <label htmlFor="first-message">{say("newChat.firstMessage", { handle })}</label>
        <textarea
          id="first-message"
          className="input"
          rows={4}
          autoFocus
          dir="auto"
          value={firstText}
          onChange={(event) => model.setFirstText(event.target.value)}
        />
      </div>
      <div className="buttons">
        <button type="submit" className="button primary small" disabled={busy || firstText.trim() === ""}>
          {say("newChat.sendLater")}
        </button>
      </div>
    </form>
  );
}
