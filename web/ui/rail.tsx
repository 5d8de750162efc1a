// SPDX-License-Identifier: AGPL-3.0-or-later

import type { AppSnapshot, AppViewModel } from "../view-models/app";
import { Avatar } from "./avatar";
import { Icon, Logo } from "./icons";
import { useViewModel } from "./use_view_model";
import styles from "./rail.module.css";

/** The main parts of the app: a strip beside the panes, and below them on narrow screens. */
export function Rail({ app, snapshot }: { app: AppViewModel; snapshot: AppSnapshot }) {
  const { unread } = useViewModel(app.list);
  const { leftPanel, state } = snapshot;
  const inSettings = leftPanel === "settings";
  return (
    <nav className={styles.rail} aria-label="Main">
      <Logo />
      <button type="button" className={styles.tab} aria-current={!inSettings} onClick={() => app.showLeft("list")}>
        <Icon name="chats" />
        Chats
        {unread > 0 && (
          <span className="badge" aria-label={`${unread} unread`}>
            {unread > 99 ? "99+" : unread}
          </span>
        )}
      </button>
      <div className={styles.end}>
        <button
          type="button"
          className={styles.tab}
          id="open-settings"
          aria-current={inSettings}
          onClick={() => app.showLeft("settings")}
        >
          <Icon name="settings" />
          Settings
        </button>
        <span className={styles.self}>
          <Avatar id={state?.accountId ?? ""} title={state?.name ?? ""} size="small" />
        </span>
      </div>
    </nav>
  );
}
