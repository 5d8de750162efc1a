// SPDX-License-Identifier: AGPL-3.0-or-later

import { useState } from "react";

import { say } from "../view-models/say";
import { Avatar } from "./avatar";
import { FullDialog } from "./full_dialog";
import { Icon } from "./part_icons";
import { usePhoto } from "./photos_context";
import styles from "./photo_view.module.css";
import buttons from "./parts/button.module.css";

interface LargeAvatarProps {
  id: string;
  name: string;
  group: boolean;
  className: string | undefined;
}

/** At the head of a page; a photo is shown larger when somebody wants that. */
export function LargeAvatar({ id, name, group, className = "" }: LargeAvatarProps) {
  const photo = usePhoto(id);
  const [open, setOpen] = useState(false);
  const avatar = <Avatar id={id} title={name} size="large" group={group} />;
  if (photo === "") return <span className={className}>{avatar}</span>;
  return (
    <>
      <button
        type="button"
        className={`${styles.open} ${className}`}
        aria-label={say("photo.of", { name })}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        {avatar}
      </button>
      {open && (
        <FullDialog
          label={say("photo.of", { name })}
          className={styles.view}
          part="photo"
          onClose={() => setOpen(false)}
        >
          <button
            type="button"
            className={`${buttons.iconButton} ${styles.close}`}
            aria-label={say("common.close")}
            onClick={() => setOpen(false)}
          >
            <Icon name="close" />
          </button>
          <img src={photo} alt={say("photo.of", { name })} />
        </FullDialog>
      )}
    </>
  );
}
