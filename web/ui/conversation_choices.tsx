// SPDX-License-Identifier: AGPL-3.0-or-later

// The conversations that something can go to, to choose some of them.
import { useRef, useState, type FormEvent } from "react";

import type { ConversationChoice } from "../view-models/conversation_choice";
import { avatarIdOf, groupOf, partnerHandle, titleOf, type Conversation } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Icon } from "./part_icons";
import { useShowAll } from "./show_all";
import { useViewModel } from "./use_view_model";
import { Way } from "./way";
import choices from "./people_choice.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

/** More are shown when somebody wants them: a name narrows them down. */
const ROWS_FIRST = 100;

interface ChoiceProps {
  choice: ConversationChoice;
  /** Nothing can be changed now. */
  busy: boolean;
}

interface ConversationChoicesProps extends ChoiceProps {
  /** What is said where there is no conversation at all. */
  none: string;
}

export function ConversationChoices(props: ConversationChoicesProps) {
  const { chosen } = useViewModel(props.choice);
  return (
    <>
      <Search {...props} />
      {chosen.length > 0 && <Chosen {...props} />}
      <Conversations {...props} />
    </>
  );
}

/** Enter chooses the first one that was found; where nothing is typed it does nothing. */
function Search({ choice, busy }: ChoiceProps) {
  const { query, conversations, chosen } = useViewModel(choice);
  const [first] = conversations;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || query.trim() === "" || first === undefined) return;
    if (!chosen.some(({ id }) => id === first.id)) choice.toggle(first);
  };
  return (
    <>
      <p className={choices.count}>{say("share.of", { count: chosen.length, most: choice.most })}</p>
      <form className={searches.search} onSubmit={submit}>
        <Icon name="search" />
        <input
          autoFocus
          aria-label={say("share.search")}
          placeholder={say("share.search")}
          value={query}
          autoCapitalize="none"
          onChange={(event) => choice.setQuery(event.target.value)}
        />
      </form>
      {choice.isFull && choice.most > 1 && (
        <p className={`${forms.panelWords} ${fields.notice}`} role="status">
          {say("share.full", { most: choice.most })}
        </p>
      )}
    </>
  );
}

function Chosen({ choice, busy }: ChoiceProps) {
  const { chosen } = useViewModel(choice);
  return (
    <ul className={choices.chosen} aria-label={say("share.chosen")}>
      {chosen.map((each) => (
        <li key={each.id}>
          <button
            type="button"
            className={choices.chip}
            disabled={busy}
            aria-label={say("share.takeAway", { name: titleOf(each) })}
            onClick={() => choice.toggle(each)}
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

function Conversations({ choice, busy, none }: ConversationChoicesProps) {
  const { conversations, chosen, query } = useViewModel(choice);
  const [all, setAll] = useState(false);
  const list = useRef<HTMLUListElement>(null);
  const shown = all ? conversations : conversations.slice(0, ROWS_FIRST);
  const showAll = useShowAll(list, shown.length, setAll);
  const keys = new Set(chosen.map(({ id }) => id));
  return (
    <div className={panes.body}>
      {conversations.length === 0 && (
        <p className={rows.empty} role="status">
          {query.trim() === "" ? none : say("share.noneFound", { typed: query.trim() })}
        </p>
      )}
      <ul ref={list} className={rows.rows} aria-label={say("share.conversations")}>
        {shown.map((each) => (
          <Choice
            key={each.id}
            conversation={each}
            chosen={keys.has(each.id)}
            disabled={busy || (choice.isFull && choice.most > 1 && !keys.has(each.id))}
            onToggle={choice.toggle}
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

interface RowProps {
  conversation: Conversation;
  chosen: boolean;
  disabled: boolean;
  onToggle: (conversation: Conversation) => void;
}

function Choice({ conversation, chosen, disabled, onToggle }: RowProps) {
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
