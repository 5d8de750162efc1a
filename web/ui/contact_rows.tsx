// SPDX-License-Identifier: AGPL-3.0-or-later

// The address book: who is in it, whether they are on Kith, and what can be changed about them without writing to them.
import { useState, type FormEvent } from "react";

import type { ContactsViewModel } from "../view-models/contacts";
import { HANDLE_BYTES_MAX, type Contact } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import styles from "./contact_rows.module.css";
import { Confirm } from "./dialog";
import { Icon } from "./icons";
import { isEscape } from "./keys";

/** More would make the page slow, and nobody reads them: a name narrows them down. */
const ROWS_MAX = 500;

const handleText = (contact: Contact): string => contact.handle?.text ?? "";
const isOnKith = (contact: Contact): boolean => contact.accountId !== "";

interface ContactRowsProps {
  model: ContactsViewModel;
  contacts: readonly Contact[];
  query: string;
  onOpen: (contact: Contact) => void;
}

export function ContactRows({ model, contacts, query, onOpen }: ContactRowsProps) {
  const [edited, setEdited] = useState("");
  if (contacts.length === 0) {
    return query.trim() === "" ? <p className="list-empty">{say("contactRows.none")}</p> : null;
  }
  return (
    <section aria-label={say("contactRows.contacts")}>
      <h2 className="section-title">{say("contactRows.contacts")}</h2>
      <ul className="rows">
        {contacts.slice(0, ROWS_MAX).map((contact) => (
          <li key={handleText(contact)} className={styles.row}>
            {edited === handleText(contact) ? (
              <EditContact model={model} contact={contact} onDone={() => setEdited("")} />
            ) : (
              <>
                <ContactRow contact={contact} onOpen={onOpen} />
                <button
                  type="button"
                  className="icon-button"
                  aria-label={say("contactRows.change", { name: contact.name })}
                  title={say("contactRows.changeOrDelete")}
                  onClick={() => setEdited(handleText(contact))}
                >
                  <Icon name="edit" />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

function ContactRow({ contact, onOpen }: { contact: Contact; onOpen: (contact: Contact) => void }) {
  return (
    <button type="button" className="row-button" data-row onClick={() => onOpen(contact)}>
      <Avatar id={isOnKith(contact) ? contact.accountId : handleText(contact)} title={contact.name} />
      <span className="row-main">
        <span className="row-title" dir="auto">
          {contact.name}
        </span>
        <span className="row-preview">
          <span className="text">
            {isOnKith(contact) ? say("contactRows.onKith") : say("contactRows.notOnKithYet")}
            {contact.blocked && ` · ${say("contactRows.blocked")}`}
            {` · ${formatPhone(handleText(contact))}`}
          </span>
        </span>
      </span>
    </button>
  );
}

interface EditContactProps {
  model: ContactsViewModel;
  contact: Contact;
  onDone: () => void;
}

function EditContact({ model, contact, onDone }: EditContactProps) {
  const [name, setName] = useState(contact.name);
  const [asking, setAsking] = useState(false);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.save(handleText(contact), name).then((saved) => saved && onDone());
  };
  return (
    <form
      className="panel-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (!isEscape(event)) return;
        event.stopPropagation();
        onDone();
      }}
    >
      <div className="field">
        <label htmlFor="edited-name">{say("contactRows.nameFor", { handle: formatPhone(handleText(contact)) })}</label>
        <input
          id="edited-name"
          className="input"
          autoFocus
          maxLength={100}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className="buttons">
        <button type="submit" className="button primary small">
          {say("common.save")}
        </button>
        <button type="button" className="button small" onClick={onDone}>
          {say("common.cancel")}
        </button>
        <button type="button" className="button small danger" onClick={() => setAsking(true)}>
          {say("common.delete")}
        </button>
      </div>
      {asking && (
        <Confirm
          title={say("contactRows.deleteQuestion", { name: contact.name })}
          confirm={say("common.delete")}
          danger
          onCancel={() => setAsking(false)}
          onConfirm={() => void model.remove(contact).then((removed) => (removed ? onDone() : setAsking(false)))}
        >
          {say("contactRows.deleteConsequence")}
        </Confirm>
      )}
    </form>
  );
}

/** A contact that is new. */
export function AddContact({ model, onDone }: { model: ContactsViewModel; onDone: () => void }) {
  const [handle, setHandle] = useState("");
  const [name, setName] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void model.save(handle, name).then((saved) => saved && onDone());
  };
  return (
    <form className="panel-form" onSubmit={submit}>
      <div className="field">
        <label htmlFor="contact-name">{say("common.name")}</label>
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
        <label htmlFor="contact-handle">{say("contactRows.handle")}</label>
        <input
          id="contact-handle"
          className="input"
          placeholder="+49 170 0000001"
          maxLength={HANDLE_BYTES_MAX}
          autoCapitalize="none"
          value={handle}
          onChange={(event) => setHandle(event.target.value)}
        />
      </div>
      <div className="buttons">
        <button type="submit" className="button primary small">
          {say("common.save")}
        </button>
        <button type="button" className="button small" onClick={onDone}>
          {say("common.cancel")}
        </button>
      </div>
    </form>
  );
}
