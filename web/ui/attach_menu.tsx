// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { PopupMenu } from "./popup_menu";

interface AttachMenuProps {
  opener: HTMLElement;
  onPictures: () => void;
  onDocuments: () => void;
  onCamera: () => void;
  onClose: () => void;
}

/** What can be sent beside words. */
export default function AttachMenu({ opener, onPictures, onDocuments, onCamera, onClose }: AttachMenuProps) {
  return (
    <PopupMenu
      label={say("attach.attach")}
      items={[
        { icon: "image", label: say("attach.pictures"), act: onPictures },
        { icon: "file", label: say("attach.document"), act: onDocuments },
        { icon: "camera", label: say("attach.camera"), act: onCamera },
      ]}
      at={opener}
      onClose={onClose}
    />
  );
}
