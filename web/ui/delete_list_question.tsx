// SPDX-License-Identifier: AGPL-3.0-or-later

import type { List } from "../view-models/core";
import type { WithCore } from "../view-models/entity_store";
import { removeList } from "../view-models/lists";
import { say } from "../view-models/say";
import { Confirm } from "./dialog";

interface DeleteListQuestionProps {
  list: List;
  withCore: WithCore;
  tell: (words: string) => void;
  /** It is answered, either way. */
  onClose: () => void;
}

/** Asks before a list is deleted. */
export default function DeleteListQuestion({ list, withCore, tell, onClose }: DeleteListQuestionProps) {
  return (
    <Confirm
      title={say("lists.deleteQuestion", { name: list.name })}
      confirm={say("lists.delete")}
      danger
      onCancel={onClose}
      onConfirm={() => {
        onClose();
        void withCore((core) => removeList(core, list, tell));
      }}
    >
      {say("lists.deleteHint")}
    </Confirm>
  );
}
