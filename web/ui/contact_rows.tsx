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
import { Icon } from "./part_icons";
import { isEscape } from "./keys";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import rows from "./parts/rows.module.css";
import forms from "./parts/form.module.css";

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
    return query.trim() === "" ? <p className={rows.empty}>{say("contactRows.none")}</p> : null;
  }
  return (
    <section aria-label={say("contactRows.contacts")}>
      <h2 className={rows.sectionTitle}>{say("contactRows.contacts")}</h2>
      <ul className={rows.rows}>
        {contacts.slice(0, ROWS_MAX).map((contact) => (
          <li key={handleText(contact)} className={styles.row}>
            {edited === handleText(contact) ? (
              <EditContact model={model} contact={contact} onDone={() => setEdited("")} />
            ) : (
              <>
                <ContactRow contact={contact} onOpen={onOpen} />
                <button
                  type="button"
                  className={buttons.iconButton}
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
    <button type="button" className={rows.row} data-row onClick={() => onOpen(contact)}>
      <Avatar id={isOnKith(contact) ? contact.accountId : handleText(contact)} title={contact.name} />
      <span className={rows.main}>
        <span className={rows.title} data-part="title" dir="auto">
          {contact.name}
        </span>
        <span className={rows.preview}>
          <span className={rows.text}>
            {isOnKith(contact) ? say("contactRows.onKith") : say("contactRows.notOnKithYet")}
            {contact.blocked && ` · ${say("contactRows.blocked")}`}
            {" · "}
            <bdi>{formatPhone(handleText(contact))}</bdi>
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
      className={forms.panelForm}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (!isEscape(event)) return;
        event.stopPropagation();
        onDone();
      }}
    >
      <div className={fields.field}>
        <label htmlFor="edited-name">{say("contactRows.nameFor", { handle: formatPhone(handleText(contact)) })}</label>
        <input
          id="edited-name"
          className={fields.input}
          autoFocus
          maxLength={100}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className={forms.buttons}>
        <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.small}`}>
          {say("common.save")}
        </button>
        <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onDone}>
          {say("common.cancel")}
        </button>
        <button
          type="button"
          className={`${buttons.button} ${buttons.small} ${buttons.danger}`}
          onClick={() => setAsking(true)}
        >
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
    <form className={forms.panelForm} onSubmit={submit}>
      <div className={fields.field}>
        <label htmlFor="contact-name">{say("common.name")}</label>
        <input
          id="contact-name"
          className={fields.input}
          autoFocus
          maxLength={100}
          dir="auto"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </div>
      <div className={fields.field}>
        <label htmlFor="contact-handle">{say("contactRows.handle")}</label>
        <input
          id="contact-handle"
          className={fields.input}
          dir="ltr"
          placeholder="+49 170 0000001"
          maxLength={HANDLE_BYTES_MAX}
          autoCapitalize="none"
          value={handle}
          onChange={(event) => setHandle(event.target.value)}
        />
      </div>
      <div className={forms.buttons}>
        <button type="submit" className={`${buttons.button} ${buttons.primary} ${buttons.small}`}>
          {say("common.save")}
        </button>
        <button type="button" className={`${buttons.button} ${buttons.small}`} onClick={onDone}>
          {say("common.cancel")}
        </button>
      </div>
    </form>
  );
}
