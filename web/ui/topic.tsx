// SPDX-License-Identifier: AGPL-3.0-or-later

import { Icon, type IconName } from "./part_icons";
import styles from "./topic.module.css";
import words from "./parts/words.module.css";

interface TopicProps {
  /** By which the focus comes back to it. */
  id?: string;
  /** It leads to no page of this pane. */
  elsewhere?: boolean;
  icon: IconName;
  title: string;
  hint: string;
  onClick: () => void;
}

/** A way to somewhere, as a row with a hint: most lead to a page of the pane. */
export function Topic({ id, elsewhere = false, icon, title, hint, onClick }: TopicProps) {
  return (
    <button id={id} type="button" className={styles.topic} data-row onClick={onClick}>
      <Icon name={icon} />
      <span className={words.words}>
        <span>{title}</span>
        <small>{hint}</small>
      </span>
      {!elsewhere && <Icon name="go" />}
    </button>
  );
}
