// SPDX-License-Identifier: AGPL-3.0-or-later

import { useContext, useEffect, useEffectEvent, useState } from "react";

import type { ConversationViewModel } from "../view-models/conversation";
import { titleOf } from "../view-models/core";
import { exportName, type ExportFormat } from "../view-models/export";
import { failureText } from "../view-models/failure_text";
import { say } from "../view-models/say";
import { ChoiceQuestion } from "./choice_question";
import { Dialog } from "./dialog";
import { OwnAccount } from "./own_account";
import { Spinner } from "./spinner";
import { useViewModel } from "./use_view_model";
import buttons from "./parts/button.module.css";
import fields from "./parts/field.module.css";

interface ExportQuestionProps {
  model: ConversationViewModel;
  /** It is done, or not wanted. */
  onClose: () => void;
}

/** As what a conversation is to leave, and then how far that is. */
export default function ExportQuestion({ model, onClose }: ExportQuestionProps) {
  const { conversation } = useViewModel(model);
  const [format, setFormat] = useState<ExportFormat>();
  if (format !== undefined) return <Exporting model={model} format={format} onClose={onClose} />;
  const choices: { value: ExportFormat; label: string }[] = [
    { value: "text", label: say("export.text") },
    { value: "json", label: say("export.json") },
  ];
  return (
    <ChoiceQuestion
      title={say("export.question", { title: titleOf(conversation) })}
      legend={say("export.as")}
      choices={choices}
      first="text"
      confirm={say("export.export")}
      onChoose={setFormat}
      onCancel={onClose}
    >
      {say("export.hint")}
    </ChoiceQuestion>
  );
}

function Exporting({ model, format, onClose }: ExportQuestionProps & { format: ExportFormat }) {
  const { conversation } = useViewModel(model);
  const self = useContext(OwnAccount);
  const [count, setCount] = useState(0);
  const [error, setError] = useState("");
  const done = useEffectEvent((file: Blob) => {
    save(file, exportName(conversation, format));
    onClose();
  });
  useEffect(() => {
    const ending = new AbortController();
    model.exported(format, { self, told: setCount, signal: ending.signal }).then(
      (file) => done(file),
      (failure: unknown) => ending.signal.aborted || setError(failureText(failure)),
    );
    return () => ending.abort();
  }, [model, format, self]);
  const answer = (
    <button type="button" className={buttons.button} autoFocus onClick={onClose}>
      {say(error === "" ? "common.cancel" : "common.close")}
    </button>
  );
  return (
    <Dialog title={say("export.question", { title: titleOf(conversation) })} answers={answer} onCancel={onClose}>
      {error === "" ? (
        <Spinner label={say("export.reading", { count })} />
      ) : (
        <p className={fields.error} role="alert">
          {error}
        </p>
      )}
    </Dialog>
  );
}

/** Gives it to the browser's downloads. */
function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
