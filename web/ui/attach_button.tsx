// SPDX-License-Identifier: AGPL-3.0-or-later

// The way to files that are sent: a menu, and what it opens.
import { useRef, useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { say } from "../view-models/say";
import { Icon } from "./icons";
import { MissingPopup, onDemand } from "./on_demand";
import styles from "./attach_button.module.css";
import buttons from "./parts/button.module.css";

/** Fetched when somebody first opens it. */
const AttachMenu = onDemand(() => import("./attach_menu").then(({ default: menu }) => menu), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});
const CameraSheet = onDemand(() => import("./camera_sheet").then(({ CameraSheet: sheet }) => sheet), {
  missing: (missing, { onClose }) => <MissingPopup {...missing} onClose={onClose} />,
});

const PICTURES = "image/*,video/*,.heic,.heif";

export function AttachButton({ model }: { model: ConversationViewModel }) {
  const [opener, setOpener] = useState<HTMLElement>();
  const [filming, setFilming] = useState(false);
  const pictures = useRef<HTMLInputElement>(null);
  const documents = useRef<HTMLInputElement>(null);
  const choose = (input: HTMLInputElement, asFiles: boolean) => {
    void model.attach([...(input.files ?? [])], { asFiles });
    input.value = ""; // the same one can be chosen again
  };
  return (
    <>
      <button
        type="button"
        className={`${buttons.iconButton} ${opener === undefined ? "" : styles.open}`}
        aria-label={say("attach.attach")}
        aria-haspopup="menu"
        aria-expanded={opener !== undefined}
        title={say("attach.attach")}
        onClick={(event) => setOpener(event.currentTarget)}
      >
        <Icon name="plus" />
      </button>
      <input
        ref={pictures}
        type="file"
        accept={PICTURES}
        multiple
        hidden
        data-choose="pictures"
        onChange={(event) => choose(event.target, false)}
      />
      <input
        ref={documents}
        type="file"
        multiple
        hidden
        data-choose="documents"
        onChange={(event) => choose(event.target, true)}
      />
      {opener !== undefined && (
        <AttachMenu
          opener={opener}
          onPictures={() => pictures.current?.click()}
          onDocuments={() => documents.current?.click()}
          onCamera={() => setFilming(true)}
          onClose={() => setOpener(undefined)}
        />
      )}
      {filming && <CameraSheet onFile={(file) => void model.attach([file])} onClose={() => setFilming(false)} />}
    </>
  );
}
