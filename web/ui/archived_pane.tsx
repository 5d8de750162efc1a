// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: the conversations that are archived.
import { useEffect, useRef } from "react";

import type { ConversationListViewModel } from "../view-models/conversation_list";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { ConversationRows, type ConversationRowActions } from "./conversation_rows";
import { Icon } from "./icons";
import { isEscape } from "./keys";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./archived_pane.module.css";
import buttons from "./parts/button.module.css";
import panes from "./parts/pane.module.css";
import rows from "./parts/rows.module.css";

interface ArchivedPaneProps {
  model: ConversationListViewModel;
  openId: string;
  actions: ConversationRowActions;
  onBack: () => void;
}

export function ArchivedPane({ model, openId, actions, onBack }: ArchivedPaneProps) {
  const { archived } = useViewModel(model);
  const now = useNow();
  const back = useRef<HTMLButtonElement>(null);
  useEffect(() => back.current?.focus(), []);
  return (
    <section
      className={panes.pane}
      data-pane="left"
      aria-label={say("archived.title")}
      onKeyDown={(event) => {
        moveFocusByArrows(event, "[data-row]");
        if (!isEscape(event)) return;
        event.stopPropagation();
        onBack();
      }}
    >
      <header className={panes.header}>
        <button
          ref={back}
          type="button"
          className={buttons.iconButton}
          aria-label={say("common.back")}
          onClick={onBack}
        >
          <Icon name="back" />
        </button>
        <h1>{say("archived.title")}</h1>
      </header>
      <div className={panes.body}>
        {archived.length === 0 ? (
          <p className={rows.empty} role="status">
            {say("archived.none")}
          </p>
        ) : (
          <p className={styles.hint}>{say("archived.hint")}</p>
        )}
        <ConversationRows archived conversations={archived} openId={openId} now={now} actions={actions} />
      </div>
    </section>
  );
}
