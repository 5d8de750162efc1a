// SPDX-License-Identifier: AGPL-3.0-or-later

import type { ConversationViewModel } from "../view-models/conversation";
import type { Message, Person } from "../view-models/core";
import { mentionsIn } from "../view-models/mentions";
import { say } from "../view-models/say";
import { dayParts, millis } from "../view-models/time_text";
import { AskedDialog } from "./asked_dialog";
import { RichText } from "./rich_text";
import { useNow } from "./use_now";
import styles from "./message_versions.module.css";

interface MessageVersionsProps {
  message: Message;
  model: ConversationViewModel;
  onPerson: (person: Person) => void;
  onClose: () => void;
}

/** What an edited message says and has said, the newest first, as of when it is opened. */
export function MessageVersions({ message, model, onPerson, onClose }: MessageVersionsProps) {
  const now = useNow();
  const title = say("messageMenu.versions");
  return (
    <AskedDialog
      title={title}
      loading={say("messageVersions.loading")}
      ask={async () => (await model.corrections()).versions(message)}
      onClose={onClose}
    >
      {(versions) => (
        <ol className={styles.versions} tabIndex={0} aria-label={title}>
          {versions?.map(({ atUs, text }, at) => (
            <li key={at} className={styles.version}>
              <div className={styles.text} dir="auto">
                <RichText text={text?.text ?? ""} mentions={mentionsIn(text)} onPerson={onPerson} />
              </div>
              <time className={styles.time} dateTime={new Date(millis(atUs)).toISOString()}>
                {say("messageInfo.at", dayParts(millis(atUs), now))}
              </time>
            </li>
          ))}
        </ol>
      )}
    </AskedDialog>
  );
}
