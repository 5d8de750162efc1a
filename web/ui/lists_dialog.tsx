// SPDX-License-Identifier: AGPL-3.0-or-later

import { useCallback, useState } from "react";

import { titleOf, type Conversation } from "../view-models/core";
import type { WithCore } from "../view-models/entity_store";
import { ListsOf } from "../view-models/lists";
import { say } from "../view-models/say";
import { Dialog } from "./dialog";
import ListSheet from "./list_sheet";
import { Icon } from "./part_icons";
import { useMade } from "./use_made";
import { useViewModel } from "./use_view_model";
import styles from "./lists_dialog.module.css";
import choices from "./parts/choices.module.css";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";

interface ListsDialogProps {
  conversation: Conversation;
  withCore: WithCore;
  onClose: () => void;
}

/** In which of one's lists a conversation is. Meanwhile a new one can be made, which it is in. */
export default function ListsDialog({ conversation, withCore, onClose }: ListsDialogProps) {
  const { id } = conversation;
  const [making, setMaking] = useState(false);
  const model = useMade(useCallback(() => withCore((core, store) => new ListsOf(core, store, id)), [withCore, id]));
  const [chosen] = useState([id]);
  if (model === undefined) return null;
  if (making) return <ListSheet withCore={withCore} chosen={chosen} onClose={() => setMaking(false)} />;
  return <Shown model={model} title={titleOf(conversation)} onMake={() => setMaking(true)} onClose={onClose} />;
}

interface ShownProps {
  model: ListsOf;
  title: string;
  onMake: () => void;
  onClose: () => void;
}

function Shown({ model, title, onMake, onClose }: ShownProps) {
  const { lists, listed, error } = useViewModel(model);
  const done = (
    <button type="button" className={`${buttons.button} ${buttons.primary}`} onClick={onClose}>
      {say("lists.done")}
    </button>
  );
  return (
    <Dialog title={say("lists.of", { title })} answers={done} onCancel={onClose}>
      {lists.length === 0 && <p>{say("lists.none")}</p>}
      {lists.length > 0 && (
        <ul className={styles.lists}>
          {lists.map((list) => (
            <li key={list.id}>
              <label className={choices.choice}>
                <input type="checkbox" checked={listed.has(list.id)} onChange={() => void model.toggle(list)} />
                <span dir="auto">{list.name}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
      <button type="button" className={`${buttons.button} ${buttons.small} ${styles.make}`} onClick={onMake}>
        <Icon name="plus" />
        {say("common.newList")}
      </button>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}
