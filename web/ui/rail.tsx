// SPDX-License-Identifier: AGPL-3.0-or-later

import type { State } from "../view-models/core";
import type { LeftPanel } from "../view-models/route";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Icon, Logo } from "./icons";
import styles from "./rail.module.css";
import { Badge } from "./badge";

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
    <nav className={styles.rail} data-pane="rail" aria-label={say("rail.main")}>
      <Logo className={styles.logo} />
      <button type="button" className={styles.tab} aria-current={!inSettings} onClick={() => onPanel("list")}>
        <Icon name="chats" />
        {say("common.chats")}
        <Badge unread={unread} most={99} className={styles.badge} />
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
          {say("common.settings")}
        </button>
        <span className={styles.self}>
          <Avatar id={self?.accountId ?? ""} title={self?.name ?? ""} size="small" />
        </span>
      </div>
    </nav>
  );
}
