// SPDX-License-Identifier: AGPL-3.0-or-later

// The conversations that something can go to, to choose some of them.
import type { FormEvent } from "react";

import type { ConversationChoice } from "../view-models/conversation_choice";
import { avatarIdOf, groupOf, partnerHandle, titleOf, type Conversation } from "../view-models/core";
import { say } from "../view-models/say";
import { Chosen, ChoosableRows, type Choosable } from "./choice_parts";
import { Icon } from "./part_icons";
import { useViewModel } from "./use_view_model";
import choices from "./people_choice.module.css";
import fields from "./parts/field.module.css";
import forms from "./parts/form.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";
import searches from "./parts/search.module.css";

interface ChoiceProps {
  choice: ConversationChoice;
  /** Nothing can be changed now. */
  busy: boolean;
}

interface ConversationChoicesProps extends ChoiceProps {
  /** What is said where there is no conversation at all. */
  none: string;
  /** The search has the focus first. */
  takesFocus?: boolean;
}

const shownAs = (conversation: Conversation): Choosable => ({
  key: conversation.id,
  avatar: avatarIdOf(conversation),
  title: titleOf(conversation),
  handle: partnerHandle(conversation),
  group: groupOf(conversation) !== undefined,
});

export function ConversationChoices({ choice, busy, none, takesFocus = true }: ConversationChoicesProps) {
  const { query, conversations, chosen } = useViewModel(choice);
  return (
    <>
      <Search choice={choice} busy={busy} takesFocus={takesFocus} />
      <Chosen
        label={say("share.chosen")}
        chosen={chosen}
        shownAs={shownAs}
        takeAway={(name) => say("share.takeAway", { name })}
        busy={busy}
        onTakeAway={choice.toggle}
      />
      <div className={panes.body}>
        {conversations.length === 0 && (
          <p className={rows.empty} role="status">
            {query.trim() === "" ? none : say("share.noneFound", { typed: query.trim() })}
          </p>
        )}
        <ChoosableRows
          label={say("share.conversations")}
          items={conversations}
          shownAs={shownAs}
          chosen={new Set(chosen.map(({ id }) => id))}
          full={choice.isFull}
          busy={busy}
          onToggle={choice.toggle}
        />
      </div>
    </>
  );
}

/** Enter chooses the first one that was found; where nothing is typed it does nothing. */
function Search({ choice, busy, takesFocus }: ChoiceProps & { takesFocus: boolean }) {
  const { query, conversations, chosen } = useViewModel(choice);
  const [first] = conversations;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || query.trim() === "" || first === undefined) return;
    if (!chosen.some(({ id }) => id === first.id)) choice.toggle(first);
  };
  return (
    <>
      <p className={choices.count}>
        {Number.isFinite(choice.most)
          ? say("share.of", { count: chosen.length, most: choice.most })
          : say("share.count", { count: chosen.length })}
      </p>
      <form className={searches.search} onSubmit={submit}>
        <Icon name="search" />
        <input
          autoFocus={takesFocus}
          aria-label={say("share.search")}
          placeholder={say("share.search")}
          value={query}
          autoCapitalize="none"
          onChange={(event) => choice.setQuery(event.target.value)}
        />
      </form>
      {choice.isFull && (
        <p className={`${forms.panelWords} ${fields.notice}`} role="status">
          {say("share.full", { most: choice.most })}
        </p>
      )}
    </>
  );
}
