// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: writing to somebody new, and the address book.
import { useRef, useState, type FormEvent } from "react";

import type { AppViewModel } from "../view-models/app";
import { matchingContacts } from "../view-models/contacts";
import { formatPhone, looksLikePhone } from "../view-models/phone";
import { moveFocusByArrows } from "./arrow_keys";
import { AddContact, ContactRows } from "./contact_rows";
import { Icon } from "./icons";
import { isEscape } from "./keys";
import { useViewModel } from "./use_view_model";

export function NewChatPane({ app, onInvite }: { app: AppViewModel; onInvite: () => void }) {
  const { contacts, query, busy, stranger, error, notice } = useViewModel(app.contacts);
  const [adding, setAdding] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const found = matchingContacts(contacts, query);
  const isNumber = looksLikePhone(query);
  const isUnknownName = query.trim() !== "" && !isNumber && found.length === 0;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const only = found[0];
    if (isNumber) void app.contacts.openTyped();
    else if (only !== undefined) void app.contacts.openPhone(only.phone);
  };

  return (
    <section
      className="pane left"
      aria-label="New chat"
      onKeyDown={(event) => {
        moveFocusByArrows(event, "[data-row]");
        if (!isEscape(event)) return;
        event.stopPropagation();
        app.showLeft("list");
      }}
    >
      <header className="pane-header">
        <button type="button" className="icon-button" aria-label="Back" onClick={() => app.showLeft("list")}>
          <Icon name="back" />
        </button>
        <h1>New chat</h1>
      </header>
      <form className="search" onSubmit={submit} aria-busy={busy}>
        <Icon name="search" />
        <input
          autoFocus
          aria-label="Phone number or name"
          placeholder="Phone number or name"
          value={query}
          maxLength={64}
          onChange={(event) => app.contacts.setQuery(event.target.value)}
        />
      </form>
      {error !== "" && (
        <p className="panel-form error-text" role="alert">
          {error}
        </p>
      )}
      {notice !== "" && (
        <p className="panel-form notice-text" role="status">
          {notice}
        </p>
      )}
      <div className="pane-body">
        {adding ? (
          <AddContact model={app.contacts} onDone={() => setAdding(false)} />
        ) : (
          <div className="rows">
            {isUnknownName && (
              <p className="list-empty" role="status">{`Nobody in your contacts is called “${query.trim()}”.`}</p>
            )}
            {isNumber && stranger === "" && (
              <button
                type="button"
                className="action-row"
                data-row
                disabled={busy}
                onClick={() => void app.contacts.openTyped()}
              >
                <span className="disc">{busy ? <span className="spinner" /> : <Icon name="compose" />}</span>
                {`Write to ${formatPhone(query.trim())}`}
              </button>
            )}
            {(stranger !== "" || isUnknownName) && (
              <button type="button" className="action-row" data-row onClick={() => onInvite()}>
                <span className="disc">
                  <Icon name="reply" />
                </span>
                {stranger === "" ? "Invite somebody to Kith" : `Invite ${formatPhone(stranger)} to Kith`}
              </button>
            )}
            {query.trim() === "" && (
              <>
                <button type="button" className="action-row" data-row onClick={() => setAdding(true)}>
                  <span className="disc">
                    <Icon name="personAdd" />
                  </span>
                  Add a contact
                </button>
                <button
                  type="button"
                  className="action-row"
                  data-row
                  disabled={busy}
                  onClick={() => file.current?.click()}
                >
                  <span className="disc">
                    <Icon name="file" />
                  </span>
                  Import contacts (vCard file)
                </button>
              </>
            )}
            <input
              ref={file}
              type="file"
              accept=".vcf,text/vcard,text/x-vcard"
              hidden
              aria-label="vCard file"
              onChange={(event) => {
                const chosen = event.target.files?.[0];
                event.target.value = "";
                if (chosen !== undefined) void app.contacts.importFile(chosen);
              }}
            />
          </div>
        )}
        {!adding && (
          <ContactRows
            model={app.contacts}
            contacts={found}
            query={query}
            onOpen={(contact) => void app.contacts.openPhone(contact.phone)}
          />
        )}
      </div>
    </section>
  );
}
