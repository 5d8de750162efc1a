// SPDX-License-Identifier: AGPL-3.0-or-later

// In the place of the list: the conversations that are archived.
import type { ConversationListViewModel } from "../view-models/conversation_list";
import { say } from "../view-models/say";
import { ConversationRows, type ConversationRowActions } from "./conversation_rows";
import { RowsPane } from "./rows_pane";
import { useNow } from "./use_now";
import { useViewModel } from "./use_view_model";
import styles from "./archived_pane.module.css";
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
  return (
    <RowsPane title={say("archived.title")} onBack={onBack} takesFocus>
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
    </RowsPane>
  );
}
