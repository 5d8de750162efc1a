// SPDX-License-Identifier: AGPL-3.0-or-later

import { useCallback, useId, useState } from "react";

import { LIST_NAME_CHARACTERS_MAX, type List } from "../view-models/core";
import type { WithCore } from "../view-models/entity_store";
import { ListEditor } from "../view-models/lists";
import { say } from "../view-models/say";
import { moveFocusByArrows } from "./arrow_keys";
import { ConversationChoices } from "./conversation_choices";
import { Sheet } from "./sheet";
import { useMade } from "./use_made";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";
import sheets from "./parts/sheet.module.css";

interface ListSheetProps {
  withCore: WithCore;
  /** Undefined: a new one is made. */
  list?: List;
  /** What is in a new one at first: the same array from one rendering to the next. */
  chosen?: readonly string[];
  /** It is as it was wanted. */
  onSaved?: (id: string) => void;
  /** Asks whether it is to be deleted. */
  onDelete?: () => void;
  onClose: () => void;
}

/** What a list is called, and which conversations are in it. */
export default function ListSheet({ withCore, list, chosen, onSaved, onDelete, onClose }: ListSheetProps) {
  const [first] = useState(list);
  const make = useCallback(
    () => withCore((core, store) => new ListEditor(core, store, first, chosen)),
    [withCore, first, chosen],
  );
  const model = useMade(make);
  if (model === undefined) return null;
  const save = async () => {
    if (!(await model.save())) return;
    onClose();
    onSaved?.(model.id);
  };
  const title = say(first === undefined ? "common.newList" : "lists.edit");
  return <Shown model={model} title={title} onSave={() => void save()} onDelete={onDelete} onClose={onClose} />;
}

interface ShownProps {
  model: ListEditor;
  title: string;
  onSave: () => void;
  onDelete: (() => void) | undefined;
  onClose: () => void;
}

function Shown({ model, title, onSave, onDelete, onClose }: ShownProps) {
  const { name, busy, error } = useViewModel(model);
  const id = useId();
  return (
    <Sheet
      title={title}
      part="list"
      answer={say("common.save")}
      mayAnswer={!busy && name.trim() !== ""}
      onAnswer={onSave}
      onClose={onClose}
    >
      <form
        className={fields.field}
        onSubmit={(event) => {
          event.preventDefault();
          onSave();
        }}
      >
        <label htmlFor={id}>{say("lists.name")}</label>
        <input
          id={id}
          className={fields.input}
          autoFocus
          autoComplete="off"
          maxLength={LIST_NAME_CHARACTERS_MAX}
          dir="auto"
          readOnly={busy}
          value={name}
          onChange={(event) => model.setName(event.target.value)}
        />
      </form>
      <div className={sheets.choices} onKeyDown={(event) => moveFocusByArrows(event, "[data-row]")}>
        <ConversationChoices choice={model.choice} busy={busy} takesFocus={false} none={say("lists.noChats")} />
      </div>
      {error !== "" && (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
      {onDelete !== undefined && (
        <button type="button" className={`${buttons.button} ${buttons.danger} ${buttons.small}`} onClick={onDelete}>
          {say("lists.delete")}
        </button>
      )}
    </Sheet>
  );
}
