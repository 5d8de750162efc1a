// SPDX-License-Identifier: AGPL-3.0-or-later

import { avatarIdOf, directOf, phoneOf, titleOf, type Conversation } from "../view-models/core";
import { formatPhone } from "../view-models/phone";
import { Avatar } from "./avatar";
import { Icon } from "./icons";
import styles from "./beginning.module.css";

interface BeginningProps {
  conversation: Conversation;
  /** Shows the safety number. */
  onCompare: () => void;
}

/** Above the first message there is: with whom this is, who can read it, and how to be sure of both. */
export function Beginning({ conversation, onCompare }: BeginningProps) {
  const title = titleOf(conversation);
  const direct = directOf(conversation);
  const phone = formatPhone(phoneOf(conversation));
  return (
    <li className={styles.beginning} data-key="beginning">
      <Avatar id={avatarIdOf(conversation)} title={title} size="large" />
      <span className={styles.name} dir="auto">
        {title}
      </span>
      {phone !== "" && phone !== title && <span className={styles.phone}>{phone}</span>}
      {direct !== undefined && direct.about !== "" && (
        <span className={styles.about} dir="auto">
          {direct.about}
        </span>
      )}
      <p className={styles.encrypted}>
        <Icon name={direct?.verified === true ? "shield" : "lock"} />
        <span>
          {direct === undefined
            ? "What you write here is end-to-end encrypted: only you can read it, not the server."
            : `Messages here are end-to-end encrypted: only you and ${title} can read them, not the server. `}
          {direct?.verified === true && "You have compared the safety number."}
          {direct?.verified === false && (
            <>
              {"To be sure that it is really them, "}
              <button type="button" className="link-button" onClick={onCompare}>
                compare the safety number
              </button>
              .
            </>
          )}
        </span>
      </p>
    </li>
  );
}
