// SPDX-License-Identifier: AGPL-3.0-or-later

import { Icon, type IconName } from "./icons";
import styles from "./topic.module.css";
import words from "./parts/words.module.css";

interface TopicProps {
  /** By which the focus comes back to it. */
  id: string;
  icon: IconName;
  title: string;
  hint: string;
  onClick: () => void;
}

/** The way to a page of the pane, as a row of the first one. */
export function Topic({ id, icon, title, hint, onClick }: TopicProps) {
  return (
    <button id={id} type="button" className={styles.topic} data-row onClick={onClick}>
      <Icon name={icon} />
      <span className={words.words}>
        <span>{title}</span>
        <small>{hint}</small>
      </span>
      <Icon name="go" />
    </button>
  );
}
