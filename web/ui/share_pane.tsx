// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: what another program has shared, and the conversations that it can go to. Fetched when
// something is shared.
import { useCallback, useRef, useState, type FormEvent } from "react";

import { avatarIdOf, groupOf, partnerHandle, titleOf, type Conversation } from "../view-models/core";
import { fileName } from "../view-models/file_name";
import { sizeText } from "../view-models/media_plan";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { SHARED_WITH_MAX, ShareViewModel } from "../view-models/share";
import { Avatar } from "./avatar";
import { Icon } from "./part_icons";
import { RowsPane } from "./rows_pane";
import { useShowAll } from "./show_all";
import { Spinner } from "./spinner";
import { useMade } from "./use_made";
import { useViewModel } from "./use_view_model";
import { Way } from "./way";
import choices from "./people_choice.module.css";
import styles from "./share_pane.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

/** More are shown when somebody wants them: a name narrows them down. */
const ROWS_FIRST = 100;

interface SharePaneProps {
  /** The same function from one rendering to the next. */
  makeModel: (Model: typeof ShareViewModel) => ShareViewModel;
}

export function SharePane({ makeModel }: SharePaneProps) {
  const model = useMade(useCallback(() => makeModel(ShareViewModel), [makeModel]));
  return model === undefined ? null : <Shown model={model} />;
}

function Shown({ model }: { model: ShareViewModel }) {
  const { loaded, trouble, text, files, chosen, busy, error } = useViewModel(model);
  const nothing = loaded && text === "" && files.length === 0;
  return (
    <RowsPane title={say("share.title")} onBack={model.leave} takesFocus={nothing}>
      {!loaded && <Spinner label={say("share.fetching")} />}
      {trouble !== "" && (
        <p className={`${forms.panelWords} ${fields.error}`} role="alert">
          {trouble}
        </p>
      )}
      {loaded && !nothing && (
        <>
          {!model.sendsHere && <What model={model} />}
          <Search model={model} />
          {chosen.length > 0 && <Chosen model={model} />}
          <Conversations model={model} />
          <form
            className={choices.foot}
            aria-busy={busy}
            onSubmit={(event) => {
              event.preventDefault();
              void model.goOn();
            }}
          >
            {model.sendsHere && (
              <textarea
                className={`${fields.input} ${styles.text}`}
                aria-label={say("share.text")}
                rows={3}
                dir="auto"
                readOnly={busy}
                value={text}
                onChange={({ target }) => model.setText(target.value)}
              />
            )}
            {error !== "" && (
              <p className={fields.error} role="alert">
                {error}
              </p>
            )}
            <button
              type="submit"
              className={`${buttons.button} ${buttons.primary} ${buttons.wide}`}
              disabled={busy || chosen.length === 0}
            >
              {model.sendsHere
                ? say("share.send", { count: chosen.length })
                : say("share.next", { count: chosen.length })}
            </button>
          </form>
        </>
      )}
    </RowsPane>
  );
}

/** What was shared: whoever did not share anything sees here that something of somebody's came in. */
function What({ model }: { model: ShareViewModel }) {
  const { text, files } = useViewModel(model);
  const size = sizeText(files.reduce((sum, each) => sum + each.size, 0));
  const names = files.map(({ name }) => fileName(name)).join(", ");
  return (
    <div className={styles.what} data-part="shared">
      <Icon name={files.length > 0 ? "file" : "share"} />
      <span className={styles.words}>
        {files.length > 0 && <bdi dir="auto">{names}</bdi>}
        {files.length > 0 && <small>{say("share.files", { count: files.length, size })}</small>}
        {text !== "" && (
          <span className={styles.excerpt} dir="auto">
            {text}
          </span>
        )}
      </span>
    </div>
  );
}

/** Enter chooses the first one that was found; where nothing is typed it does nothing. */
function Search({ model }: { model: ShareViewModel }) {
  const { query, conversations, chosen, busy } = useViewModel(model);
  const [first] = conversations;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || query.trim() === "" || first === undefined) return;
    if (!chosen.some(({ id }) => id === first.id)) model.toggle(first);
  };
  return (
    <>
      <p className={choices.count}>{say("share.of", { count: chosen.length, most: SHARED_WITH_MAX })}</p>
      <form className={searches.search} onSubmit={submit}>
        <Icon name="search" />
        <input
          autoFocus
          aria-label={say("share.search")}
          placeholder={say("share.search")}
          value={query}
          autoCapitalize="none"
          onChange={(event) => model.setQuery(event.target.value)}
        />
      </form>
      {model.isFull && (
        <p className={`${forms.panelWords} ${fields.notice}`} role="status">
          {say("share.full", { most: SHARED_WITH_MAX })}
        </p>
      )}
    </>
  );
}

function Chosen({ model }: { model: ShareViewModel }) {
  const { chosen, busy } = useViewModel(model);
  return (
    <ul className={choices.chosen} aria-label={say("share.chosen")}>
      {chosen.map((each) => (
        <li key={each.id}>
          <button
            type="button"
            className={choices.chip}
            disabled={busy}
            aria-label={say("share.takeAway", { name: titleOf(each) })}
            onClick={() => model.toggle(each)}
          >
            <Avatar id={avatarIdOf(each)} title={titleOf(each)} size="tiny" group={groupOf(each) !== undefined} />
            <span dir="auto">{titleOf(each)}</span>
            <Icon name="close" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function Conversations({ model }: { model: ShareViewModel }) {
  const { conversations, chosen, query, busy } = useViewModel(model);
  const [all, setAll] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const shown = all ? conversations : conversations.slice(0, ROWS_FIRST);
  const showAll = useShowAll(list, shown.length, setAll);
  const keys = new Set(chosen.map(({ id }) => id));
  return (
    <div className={panes.body}>
      {conversations.length === 0 && (
        <p className={rows.empty} role="status">
          {query.trim() === "" ? say("share.none") : say("share.noneFound", { typed: query.trim() })}
        </p>
      )}
      <ul ref={list} className={rows.rows} aria-label={say("share.conversations")}>
        {shown.map((each) => (
          <ConversationChoice
            key={each.id}
            conversation={each}
            chosen={keys.has(each.id)}
            disabled={busy || (model.isFull && !keys.has(each.id))}
            onToggle={model.toggle}
          />
        ))}
      </ul>
      {shown.length < conversations.length && (
        <div className={rows.rows}>
          <Way icon="down" onClick={showAll}>
            {say("people.showAll", { count: conversations.length - shown.length })}
          </Way>
        </div>
      )}
    </div>
  );
}

interface ConversationChoiceProps {
  conversation: Conversation;
  chosen: boolean;
  disabled: boolean;
  onToggle: (conversation: Conversation) => void;
}

function ConversationChoice({ conversation, chosen, disabled, onToggle }: ConversationChoiceProps) {
  const title = titleOf(conversation);
  const handle = formatPhone(partnerHandle(conversation));
  return (
    <li className={choices.person}>
      <button
        type="button"
        role="checkbox"
        aria-checked={chosen}
        className={rows.row}
        data-row
        disabled={disabled}
        onClick={() => onToggle(conversation)}
      >
        <Avatar id={avatarIdOf(conversation)} title={title} group={groupOf(conversation) !== undefined} />
        <span className={rows.main}>
          <span className={rows.title} data-part="title" dir="auto">
            {title}
          </span>
          {handle !== "" && handle !== title && (
            <span className={rows.preview}>
              <span className={rows.text}>{handle}</span>
            </span>
          )}
        </span>
        <span className={choices.check}>{chosen && <Icon name="check" />}</span>
      </button>
    </li>
  );
}
