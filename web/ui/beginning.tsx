// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ReactNode } from "react";

import { avatarIdOf, directOf, groupOf, partnerHandle, titleOf, type Conversation } from "../view-models/core";
import { membersLine } from "../view-models/group_text";
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
  const group = groupOf(conversation);
  const handle = formatPhone(partnerHandle(conversation));
  const about = direct?.about ?? group?.description ?? "";
  const readers = group === undefined ? say("beginning.encryptedToSelf") : say("beginning.encryptedGroup");
  const link = (words: ReactNode[]) => (
    <button key="link" type="button" className={buttons.linkButton} onClick={onCompare}>
      {words}
    </button>
  );
  return (
    <li className={styles.beginning} data-key="beginning">
      <Avatar
        id={avatarIdOf(conversation)}
        title={title}
        size="large"
        group={group !== undefined}
        className={styles.picture}
      />
      <span className={styles.name} dir="auto">
        {title}
      </span>
      {handle !== "" && handle !== title && <bdi className={styles.phone}>{handle}</bdi>}
      {group !== undefined && <span className={styles.phone}>{membersLine(conversation)}</span>}
      {about !== "" && (
        <span className={styles.about} dir="auto">
          {about}
        </span>
      )}
      <p className={styles.encrypted}>
        <Icon name={direct?.verified === true ? "shield" : "lock"} />
        <span>
          {direct === undefined ? readers : `${say("beginning.encrypted", { title })} `}
          {direct?.verified === true && say("beginning.compared")}
          {direct?.verified === false && <Words id="beginning.toCompare" marks={{ link }} />}
        </span>
      </p>
    </li>
  );
}
