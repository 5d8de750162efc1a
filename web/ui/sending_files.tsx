// SPDX-License-Identifier: AGPL-3.0-or-later

// Above the composer: files that are being made ready, before there is a message of them; and those that could not be.
// Fetched with what sends them.
import type { SendingFile } from "../view-models/sending_files";
import { kindName } from "../view-models/media_text";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import styles from "./sending_files.module.css";
import buttons from "./parts/button.module.css";

export function SendingFiles({ conversation }: { conversation: string }) {
  const { sending } = useMediaTools();
  const { files } = useViewModel(sending);
  const own = files.filter((each) => each.conversation === conversation);
  if (own.length === 0) return null;
  return (
    <ul className={styles.sending} data-part="sending" aria-label={say("sending.label")}>
      {own.map((each) => (
        <Row
          key={each.id}
          file={each}
          onCancel={() => sending.cancel(each.id)}
          onAgain={() => sending.tryAgain(each.id)}
        />
      ))}
    </ul>
  );
}

interface RowProps {
  file: SendingFile;
  onCancel: () => void;
  onAgain: () => void;
}

function Row({ file, onCancel, onAgain }: RowProps) {
  const { kind, name, done, failure } = file;
  const percent = Math.round(done * 100);
  const what = say("sending.file", { kind: kindName({ kind }), named: name === "" ? "no" : "yes", name });
  return (
    <li className={`${styles.row} ${failure === "" ? "" : styles.failed}`}>
      {failure === "" ? <Spinner className={styles.spinner} /> : <Icon name="info" />}
      <span className={styles.words} role={failure === "" ? undefined : "alert"}>
        <bdi className={styles.name}>{what}</bdi>
        <small>{failure === "" ? say("sending.preparing", { percent }) : failure}</small>
      </span>
      {failure !== "" && (
        <button type="button" className={buttons.linkButton} onClick={onAgain}>
          {say("screens.tryAgain")}
        </button>
      )}
      <button
        type="button"
        className={buttons.iconButton}
        aria-label={say("sending.cancel", { what })}
        title={say("common.cancel")}
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}
