// SPDX-License-Identifier: AGPL-3.0-or-later

// A file of any kind: what it is called, by whoever sent it, what it looks like, if its sender's device could say, and
// what can be done with it.
import type { Media } from "../view-models/core";
import { failureText } from "../view-models/failure_text";
import { extensionOf, fileName } from "../view-models/file_name";
import { doneOf, isOnDevice, standingOf } from "../view-models/media_state";
import { kindName } from "../view-models/media_text";
import { sizeText } from "../view-models/media_plan";
import { say } from "../view-models/say";
import { Icon } from "./part_icons";
import type { MediaBodyProps } from "./media_body";
import { useMediaTools } from "./media_context";
import { ProgressRing } from "./progress_ring";
import { troubleText } from "./picture";
import styles from "./document_body.module.css";

const NONE = new Uint8Array();

/** "PDF"; "" when its name does not say. */
const typeName = ({ name }: Media): string => extensionOf(fileName(name)).slice(1, 6).toUpperCase();

export function DocumentBody({ message, media, actions }: MediaBodyProps) {
  const standing = standingOf(media, message);
  const name = fileName(media.name) || say("media.nameless");
  const type = typeName(media);
  const size = sizeText(Number(media.size));
  const moving = standing === "sending" || standing === "fetching";
  const stuck = moving && media.trouble !== 0;
  const trouble = stuck ? failureText({ code: media.trouble }) : troubleText(standing, "");
  const done = doneOf(media);
  const hint = moving
    ? say("media.doneOf", { done: sizeText(done * Number(media.size)), size })
    : type === ""
      ? size
      : say("media.typeAndSize", { type, size });
  const page = useMediaTools().media.pictures.small({ thumbnail: media.thumbnail, thumbhash: NONE });
  const fetches = standing === "there" || standing === "broken";
  return (
    <div className={styles.whole} data-part="document" data-standing={standing}>
      {page !== "" && <img className={styles.page} src={page} alt="" draggable={false} data-part="page" />}
      <div className={styles.document}>
        <span className={styles.type} aria-hidden="true">
          {type === "" ? <Icon name="file" /> : type}
        </span>
        <span className={styles.words}>
          <bdi className={styles.name} dir="auto">
            {name}
          </bdi>
          <small>{trouble === "" ? hint : trouble}</small>
        </span>
        {moving && (
          <ProgressRing
            done={done}
            label={say("media.onItsWay", { kind: kindName(media), way: standing })}
            onCancel={() => void actions.cancelMedia(message)}
          />
        )}
        {fetches && (
          <button
            type="button"
            className={`${styles.act} ${styles.fetch}`}
            data-part="fetch"
            aria-label={say("media.fetchNamed", { name, size })}
            title={say("media.fetchNamed", { name, size })}
            onClick={() => void actions.fetchMedia(message)}
          >
            <Icon name="down" />
          </button>
        )}
        {isOnDevice(standing) && !moving && (
          <button
            type="button"
            className={styles.act}
            data-part="save"
            aria-label={say("media.saveNamed", { name })}
            title={say("media.save")}
            onClick={() => void actions.saveMedia(message)}
          >
            <Icon name="download" />
          </button>
        )}
      </div>
    </div>
  );
}
