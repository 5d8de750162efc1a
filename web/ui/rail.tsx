// SPDX-License-Identifier: AGPL-3.0-or-later

import type { State } from "../view-models/core";
import type { LeftPanel } from "../view-models/route";
import { Avatar } from "./avatar";
import { Icon, Logo } from "./icons";
import styles from "./rail.module.css";

interface RailProps {
  /** Unread messages in all conversations. */
  unread: number;
  panel: LeftPanel;
  self: State | undefined;
  onPanel: (panel: LeftPanel) => void;
}

/** The main parts of the app: a strip beside the panes, and below them on narrow screens. */
export function Rail({ unread, panel, self, onPanel }: RailProps) {
  const inSettings = panel === "settings";
  return (
    <nav className={styles.rail} aria-label="Main">
      <Logo />
      <button type="button" className={styles.tab} aria-current={!inSettings} onClick={() => onPanel("list")}>
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
          onClick={() => onPanel("settings")}
        >
          <Icon name="settings" />
          Settings
        </button>
        <span className={styles.self}>
          <Avatar id={self?.accountId ?? ""} title={self?.name ?? ""} size="small" />
        </span>
      </div>
    </nav>
  );
}
