// SPDX-License-Identifier: AGPL-3.0-or-later

// Above what is being written: the preview of its link, or whether there are to be any.
import type { LinkPreviewViewModel, Made } from "../view-models/link_preview";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import { useMediaTools } from "./media_context";
import buttons from "./parts/button.module.css";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import styles from "./composer_link.module.css";

const NONE = new Uint8Array();

export function ComposerLink({ model }: { model: LinkPreviewViewModel }) {
  const { stage, host, preview } = useViewModel(model);
  if (stage === "idle") return null;
  if (stage === "asking") return <Question model={model} />;
  return (
    <div className={styles.link} data-part="composer-link" data-stage={stage}>
      {preview === undefined ? (
        <>
          <span className={styles.picture}>
            <Spinner label={say("links.making")} />
          </span>
          <span className={styles.words}>
            <bdi className={styles.host}>{host}</bdi>
          </span>
        </>
      ) : (
        <Shown preview={preview} host={host} />
      )}
      <button type="button" className={buttons.iconButton} aria-label={say("links.leaveOff")} onClick={model.decline}>
        <Icon name="close" />
      </button>
    </div>
  );
}

function Shown({ preview, host }: { preview: Made; host: string }) {
  const { pictures } = useMediaTools().media;
  const url = pictures.small({ thumbnail: preview.thumbnail, thumbhash: NONE });
  return (
    <>
      <span className={styles.picture}>
        {url === "" ? <Icon name="link" /> : <img src={url} alt="" draggable={false} />}
      </span>
      <span className={styles.words}>
        <bdi className={styles.title} dir="auto">
          {preview.title}
        </bdi>
        <bdi className={styles.host}>{host}</bdi>
      </span>
    </>
  );
}

/** One line, which is in nobody's way. */
function Question({ model }: { model: LinkPreviewViewModel }) {
  return (
    <div className={styles.question} role="group" aria-label={say("links.question")} data-part="links-question">
      <span className={styles.words}>
        <span>{say("links.question")}</span>
        <small>{say("links.questionHint")}</small>
      </span>
      <span className={styles.answers}>
        <button type="button" className={buttons.linkButton} onClick={() => void model.answer(false)}>
          {say("links.no")}
        </button>
        <button type="button" className={buttons.linkButton} onClick={() => void model.answer(true)}>
          {say("links.yes")}
        </button>
      </span>
    </div>
  );
}
