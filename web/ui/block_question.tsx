// SPDX-License-Identifier: AGPL-3.0-or-later

import { say } from "../view-models/say";
import { Confirm } from "./dialog";

interface BlockQuestionProps {
  /** Who is to be blocked. */
  title: string;
  onBlock: () => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** Asks before somebody is blocked. */
export function BlockQuestion({ title, onBlock, onClose }: BlockQuestionProps) {
  return (
    <Confirm
      title={say("contact.blockQuestion", { title })}
      confirm={say("common.block")}
      danger
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        onBlock();
      }}
    >
      {say("contact.blockConsequence")}
    </Confirm>
  );
}
