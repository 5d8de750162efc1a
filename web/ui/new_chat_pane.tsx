// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: writing to somebody new, and the address book.
import { useRef, useState, type FormEvent } from "react";

import { isForSelf, matchingContacts, type ContactsViewModel } from "../view-models/contacts";
import { HANDLE_BYTES_MAX, type Contact, type State } from "../view-models/core";
import { looksLikeHandle } from "../view-models/handle";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { AddContact, ContactRows } from "./contact_rows";
import { Icon } from "./part_icons";
import { FirstMessage } from "./first_message";
import { RowsPane } from "./rows_pane";
import { useViewModel } from "./use_view_model";
import fields from "./parts/field.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import forms from "./parts/form.module.css";
import searches from "./parts/search.module.css";
import { Way } from "./way";

interface NewChatPaneProps {
  model: ContactsViewModel;
  self: State | undefined;
  onBack: () => void;
  onInvite: () => void;
  onGroup: () => void;
  onJoin: () => void;
}

export function NewChatPane({ model, self, onBack, onInvite, onGroup, onJoin }: NewChatPaneProps) {
  const { contacts, query, unreached, error, notice } = useViewModel(model);
  const [adding, setAdding] = useState(false);
  const searching = query.trim() !== "";
  const found = matchingContacts(contacts, query);
  const open = (contact: Contact) => void model.openHandle(contact.handle?.text ?? "");
  const openSelf = () => void model.openSelf(self?.accountId ?? "");
  const [first] = found;
  const forSelf = self !== undefined && (!searching || isForSelf(self, query));
  const noteToSelf = forSelf && <NoteToSelf self={self} onOpen={openSelf} />;
  return (
    <RowsPane title={say("common.newChat")} onBack={onBack}>
      <HandleOrName
        model={model}
        openFirst={!searching ? undefined : first !== undefined ? () => open(first) : forSelf ? openSelf : undefined}
      />
      {error !== "" && (
        <p className={`${forms.panelWords} ${fields.error}`} role="alert">
          {error}
        </p>
      )}
      {notice !== "" && (
        <p className={`${forms.panelWords} ${fields.notice}`} role="status">
          {notice}
        </p>
      )}
      <div className={panes.body}>
        {adding ? (
          <AddContact model={model} onDone={() => setAdding(false)} />
        ) : unreached !== "" ? (
          <FirstMessage model={model} />
        ) : (
          <>
            {!searching && noteToSelf}
            <Ways
              model={model}
              someFound={forSelf || found.length > 0}
              onAdd={() => setAdding(true)}
              onInvite={onInvite}
              onGroup={onGroup}
              onJoin={onJoin}
            />
            <ContactRows model={model} contacts={found} query={query} onOpen={open} />
            {searching && noteToSelf}
          </>
        )}
      </div>
    </RowsPane>
  );
}

/** What one writes to oneself; it is found by its name, and by one's own, after the contacts that are. */
function NoteToSelf({ self, onOpen }: { self: State; onOpen: () => void }) {
  return (
    <div className={rows.rows}>
      <button type="button" className={rows.row} data-row onClick={onOpen}>
        <Avatar id={self.accountId} title={self.name} />
        <span className={rows.main}>
          <span className={rows.title}>{say("core.noteToSelf")}</span>
          <span className={rows.preview}>
            <span className={rows.text}>{say("newChat.noteToSelfHint")}</span>
          </span>
        </span>
      </button>
    </div>
  );
}

/** Enter writes to the handle, or to the first that was found. */
function HandleOrName({ model, openFirst }: { model: ContactsViewModel; openFirst: (() => void) | undefined }) {
  const { query, busy } = useViewModel(model);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (looksLikeHandle(query)) void model.openTyped();
    else openFirst?.();
  };
  return (
    <form className={searches.search} onSubmit={submit} aria-busy={busy}>
      <Icon name="search" />
      <input
        autoFocus
        aria-label={say("newChat.nameOrHandle")}
        placeholder={say("newChat.nameOrHandle")}
        value={query}
        maxLength={HANDLE_BYTES_MAX}
        autoCapitalize="none"
        onChange={(event) => model.setQuery(event.target.value)}
      />
    </form>
  );
}

interface WaysProps {
  model: ContactsViewModel;
  someFound: boolean;
  onAdd: () => void;
  onInvite: () => void;
  onGroup: () => void;
  onJoin: () => void;
}

/** What can be done with what is typed, and when nothing is. */
function Ways({ model, someFound, onAdd, onInvite, onGroup, onJoin }: WaysProps) {
  const { query, busy, stranger } = useViewModel(model);
  const typed = query.trim();
  const isHandle = looksLikeHandle(query);
  const isUnknownName = typed !== "" && !isHandle && !someFound;
  return (
    <div className={rows.rows}>
      {isUnknownName && (
        <p className={rows.empty} role="status">
          {say("newChat.noSuchContact", { typed })}
        </p>
      )}
      {isHandle && stranger === "" && (
        <Way icon="compose" busy={busy} onClick={() => void model.openTyped()}>
          {say("common.writeTo", { handle: formatPhone(typed) })}
        </Way>
      )}
      {(stranger !== "" || isUnknownName) && (
        <Way icon="reply" onClick={onInvite}>
          {stranger === "" ? say("newChat.invite") : say("newChat.inviteHandle", { handle: formatPhone(stranger) })}
        </Way>
      )}
      {typed === "" && (
        <>
          <Way icon="people" id="open-new-group" onClick={onGroup}>
            {say("newGroup.title")}
          </Way>
          <Way icon="link" id="open-join" onClick={onJoin}>
            {say("newChat.join")}
          </Way>
          <Way icon="personAdd" onClick={onAdd}>
            {say("newChat.addAContact")}
          </Way>
          <ImportFile disabled={busy} onFile={(file) => void model.importFile(file)} />
        </>
      )}
    </div>
  );
}

function ImportFile({ disabled, onFile }: { disabled: boolean; onFile: (file: File) => void }) {
  const field = useRef<HTMLInputElement>(null);
  return (
    <>
      <Way icon="file" disabled={disabled} onClick={() => field.current?.click()}>
        {say("newChat.import")}
      </Way>
      <input
        ref={field}
        type="file"
        accept=".vcf,text/vcard,text/x-vcard"
        hidden
        aria-label={say("newChat.vcardFile")}
        onChange={(event) => {
          const chosen = event.target.files?.[0];
          event.target.value = "";
          if (chosen !== undefined) onFile(chosen);
        }}
      />
    </>
  );
}
