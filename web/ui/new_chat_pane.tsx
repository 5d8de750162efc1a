// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: writing to somebody new, and the address book.
import { useRef, useState, type FormEvent } from "react";

import type { AppViewModel } from "../view-models/app";
import { matchingContacts } from "../view-models/contacts";
import type { Contact } from "../view-models/core";
import { checkPhone, formatPhone } from "../view-models/phone";
import { moveFocusByArrows } from "./arrow_keys";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { isEscape } from "./keys";
import { useViewModel } from "./use_view_model";

export function NewChatPane({ app }: { app: AppViewModel }) {
  const { contacts, query, busy, error, notice } = useViewModel(app.contacts);
  const [adding, setAdding] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const found = matchingContacts(contacts, query);
  const checked = checkPhone(query);
  const isNumber = /^[\s+\d().\-/]+$/.test(query.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const only = found[0];
    if (!isNumber && only !== undefined) void app.contacts.openPhone(only.phone);
    else void app.contacts.openTyped();
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
          <AddContact app={app} onDone={() => setAdding(false)} />
        ) : (
          <div className="rows">
            {isNumber && query.trim() !== "" && (
              <button
                type="button"
                className="action-row"
                data-row
                disabled={busy}
                onClick={() => void app.contacts.openTyped()}
              >
                <span className="disc">{busy ? <span className="spinner" /> : <Icon name="compose" />}</span>
                {`Write to ${"phone" in checked ? formatPhone(checked.phone) : query.trim()}`}
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
            contacts={found}
            query={query}
            onOpen={(contact) => void app.contacts.openPhone(contact.phone)}
          />
        )}
      </div>
    </section>
  );
}

function ContactRows({
  contacts,
  query,
  onOpen,
}: {
  contacts: readonly Contact[];
  query: string;
  onOpen: (contact: Contact) => void;
}) {
  if (contacts.length === 0) {
    return query.trim() === "" ? (
      <p className="list-empty">Your contacts appear here. They stay on this device.</p>
    ) : null;
  }
  return (
    <section aria-label="Contacts">
      <h2 className="section-title">Contacts</h2>
      <ul className="rows">
        {contacts.slice(0, 500).map((contact) => (
          <li key={contact.phone}>
            <button type="button" className="row-button" data-row onClick={() => onOpen(contact)}>
              <Avatar id={contact.accountId === "" ? contact.phone : contact.accountId} title={contact.name} />
              <span className="row-main">
                <span className="row-title" dir="auto">
                  {contact.name}
                </span>
                <span className="row-preview">
                  <span className="text">
                    {formatPhone(contact.phone)}
                    {contact.blocked && " · blocked"}
                  </span>
                </span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function AddContact({ app, onDone }: { app: AppViewModel; onDone: () => void }) {
  const [phone, setPhone] = useState("");
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void app.contacts.save(phone, name).then((saved) => saved && onDone());
  };
  return (
    <form className="panel-form" onSubmit={submit}>
      <div className="field">
        <label htmlFor="contact-name">Name</label>
        <input
          id="contact-name"
          className="input"
          autoFocus
          maxLength={100}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="contact-phone">Phone number</label>
        <input
          id="contact-phone"
          className="input"
          type="tel"
          placeholder="+49 170 0000001"
          maxLength={24}
          value={phone}
          onChange={(event) => setPhone(event.target.value)}
        />
      </div>
      <div className="buttons">
        <button type="submit" className="button primary small">
          Save
        </button>
        <button type="button" className="button small" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
