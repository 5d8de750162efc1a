// SPDX-License-Identifier: AGPL-3.0-or-later

import { useEffect, useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import type { Message, Person, Version } from "../view-models/core";
import { failureText } from "../view-models/failure_text";
import { mentionsIn } from "../view-models/mentions";
import { say } from "../view-models/say";
import { dayParts, millis } from "../view-models/time_text";
import { Dialog } from "./dialog";
import { RichText } from "./rich_text";
import { Spinner } from "./spinner";
import { useNow } from "./use_now";
import styles from "./message_versions.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";

interface MessageVersionsProps {
  message: Message;
  model: ConversationViewModel;
  onPerson: (person: Person) => void;
  onClose: () => void;
}

/** What an edited message says and has said, the newest first, as of when it is opened. */
export function MessageVersions({ message, model, onPerson, onClose }: MessageVersionsProps) {
  const now = useNow();
  const [versions, setVersions] = useState<readonly Version[]>();
  const [error, setError] = useState("");
  useEffect(() => {
    let shown = true;
    model
      .corrections()
      .then((corrections) => corrections.versions(message))
      .then(
        (read) => shown && setVersions(read),
        (failure: unknown) => shown && setError(failureText(failure)),
      );
    return () => void (shown = false);
  }, [message, model]);
  const close = (
    <button type="button" className={buttons.button} autoFocus onClick={onClose}>
      {say("common.close")}
    </button>
  );
  return (
    <Dialog title={say("messageMenu.versions")} answers={close} onCancel={onClose}>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
      {versions === undefined && error === "" && <Spinner label={say("messageVersions.loading")} />}
      <ol className={styles.versions} tabIndex={0} aria-label={say("messageMenu.versions")}>
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
    </Dialog>
  );
}
