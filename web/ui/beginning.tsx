// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import { avatarIdOf, directOf, partnerHandle, titleOf, type Conversation } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import { Words } from "./words";
import styles from "./beginning.module.css";
import buttons from "./parts/button.module.css";

interface BeginningProps {
  conversation: Conversation;
  /** Shows the safety number. */
  onCompare: () => void;
}

/** Above the first message there is: with whom this is, who can read it, and how to be sure of both. */
export function Beginning({ conversation, onCompare }: BeginningProps) {
  const title = titleOf(conversation);
  const direct = directOf(conversation);
  const handle = formatPhone(partnerHandle(conversation));
  const link = (words: ReactNode[]) => (
    <button key="link" type="button" className={buttons.linkButton} onClick={onCompare}>
      {words}
    </button>
  );
  return (
    <li className={styles.beginning} data-key="beginning">
      <Avatar id={avatarIdOf(conversation)} title={title} size="large" className={styles.picture} />
      <span className={styles.name} dir="auto">
        {title}
      </span>
      {handle !== "" && handle !== title && <span className={styles.phone}>{handle}</span>}
      {direct !== undefined && direct.about !== "" && (
        <span className={styles.about} dir="auto">
          {direct.about}
        </span>
      )}
      <p className={styles.encrypted}>
        <Icon name={direct?.verified === true ? "shield" : "lock"} />
        <span>
          {direct === undefined ? say("beginning.encryptedToSelf") : `${say("beginning.encrypted", { title })} `}
          {direct?.verified === true && say("beginning.compared")}
          {direct?.verified === false && <Words id="beginning.toCompare" marks={{ link }} />}
        </span>
      </p>
    </li>
  );
}
